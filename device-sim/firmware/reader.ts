/**
 * The part of a code reader that can be set up: zones of a GM65, commands of a Newland. Pure: frames in, answers out. It shows what a setting
 * does: which end of line it puts behind a code.
 * Source: GM65 user manual, section 8; Newland NLS-HR52 user manual, Use of Programming Command.
 */
import { type Gm65Request, readerGm65 } from '../../protocol/devices/reader-gm65.ts';
import { type NewlandRequest, readerNewland } from '../../protocol/devices/reader-newland.ts';

export interface ReaderSettings {
  /** GM65: bytes that were written. Newland: commands that were taken. */
  readonly zones: ReadonlyMap<number, number>;
  readonly commands: readonly string[];
}

export const freshReader: ReaderSettings = { zones: new Map(), commands: [] };

const tailZone = 0x0060;
const newlandKnown = /^(?:SETUPE[01]|TSUENA[01]|TSUSET(?:[0-9A-F]{2}){1,7}|SCNTRG[01]|SCNMOD[023])$/;

export function hearGm65(settings: ReaderSettings, request: Gm65Request): { readonly settings: ReaderSettings; readonly reply: Uint8Array } {
  const zones = new Map(settings.zones);
  if (request.kind === 'write') zones.set(request.zone, request.value);
  const data = request.kind === 'write' ? [0] : Array.from({ length: request.count }, (_unused, at) => zones.get(request.zone + at) ?? 0);
  return { settings: { ...settings, zones }, reply: readerGm65.fromDevice.encode({ data }) };
}

export function hearNewland(settings: ReaderSettings, { command }: NewlandRequest): { readonly settings: ReaderSettings; readonly reply: Uint8Array } {
  const isKnown = newlandKnown.test(command);
  const commands = isKnown ? [...settings.commands, command].slice(-16) : settings.commands;
  return { settings: { ...settings, commands }, reply: readerNewland.fromDevice.encode({ command, result: isKnown ? 'ok' : 'unknown' }) };
}

/** What stands behind each code: CR LF as delivered, or what was set. */
export const tailOf = ({ zones, commands }: ReaderSettings): string => (zones.get(tailZone) === 0x01 || commands.includes('TSUSET0D') ? '\r' : '\r\n');
