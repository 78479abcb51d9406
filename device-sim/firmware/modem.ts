/**
 * What a cellular modem runs, as far as a short message needs it: commands with the sentences of the standard, one prompt, one message behind
 * it. Echo and message mode are RAM and come up as delivered. Pure.
 * Source: 3GPP TS 27.005, 3.1 (+CMGF), 3.2.5 (+CMS ERROR), 3.5.1 (+CMGS); TS 27.007, 7.2 (+CREG), 8.3 (+CPIN), 8.5 (+CSQ), 9.2 (+CME ERROR).
 */
import type { ModemReply, ModemRequest } from '../../protocol/devices/modem-at.ts';
import { decodeSms } from '../../protocol/sms.ts';

export interface ModemRam {
  /** 0: PDU mode. */
  readonly format: 0 | 1;
  /** Bytes the message behind the open prompt must have; null: no prompt is open. */
  readonly awaits: number | null;
  /** Reference of the last message, 0..255. */
  readonly reference: number;
}
export const freshModem: ModemRam = { format: 0, awaits: null, reference: 0 };

export interface ModemSight {
  readonly hasNetwork: boolean;
  readonly hasSim: boolean;
}

export interface ModemStep {
  readonly ram: ModemRam;
  readonly say: readonly ModemReply[];
  /** What the network took. */
  readonly sent: { readonly number: string; readonly text: string } | null;
}

const ok = 'OK';
const error = 'ERROR';
const lines = (...texts: string[]): ModemReply[] => texts.map((text) => ({ kind: 'line', text }));
/** TS 27.007, 9.2.1: SIM not inserted. TS 27.005, 3.2.5: SIM not inserted, no network service, invalid PDU mode parameter. */
const errors = { noSimCard: '+CME ERROR: 10', noSim: '+CMS ERROR: 310', noNetwork: '+CMS ERROR: 331', badPdu: '+CMS ERROR: 304' } as const;

export function hearModem(ram: ModemRam, request: ModemRequest, sight: ModemSight): ModemStep {
  const say = (next: ModemRam, ...texts: string[]): ModemStep => ({ ram: next, say: lines(...texts), sent: null });
  if (request.kind === 'escape') return ram.awaits === null ? say(ram) : say({ ...ram, awaits: null }, ok);
  if (request.kind === 'message') return ram.awaits === null ? say(ram, error) : hearPdu({ ...ram, awaits: null }, ram.awaits, request.pdu, sight);
  const [, bytes] = /^AT\+CMGS=(\d{1,3})$/.exec(request.text) ?? [];
  if (bytes !== undefined) {
    if (!sight.hasSim) return say(ram, errors.noSim);
    return ram.format === 0 ? { ram: { ...ram, awaits: Number(bytes) }, say: [{ kind: 'prompt' }], sent: null } : say(ram, error);
  }
  switch (request.text) {
    case 'AT':
    case 'ATE0':
      return say(ram, ok);
    case 'AT+CMGF=0':
      return say({ ...ram, format: 0 }, ok);
    case 'AT+CMGF=1':
      return say({ ...ram, format: 1 }, ok);
    case 'AT+CPIN?':
      return sight.hasSim ? say(ram, '+CPIN: READY', ok) : say(ram, errors.noSimCard);
    case 'AT+CREG?':
      return say(ram, isRegistered(sight) ? '+CREG: 0,1' : '+CREG: 0,2', ok);
    case 'AT+CSQ':
      return say(ram, isRegistered(sight) ? '+CSQ: 21,99' : '+CSQ: 99,99', ok);
    default:
      return say(ram, error);
  }
}

const isRegistered = ({ hasNetwork, hasSim }: ModemSight) => hasNetwork && hasSim;

function hearPdu(ram: ModemRam, bytes: number, pdu: string, sight: ModemSight): ModemStep {
  const sms = decodeSms(pdu);
  // The first byte is the service centre's length, which does not count.
  const isRight = sms !== undefined && pdu.length / 2 - 1 === bytes;
  if (!isRight || !sight.hasSim || !sight.hasNetwork)
    return { ram, say: lines(!isRight ? errors.badPdu : sight.hasSim ? errors.noNetwork : errors.noSim), sent: null };
  const reference = (ram.reference + 1) % 256;
  return { ram: { ...ram, reference }, say: lines(`+CMGS: ${reference}`, ok), sent: sms };
}
