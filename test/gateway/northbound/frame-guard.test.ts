// Lost without this file: a stranger could make the broker buffer 256 MB by declaring them (measured with the bare broker: 120 MB).
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FrameGuard } from '../../../gateway/northbound/frame-guard.ts';

const bounds = { connectBytesMax: 100, packetBytesMax: 1000 };

/** Source: MQTT 3.1.1 section 2.2.3, the algorithm for encoding the remaining length. */
function frame(type: number, length: number): Buffer {
  const header = [type << 4];
  let rest = length;
  do {
    header.push((rest % 128) + (rest >= 128 ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.concat([Buffer.from(header), Buffer.alloc(length, 0xff)]);
}
const feed = (bytes: Buffer, cuts: readonly number[]): string | undefined => {
  const guard = new FrameGuard(bounds);
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  for (const [index, edge] of edges.slice(1).entries()) {
    const problem = guard.check(bytes.subarray(edges[index], edge));
    if (problem !== undefined) return problem;
  }
  return undefined;
};
const cuts = fc.array(fc.nat(5000), { maxLength: 20 });

it('lets frames within bounds pass, however the stream is cut', () => {
  fc.assert(
    fc.property(fc.nat(100), fc.array(fc.tuple(fc.integer({ min: 1, max: 15 }), fc.nat(1000)), { maxLength: 5 }), cuts, (connect, others, where) => {
      const bytes = Buffer.concat([frame(1, connect), ...others.map(([type, length]) => frame(type, length))]);
      return feed(bytes, where) === undefined;
    }),
  );
});
it('stops one frame too long, wherever it comes and however the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1000), { maxLength: 4 }), fc.integer({ min: 1001, max: 3000 }), cuts, (before, length, where) => {
      const bytes = Buffer.concat([frame(1, 10), ...before.map((size) => frame(3, size)), frame(3, length)]);
      return feed(bytes, where) === 'a packet of more than 1000 bytes';
    }),
  );
});
it('stops a long CONNECT at its header, before the first byte of it', () => {
  expect(new FrameGuard(bounds).check(frame(1, 101).subarray(0, 2))).toBe('a packet of more than 100 bytes');
  expect(new FrameGuard(bounds).check(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]))).toBe('a packet of more than 100 bytes');
});
it('stops anything before CONNECT and a length without end', () => {
  expect(new FrameGuard(bounds).check(Buffer.from('GET / HTTP/1.1\r\n'))).toBe('the first packet is not CONNECT');
  expect(new FrameGuard(bounds).check(Buffer.from([0x10, 0x80, 0x80, 0x80, 0x80]))).toBe('a packet length of more than four bytes');
});
