// Lost if deleted: the Yaohua manual's own command frames, and the step from three answers to one reading.
import { expect, it } from 'vitest';
import { addressOf, type IndicatorCommand, xk3190Command } from '../../../protocol/devices/xk3190-command.ts';

const bytes = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const { fromDevice, toDevice, isReplyTo } = xk3190Command.device;

it.each([
  ['A', '02 41 41 30 30 03'],
  ['B', '02 41 42 30 33 03'],
  ['C', '02 41 43 30 32 03'],
  ['D', '02 41 44 30 35 03'],
] as const)('asks address A with command %s as the manual prints it', (command: IndicatorCommand, hex) => {
  expect(Buffer.from(toDevice.encode({ address: 'A', command }))).toEqual(bytes(hex));
  expect(toDevice.parser().push(bytes(hex))).toMatchObject([{ ok: true, message: { address: 'A', command } }]);
});

it('reads the manual’s answer: gross 20.00', () => {
  const message = { address: 'A', command: 'B', shown: { negative: false, digits: 2000, decimals: 2 } } as const;
  const hex = '02 41 42 2B 30 30 32 30 30 30 32 31 38 03';
  expect(fromDevice.parser().push(bytes(hex))).toEqual([{ ok: true, message, raw: Uint8Array.from(bytes(hex)) }]);
  expect(Buffer.from(fromDevice.encode(message))).toEqual(bytes(hex));
});

it('asks gross, tare and net of its own letter, and takes only their answers', () => {
  expect(xk3190Command.asks(3)).toEqual(['B', 'C', 'D'].map((command) => ({ address: 'C', command })));
  expect([addressOf(1), addressOf(26)]).toEqual(['A', 'Z']);
  const request = { address: 'C', command: 'B' } as const;
  expect(isReplyTo?.(request, { ...request, shown: null })).toBe(true);
  expect(isReplyTo?.(request, { ...request, command: 'D', shown: null })).toBe(false);
  expect(isReplyTo?.(request, { ...request, address: 'A', shown: null })).toBe(false);
});

it('makes one reading of three answers, or none', () => {
  const reply = (command: IndicatorCommand, digits: number, decimals = 2) => ({ address: 'A', command, shown: { negative: false, digits, decimals } });
  const replies = [reply('B', 2000), reply('C', 150), reply('D', 1850)];
  expect(xk3190Command.decode(replies)).toMatchObject({ ok: true, values: { grossGrams: 20_000, tareGrams: 1500, netGrams: 18_500, unstable: null } });
  expect(xk3190Command.decode([reply('B', 12_345, 4), ...replies.slice(1)]).ok).toBe(false);
  expect(xk3190Command.decode([{ address: 'A', command: 'A', shown: null }, ...replies.slice(1)]).ok).toBe(false);
});
