// Golden frames as manuals print them, checked in both directions. Without it every frame test would spell bytes its own way.
import { expect } from 'vitest';
import type { FrameSide } from '../../protocol/frame-device.ts';

/** Bytes from `57 4B 4C 59`. */
export const bytesOf = (text: string): Uint8Array => Uint8Array.from(text.trim().split(/\s+/), (byte) => Number.parseInt(byte, 16));
export const hexOf = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ');

/** The frame says exactly this message, and the message is written as exactly this frame. */
export function expectFrame<Message>(side: FrameSide<Message>, frame: string, message: Message): void {
  expect(side.parser().push(bytesOf(frame))).toEqual([{ ok: true, message, raw: bytesOf(frame) }]);
  expect(hexOf(side.encode(message))).toBe(frame);
}

/** The bytes say nothing, whatever follows. */
export function expectNothing<Message>(side: FrameSide<Message>, bytes: string): void {
  const parser = side.parser();
  const results = [...parser.push(bytesOf(bytes)), ...[parser.abandon()].filter((rest) => rest !== undefined)];
  expect(results.filter(({ ok }) => ok)).toEqual([]);
}
