/**
 * Frames as a bad line leaves them, for the suites that prove that damage is never taken for meaning. `npm run mutations` runs those suites
 * with more frames and another seed; `npm test` runs a slice.
 */
import type { Random } from '../../device-sim/random.ts';

/** Frames damaged per model and direction. */
export const damagedFrames = Number(process.env['SIFEN_DAMAGED_FRAMES'] ?? 3000);
/** What the damage is drawn from. */
export const damageSeed = Number(process.env['SIFEN_SEED'] ?? 5);
/** Unit: ms, for one suite of them on a slow and busy machine. */
export const damageTimeoutMs = 60_000 + damagedFrames * 3;

export const damages = ['bit flips', 'cut', 'longer', 'splice'] as const;
export type Damage = (typeof damages)[number];

export const randomBytes = (random: Random, count: number): Buffer => Buffer.from(Array.from({ length: count }, () => random.whole(0, 255)));

/** A damaged copy of `frame`: up to `flipsMax` bits turned, a piece cut out, 1 to 4 bytes put in, or its end replaced by one of `other`. */
export function damage(kind: Damage, frame: Buffer, other: Buffer, random: Random, flipsMax: number): Buffer {
  const at = random.whole(0, frame.length - 1);
  switch (kind) {
    case 'bit flips': {
      const flipped = Buffer.from(frame);
      for (let flips = random.whole(1, flipsMax); flips > 0; flips -= 1) {
        const place = random.whole(0, frame.length - 1);
        flipped[place] = (flipped[place] ?? 0) ^ (1 << random.whole(0, 7));
      }
      return flipped;
    }
    case 'cut':
      return Buffer.concat([frame.subarray(0, at), frame.subarray(random.whole(at + 1, frame.length))]);
    case 'longer':
      return Buffer.concat([frame.subarray(0, at), randomBytes(random, random.whole(1, 4)), frame.subarray(at)]);
    case 'splice':
      return Buffer.concat([frame.subarray(0, at), other.subarray(random.whole(0, other.length - 1))]);
  }
}
