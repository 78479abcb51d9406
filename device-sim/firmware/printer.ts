/**
 * What an ESC/POS receipt printer runs: it answers the four status questions at once, and prints a slip when it has paper and its cover is
 * shut; what comes meanwhile is lost. Pure.
 * Source: Epson ESC/POS Command Reference, DLE EOT n (see protocol/devices/printer-esc-pos.ts).
 */
import { type PrinterReply, type PrinterRequest, type PrinterStatus, printerReplies } from '../../protocol/devices/printer-esc-pos.ts';

/** What is wrong with its iron. */
export interface PrinterSight {
  readonly paper: PrinterStatus['paper'];
  readonly coverOpen: boolean;
  readonly cutterStuck: boolean;
}

/** Out of paper, open or with a cutter that sticks it is offline. */
export const printerStatus = ({ paper, coverOpen, cutterStuck }: PrinterSight): PrinterStatus => ({
  offline: paper === 'out' || coverOpen || cutterStuck,
  coverOpen,
  error: cutterStuck,
  paper,
});

/** `printed` is the slip that came out, or null. */
export function hearPrinterRequest(
  request: PrinterRequest,
  sight: PrinterSight,
): { readonly say: readonly PrinterReply[]; readonly printed: readonly string[] | null } {
  const status = printerStatus(sight);
  if (request.kind === 'status') return { say: [printerReplies(status)[request.question]], printed: null };
  return { say: [], printed: status.offline ? null : request.lines };
}
