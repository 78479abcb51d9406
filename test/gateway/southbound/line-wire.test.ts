// Without this frames could follow each other too fast for a slow bus, or reopening could hammer a port that is gone.
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Clock, wireClock } from '../../../gateway/clock.ts';
import { quietGapMs } from '../../../gateway/core/wire-time.ts';
import type { OpenByteStream } from '../../../gateway/southbound/byte-stream.ts';
import { planReopenMs } from '../../../gateway/southbound/kept-stream.ts';
import { openLine } from '../../../gateway/southbound/line.ts';
import { registersReply } from '../../support/scripted-slave.ts';

describe('the quiet gap', () => {
  // Modbus over Serial Line V1.02 section 2.5.1.1: 3.5 characters of 11 bits, fixed 1.750 ms above 19200.
  it.each([
    [1200, 32.08],
    [9600, 4.01],
    [19_200, 2.005],
    [38_400, 1.75],
    [115_200, 1.75],
    [Number.POSITIVE_INFINITY, 0],
  ])('at %i baud is %f ms', (baud, gapMs) => expect(quietGapMs(baud)).toBeCloseTo(gapMs, 2));
});

describe('frames on one wire', () => {
  /** A wire that answers at once, and notes the silence before each request. */
  function openNotingWire(gapsMs: number[]): OpenByteStream {
    let lastByteAtMs = Number.NaN;
    return (_transport, { onBytes, onClose }) =>
      Promise.resolve({
        write: (request) => {
          if (!Number.isNaN(lastByteAtMs)) gapsMs.push(wireClock.monotonicMs() - lastByteAtMs);
          setImmediate(() => {
            lastByteAtMs = wireClock.monotonicMs();
            onBytes(registersReply(Buffer.from(request)));
          });
        },
        settle: () => Promise.resolve(),
        close: () => Promise.resolve(onClose('closed')),
      });
  }
  /** Node's timers come early by up to a millisecond; these always do. */
  const earlyClock: Clock = { ...wireClock, sleep: (durationMs, name, signal) => wireClock.sleep(Math.max(0, durationMs - 1), name, signal) };

  it.each([9600, 19_200, 38_400, 115_200])('at %i baud never follow each other within t3.5, even when timers come early', async (baud) => {
    const gapsMs: number[] = [];
    const transport = { kind: 'rtu-over-tcp', host: 'memory', port: 1, baud } as const;
    const line = openLine({ id: 'line-1', transport, clock: earlyClock, openStream: openNotingWire(gapsMs) });
    onTestFinished(() => line.close());
    const ask = (address: number) => line.request(1, { kind: 'read', space: 'holding', address, count: 1 }, { priority: 'poll', deadlineMs: 1000, guardMs: 0 });
    // Asked for all at once, and each after a pause of its own: the gap may be under way, or long over.
    await Promise.all(Array.from({ length: 20 }, (_, n) => ask(n)));
    for (let n = 0; n < 20; n += 1) {
      await ask(n);
      await wireClock.sleep(n / 4, 'test');
    }
    expect(gapsMs).toHaveLength(39);
    expect(Math.min(...gapsMs)).toBeGreaterThanOrEqual(quietGapMs(baud));
  });
});

describe('reopening', () => {
  it('is at once after a sound wire, then slower, at most 0.5 s on serial and 1.5 s on TCP', () => {
    expect([0, 1, 2, 3, 4, 99].map((failures) => planReopenMs('serial', failures))).toEqual([0, 100, 200, 400, 500, 500]);
    expect([0, 1, 2, 3, 4, 5, 99].map((failures) => planReopenMs('tcp', failures))).toEqual([0, 100, 200, 400, 800, 1500, 1500]);
  });
});
