// Lost if deleted: the contract every frame protocol owes, so that a new model is proved by adding one line to the catalogue: the same
// messages however the bytes are cut, frames found again after rubbish, and thousands of damaged frames read as exactly what they say or not at all.
import { isDeepStrictEqual } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { type Random, randomFor } from '../../device-sim/random.ts';
import { frameCatalogue } from '../../protocol/devices/catalogue.ts';
import type { AnyFrameDevice, FrameResult, FrameSide } from '../../protocol/frame-device.ts';
import { type Damage, damage, damagedFrames, damageSeed, damages, damageTimeoutMs, randomBytes } from '../support/damaged-frames.ts';
import type { FrameOracle } from '../support/frame-oracle.ts';
import { frameOracles } from '../support/frame-oracles.ts';

/** What devices say is what counts; what we say to them only moves the simulator. */
const toDeviceFrames = Math.ceil(damagedFrames / 5);

interface Direction {
  readonly name: string;
  readonly device: AnyFrameDevice;
  readonly side: FrameSide<unknown>;
  readonly oracle: FrameOracle;
  readonly damaged: number;
}

const directions: readonly Direction[] = frameCatalogue.flatMap((device) => {
  const oracle = frameOracles[device.model];
  if (oracle === undefined) throw new Error(`${device.model} has no oracle: add its line to test/support/frame-oracles.ts`);
  const { fromDevice, toDevice } = oracle;
  const from = { name: `${device.model} from the device`, device, side: device.fromDevice, oracle: fromDevice, damaged: damagedFrames };
  return toDevice === null
    ? [from]
    : [from, { name: `${device.model} to the device`, device, side: device.toDevice, oracle: toDevice, damaged: toDeviceFrames }];
});

const messagesOf = (results: readonly FrameResult<unknown>[]) => results.flatMap((result) => (result.ok ? [result.message] : []));

/** Pushes bytes in pieces of random size, most of them small. */
function pushInPieces(side: FrameSide<unknown>, bytes: Buffer, random: Random): FrameResult<unknown>[] {
  const parser = side.parser();
  const results: FrameResult<unknown>[] = [];
  for (let at = 0; at < bytes.length; ) {
    const piece = bytes.subarray(at, at + random.whole(1, 1 + Math.floor(random.next() ** 3 * 40)));
    at += piece.length;
    results.push(...parser.push(piece));
  }
  return results;
}

const lines: string[] = [];
afterAll(() => {
  console.log([`| frames | check | damaged | none read | read as before | read as another, as the bytes say |`, ...lines].join('\n'));
});

it('knows every model once, by its own name', () => {
  const models = frameCatalogue.map(({ model }) => model);
  expect(new Set(models).size).toBe(models.length);
  expect(Object.keys(frameOracles).sort()).toEqual([...models].sort());
});

describe.each(directions)('$name', ({ name, device, side, oracle, damaged }) => {
  const encoded = (random: Random) => {
    const message = oracle.sample(random);
    return { message, frame: Buffer.from(side.encode(message)) };
  };

  it('gives back every message, alone in its frame, within its bound', () => {
    const random = randomFor(1, name);
    for (let run = 0; run < 2000; run += 1) {
      const { message, frame } = encoded(random);
      expect(frame.length).toBeLessThanOrEqual(device.frameBytesMax);
      const results = side.parser().push(frame);
      expect(results).toEqual([{ ok: true, message, raw: Uint8Array.from(frame) }]);
      expect(oracle.read(frame)).toEqual([message]);
    }
  });

  it('reads the same however the bytes are cut, and accounts for every byte', () => {
    const random = randomFor(2, name);
    for (let run = 0; run < 300; run += 1) {
      const parts = Array.from({ length: random.whole(1, 6) }, () => (random.next() < 0.3 ? randomBytes(random, random.whole(1, 30)) : encoded(random).frame));
      const bytes = Buffer.concat(parts);
      const parser = side.parser();
      const whole = [...parser.push(bytes)];
      expect(pushInPieces(side, bytes, random)).toEqual(whole);
      const rest = parser.abandon();
      expect(Buffer.concat([...whole, ...(rest ? [rest] : [])].map(({ raw }) => raw))).toEqual(bytes);
      expect(parser.abandon()).toBeUndefined();
      expect(messagesOf(parser.push(encoded(random).frame))).toHaveLength(1);
    }
  });

  it('finds the next frames after rubbish of any length', () => {
    const random = randomFor(3, name);
    for (let run = 0; run < 1000; run += 1) {
      const good = Array.from({ length: 3 }, () => encoded(random));
      // Rubbish can begin a frame of any length: what follows must be longer, or the last good frame is rightly still waited for.
      while (good.reduce((sum, { frame }) => sum + frame.length, 0) <= 2 * device.frameBytesMax) good.push(encoded(random));
      const bytes = Buffer.concat([randomBytes(random, random.whole(1, 3 * device.frameBytesMax)), ...good.map(({ frame }) => frame)]);
      expect(messagesOf(pushInPieces(side, bytes, random)).at(-1)).toEqual(good.at(-1)?.message);
    }
  });

  it('holds no more than its longest frame, whatever comes', () => {
    const parser = side.parser();
    const random = randomFor(4, name);
    let told = 0;
    for (let run = 0; run < 50; run += 1) for (const { raw } of parser.push(randomBytes(random, 1000))) told += raw.length;
    expect(50_000 - told).toBeLessThanOrEqual(2 * device.frameBytesMax);
  });

  it(
    `reads ${damaged} damaged frames as exactly what they say, or not at all`,
    () => {
      const random = randomFor(damageSeed, name);
      const counts = { none: 0, same: 0, other: 0 };
      // Long enough to decide whatever a damaged frame began.
      const after = Buffer.alloc(2 * device.frameBytesMax);
      let previous = encoded(random).frame;
      for (let run = 0; run < damaged; run += 1) {
        const { message, frame } = encoded(random);
        const bytes = Buffer.concat([damage(damages[run % damages.length] as Damage, frame, previous, random, 4), after]);
        const read = messagesOf(side.parser().push(bytes));
        const said = oracle.read(bytes);
        if (!isDeepStrictEqual(read, said)) expect(read, bytes.toString('hex')).toEqual(said);
        if (read.length === 0) counts.none += 1;
        else if (read.every((one) => isDeepStrictEqual(one, message))) counts.same += 1;
        else counts.other += 1;
        previous = frame;
      }
      lines.push(`| ${name} | ${device.check} | ${damaged} | ${counts.none} | ${counts.same} | ${counts.other} |`);
      // Without a check most damage makes another sentence, which nobody can tell from a meant one; see FrameCheck.
      if (device.check !== 'none') expect(counts.none).toBeGreaterThan(damaged / 4);
    },
    damageTimeoutMs,
  );
});
