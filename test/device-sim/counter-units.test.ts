// Without this a technician could rehearse a printer that prints without paper, or a modem that sends without a network; and the gateway be proven
// against neither.
import { describe, expect, it } from 'vitest';
import { openModem, openPrinter } from '../../device-sim/counter-units.ts';
import type { FrameBoard } from '../../device-sim/frame-board.ts';
import type { MachineEvent } from '../../device-sim/site-event.ts';
import { bytesOf, hexOf } from '../support/spelt-frames.ts';

function watch(open: (id: string, onEvent: (event: MachineEvent) => void) => FrameBoard) {
  const events: MachineEvent[] = [];
  const board = open('unit-1', (event) => void events.push(event));
  return { board, events, asks: (text: string) => board.hear(bytesOf(text)).map(hexOf).join(' ') };
}

describe('a receipt printer', () => {
  const four = ['10 04 01', '10 04 02', '10 04 03', '10 04 04'];
  const slip = '1B 40 1C 26 4F 4B 0A 1D 56 42 00';

  it.each([
    [[], ['12', '12', '12', '12'], 1],
    [['paper-low'], ['12', '12', '12', '1E'], 1],
    [['paper-out'], ['1A', '32', '12', '7E'], 0],
    [['cover-open'], ['1A', '16', '12', '12'], 0],
    [['cutter-stuck'], ['1A', '52', '32', '12'], 0],
  ] as const)('with %j answers the four questions with %j and prints %i slip', (faults, answers, slips) => {
    const { board, events, asks } = watch(openPrinter);
    board.setFaults(faults.map((name) => ({ name })));
    expect(four.map(asks)).toEqual(answers);
    expect(asks(slip)).toBe('');
    expect(events).toEqual(slips === 0 ? [] : [{ event: 'slip', device: 'unit-1', lines: ['OK'] }]);
  });

  it('is silent without power, and when it is mute', () => {
    const { board, events, asks } = watch(openPrinter);
    board.setPower(false);
    expect([asks('10 04 01'), asks(slip), board.isPowered]).toEqual(['', '', false]);
    board.setPower(true);
    board.setFaults([{ name: 'mute' }]);
    expect([asks('10 04 01'), asks(slip)]).toEqual(['', '']);
    expect(events.map(({ event }) => event)).toEqual(['power', 'power', 'slip']);
  });
});

describe('a modem', () => {
  // 3GPP TS 23.040: SMS-SUBMIT in UCS2 to 13800000001, one character 火.
  const pdu = '0001000B813108000000F1000802706B';
  const bytes = (pdu.length - 2) / 2;
  const talk = (board: FrameBoard, text: string) => Buffer.concat(board.hear(Buffer.from(text, 'latin1'))).toString('latin1');
  const send = (board: FrameBoard) => [talk(board, `AT+CMGS=${bytes}\r`), talk(board, `${pdu}\x1a`)];

  it('takes a message behind its prompt, and tells what the network took', () => {
    const { board, events } = watch(openModem);
    expect(talk(board, 'AT\rATE0\rAT+CMGF=0\r')).toBe('\r\nOK\r\n\r\nOK\r\n\r\nOK\r\n');
    expect(talk(board, 'AT+CREG?\r')).toBe('\r\n+CREG: 0,1\r\n\r\nOK\r\n');
    expect(send(board)).toEqual(['\r\n> ', '\r\n+CMGS: 1\r\n\r\nOK\r\n']);
    expect(send(board)[1]).toBe('\r\n+CMGS: 2\r\n\r\nOK\r\n');
    expect(events).toEqual([1, 2].map(() => ({ event: 'sms', device: 'unit-1', number: '13800000001', text: '火' })));
  });

  it.each([
    ['no-network', '\r\n> ', '\r\n+CMS ERROR: 331\r\n', '\r\n+CREG: 0,2\r\n\r\nOK\r\n'],
    ['no-sim', '\r\n+CMS ERROR: 310\r\n', '\r\nERROR\r\n', '\r\n+CREG: 0,2\r\n\r\nOK\r\n'],
  ] as const)('with %s sends nothing and says why', (fault, prompt, answer, registered) => {
    const { board, events } = watch(openModem);
    board.setFaults([{ name: fault }]);
    expect(send(board)).toEqual([prompt, answer]);
    expect(talk(board, 'AT+CREG?\r')).toBe(registered);
    expect(events).toEqual([]);
  });

  it('refuses a message of another length, text mode, and what it does not know; escape leaves the prompt', () => {
    const { board, events } = watch(openModem);
    expect([talk(board, `AT+CMGS=${bytes + 1}\r`), talk(board, `${pdu}\x1a`)]).toEqual(['\r\n> ', '\r\n+CMS ERROR: 304\r\n']);
    expect([talk(board, `AT+CMGS=${bytes}\r`), talk(board, '\x1b'), talk(board, '\x1b'), talk(board, `${pdu}\x1a`)]).toEqual([
      ...['\r\n> ', '\r\nOK\r\n', '', '\r\nERROR\r\n'],
    ]);
    expect(talk(board, 'AT+CMGF=1\r') + talk(board, `AT+CMGS=${bytes}\r`) + talk(board, 'ATD123;\r')).toBe('\r\nOK\r\n\r\nERROR\r\n\r\nERROR\r\n');
    board.setPower(false);
    board.setPower(true);
    expect(talk(board, `AT+CMGS=${bytes}\r`)).toBe('\r\n> ');
    expect(events.filter(({ event }) => event === 'sms')).toEqual([]);
  });
});
