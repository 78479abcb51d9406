// Without this a silent, cut or garbled indicator could go on being read: an old frame, half of two, or the answer to another question.
import { describe, expect, it, onTestFinished } from 'vitest';
import { wireClock } from '../../../gateway/clock.ts';
import { GatewayError } from '../../../gateway/errors.ts';
import type { ByteListener, OpenByteStream } from '../../../gateway/southbound/byte-stream.ts';
import { openLine } from '../../../gateway/southbound/line.ts';
import { AskedScale, StreamedScale } from '../../../gateway/southbound/scale.ts';
import { mtSics } from '../../../protocol/devices/mt-sics.ts';
import { xk3190Format0 } from '../../../protocol/devices/xk3190.ts';
import { xk3190Command } from '../../../protocol/devices/xk3190-command.ts';
import type { FrameScale } from '../../../protocol/scale-reading.ts';
import { eventually } from '../../support/eventually.ts';

const poll = { priority: 'poll' } as const;
const seat = { id: 'scale-1', unit: 1, decimals: 0, clock: wireClock };
const transport = { kind: 'tcp', host: 'memory', port: 1, baud: 115_200 } as const;
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** A wire in memory: `say` is the device speaking, `answer` what it answers to a request. */
function openWire(answer: (request: Buffer) => readonly Buffer[] = () => []) {
  let listener: ByteListener | undefined;
  const isThere = { value: true };
  const requests: Buffer[] = [];
  const openStream: OpenByteStream = (_transport, heard) => {
    if (!isThere.value) return Promise.reject(new GatewayError('bus_closed', 'no such port'));
    listener = heard;
    return Promise.resolve({
      write(bytes) {
        requests.push(Buffer.from(bytes));
        for (const reply of answer(Buffer.from(bytes))) setImmediate(() => heard.onBytes(reply));
      },
      settle: () => Promise.resolve(),
      close: () => Promise.resolve(heard.onClose('closed')),
    });
  };
  return {
    openStream,
    requests,
    say: (bytes: Buffer) => listener?.onBytes(bytes),
    pull() {
      isThere.value = false;
      listener?.onClose('pulled out');
    },
    plug() {
      isThere.value = true;
    },
  };
}

async function openStreamed() {
  const wire = openWire();
  const scale = new StreamedScale(xk3190Format0 as FrameScale, { id: 'line-1', transport, openStream: wire.openStream }, seat);
  onTestFinished(() => scale.stream.close());
  const isOpen = (open: boolean) =>
    eventually(
      () => scale.stream.isOpen === open,
      () => `the stream should be ${open ? 'open' : 'away'}`,
    );
  await isOpen(true);
  return { ...wire, scale, isOpen };
}

describe('a scale that streams', () => {
  const twenty = hex('02 2B 30 30 32 30 30 30 32 31 42 03');
  const zero = hex('02 2B 30 30 30 30 30 30 32 31 39 03');

  it('is looked at once a frame, and waits for the next', async () => {
    const { scale, say } = await openStreamed();
    say(twenty);
    expect(await scale.look(poll)).toMatchObject({ said: { grossGrams: 20_000 }, rawHex: twenty.toString('hex') });
    const next = scale.look(poll);
    say(zero.subarray(0, 5));
    say(zero.subarray(5));
    expect(await next).toMatchObject({ said: { grossGrams: 0 } });
    expect(scale.health().state).toBe('online');
    expect(scale.traffic()).toMatchObject({ answered: 2, garbled: 0, sent: 0 });
  });

  it('has no weight behind rubbish until the next frame, so that two frames with rubbish between are no neighbours', async () => {
    const { scale, say } = await openStreamed();
    const damaged = Buffer.from(twenty);
    damaged[5] = 0x39;
    say(Buffer.concat([twenty, damaged, twenty]));
    await expect(scale.look(poll)).rejects.toMatchObject({ code: 'bus_garbled' });
    say(twenty);
    expect(await scale.look(poll)).toMatchObject({ said: { grossGrams: 20_000 } });
  });

  it('has no weight after a second of silence, whatever it said before, and is offline after three', async () => {
    const { scale, say } = await openStreamed();
    say(twenty);
    await wireClock.sleep(1100, 'silence');
    for (let look = 0; look < 3; look += 1) await expect(scale.look(poll)).rejects.toMatchObject({ code: 'bus_timeout' });
    expect(scale.health().state).toBe('offline');
    say(twenty);
    expect(await scale.look(poll)).toMatchObject({ said: { grossGrams: 20_000 } });
    expect(scale.health().state).toBe('online');
  });

  it('never joins the halves of two openings', async () => {
    const { scale, say, pull, plug, isOpen } = await openStreamed();
    say(Buffer.concat([twenty, zero.subarray(0, 6)]));
    const waiting = scale.look(poll).then(() => scale.look(poll));
    pull();
    await expect(waiting).rejects.toMatchObject({ code: 'bus_closed' });
    await expect(scale.look(poll)).rejects.toMatchObject({ code: 'bus_closed' });
    expect(scale.health().state).toBe('offline');
    plug();
    await isOpen(true);
    say(zero.subarray(6));
    say(twenty);
    await expect(scale.look(poll)).rejects.toMatchObject({ code: 'bus_garbled' });
  });

  it('lets go of a look that is called off', async () => {
    const { scale } = await openStreamed();
    const stop = new AbortController();
    const look = scale.look({ ...poll, signal: stop.signal });
    stop.abort();
    await expect(look).rejects.toMatchObject({ code: 'bus_cancelled' });
    expect(scale.health().state).not.toBe('offline');
  });
});

function openAsked(model: FrameScale, answer: (request: Buffer) => readonly Buffer[]) {
  const wire = openWire(answer);
  const line = openLine({ id: 'line-1', transport, clock: wireClock, openStream: wire.openStream });
  const scale = new AskedScale(model, line, seat);
  onTestFinished(async () => {
    scale.close();
    await line.close();
  });
  return { ...wire, scale, line };
}

describe('a scale that is asked', () => {
  const replies: Record<string, Buffer> = {
    B: hex('02 41 42 2B 30 30 32 30 30 30 32 31 38 03'),
    C: hex('02 41 43 2B 30 30 30 31 35 30 32 31 46 03'),
    D: hex('02 41 44 2B 30 30 31 38 35 30 32 31 30 03'),
  };
  const honest = (request: Buffer) => [replies[String.fromCharCode(request[2] ?? 0)] ?? Buffer.alloc(0)];
  const asked = (answer: (request: Buffer) => readonly Buffer[]) => openAsked(xk3190Command as FrameScale, answer);

  it('gives one reading of three answers, with the bytes of each', async () => {
    const { scale, requests } = asked(honest);
    const look = await scale.look(poll);
    expect(look).toMatchObject({ said: { grossGrams: 20_000, tareGrams: 1500, netGrams: 18_500 } });
    expect(look.rawHex).toBe(['B', 'C', 'D'].map((command) => replies[command]?.toString('hex')).join(' '));
    expect(requests.map((request) => request.toString('hex'))).toEqual(['024142303303', '024143303203', '024144303503']);
  });

  it.each([
    ['the answer to another command', () => [replies['D'] as Buffer]],
    ['the answer of another address', () => [hex('02 42 42 2B 30 30 32 30 30 30 32 31 42 03')]],
    ['the echo of the question', (request: Buffer) => [request]],
    ['two answers glued together', () => [Buffer.concat([replies['B'] as Buffer, replies['B'] as Buffer])]],
    ['an answer behind a stray byte', () => [Buffer.concat([Buffer.of(0xff), replies['B'] as Buffer])]],
    ['half an answer', () => [(replies['B'] as Buffer).subarray(0, 8)]],
    ['nothing', () => []],
  ])('takes no weight from %s, and asks on', async (_what, wrong) => {
    let count = 0;
    const { scale } = asked((request) => {
      count += 1;
      return count === 1 ? wrong(request) : honest(request);
    });
    await expect(scale.look(poll)).rejects.toMatchObject({ code: expect.stringMatching(/^bus_(garbled|timeout)$/) });
    expect(await scale.look(poll)).toMatchObject({ said: { grossGrams: 20_000 } });
    expect(scale.health().state).toBe('online');
  });

  it('is left alone when it is silent, like any device', async () => {
    const { scale } = asked(() => []);
    for (let look = 0; look < 3; look += 1) await expect(scale.look(poll)).rejects.toMatchObject({ code: 'bus_timeout' });
    await expect(scale.look(poll)).rejects.toMatchObject({ code: 'device_backing_off' });
  });

  it('that says something which is no weight in whole grams says nothing', async () => {
    const { scale } = openAsked(mtSics as FrameScale, (request) => [
      Buffer.from(request.toString().startsWith('SI') ? 'S S       1.50 lb\r\n' : 'TA A       0.00 lb\r\n'),
    ]);
    await expect(scale.look(poll)).rejects.toMatchObject({ code: 'device_value' });
    expect(scale.health().state).toBe('online');
  });
});
