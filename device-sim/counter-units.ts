/** The receipt printers and modems of a simulated site: what a printer cuts and a network takes is told as what happened at the site. */
import { modemAt } from '../protocol/devices/modem-at.ts';
import { printerEscPos } from '../protocol/devices/printer-esc-pos.ts';
import { freshModem, hearModem, type ModemSight } from './firmware/modem.ts';
import { hearPrinterRequest, type PrinterSight, printerStatus } from './firmware/printer.ts';
import { type FrameBoard, type HasFault, makeFrameBoard } from './frame-board.ts';
import type { MachineEvent } from './site-event.ts';

const nothingUnasked = () => [];

export function openPrinter(id: string, onEvent: (event: MachineEvent) => void): FrameBoard {
  const sight = (hasFault: HasFault): PrinterSight => ({
    paper: hasFault('paper-out') ? 'out' : hasFault('paper-low') ? 'nearEnd' : 'enough',
    coverOpen: hasFault('cover-open'),
    cutterStuck: hasFault('cutter-stuck'),
  });
  return makeFrameBoard({
    ...{ id, device: printerEscPos, onEvent },
    show: (hasFault) => ({ ...printerStatus(sight(hasFault)) }),
    power: (hasFault) => ({
      hear(request) {
        const { say, printed } = hearPrinterRequest(request, sight(hasFault));
        if (printed !== null) onEvent({ event: 'slip', device: id, lines: printed });
        return say;
      },
      advance: nothingUnasked,
    }),
  });
}

export function openModem(id: string, onEvent: (event: MachineEvent) => void): FrameBoard {
  const sight = (hasFault: HasFault): ModemSight => ({ hasNetwork: !hasFault('no-network'), hasSim: !hasFault('no-sim') });
  return makeFrameBoard({
    ...{ id, device: modemAt, onEvent },
    show: (hasFault) => ({ ...sight(hasFault) }),
    power(hasFault) {
      let ram = freshModem;
      return {
        hear(request) {
          const step = hearModem(ram, request, sight(hasFault));
          ram = step.ram;
          if (step.sent !== null) onEvent({ event: 'sms', device: id, ...step.sent });
          return step.say;
        },
        advance: nothingUnasked,
      };
    },
  });
}
