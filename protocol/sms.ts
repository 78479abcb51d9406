/**
 * One short message as a modem takes it: SMS-SUBMIT in hex with UCS2 text, so that Chinese goes through whatever alphabet the network has.
 * Pure. Numbers pass through and are never kept or logged here.
 * Source: 3GPP TS 23.040, 9.1.2.5 (addresses), 9.2.2.2 (SMS-SUBMIT); TS 23.038, section 4 (coding scheme 08 is UCS2).
 */
import assert from 'node:assert/strict';

/** A subscriber number as a site file spells it: digits, with + for an international one. */
export const smsNumberPattern = /^\+?[0-9]{3,15}$/;
/** What one message holds. Unit: UTF-16 unit. */
const smsTextMax = 70;

const addressTypes = { international: 0x91, unknown: 0x81 } as const;
const hex = (value: number) => value.toString(16).toUpperCase().padStart(2, '0');
/** Digits in pairs, each pair turned round, an odd last one filled with F. */
const swapped = (digits: string) => (digits.length % 2 === 0 ? digits : `${digits}F`).replaceAll(/(.)(.)/g, '$2$1');

/** `length` is what AT+CMGS wants: the bytes without the service centre, which is left to the card. */
export function encodeSms(number: string, text: string): { readonly pdu: string; readonly length: number } {
  assert(smsNumberPattern.test(number), 'not a number a modem can dial');
  assert(text.length >= 1 && text.length <= smsTextMax, `a message has 1 to ${smsTextMax} characters`);
  const digits = number.replace('+', '');
  const type = number.startsWith('+') ? addressTypes.international : addressTypes.unknown;
  const address = `${hex(digits.length)}${hex(type)}${swapped(digits)}`;
  const units = Array.from({ length: text.length }, (_unused, at) => text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0'));
  const body = `0100${address}0008${hex(2 * text.length)}${units.join('')}`;
  return { pdu: `00${body}`, length: body.length / 2 };
}

/** The same message read back, or undefined where it is not one of ours. */
export function decodeSms(pdu: string): { readonly number: string; readonly text: string } | undefined {
  const [, digitCount = '', type, rest = ''] = /^000100(..)(91|81)(.*)$/.exec(pdu) ?? [];
  const digits = Number.parseInt(digitCount, 16);
  const addressLength = digits + (digits % 2);
  const [, textBytes = '', units = ''] = /^0008(..)((?:....)+)$/.exec(rest.slice(addressLength)) ?? [];
  const number = (type === '91' ? '+' : '') + swapped(rest.slice(0, addressLength)).replace(/F$/, '');
  if (Number.parseInt(textBytes, 16) * 2 !== units.length || !smsNumberPattern.test(number)) return undefined;
  return { number, text: (units.match(/..../g) ?? []).map((unit) => String.fromCharCode(Number.parseInt(unit, 16))).join('') };
}
