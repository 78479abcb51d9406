/**
 * Which time this village lives by, and how far it may be trusted. In service that is the machine's clock; in training it is a clock of
 * its own, paced, that resumes where it stopped. Events, quotas and the calendar take it from here and from nowhere else.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TimeQuality } from '../protocol/signed-event.ts';
import { type EpochMs, epochMs } from '../protocol/units.ts';
import { type Clock, villageClock } from './clock.ts';
import {
  type ClockAdjustment,
  type ClockConfirmation,
  type ClockReading,
  type ClockStep,
  type ClockTrust,
  confirmClock,
  startClockTrust,
  stepClockTrust,
  villageTimeOf,
} from './core/clock-trust.ts';
import { writeDurably } from './durable-file.ts';
import { GatewayError } from './errors.ts';
import { clockAdjustmentsMax } from './limits.ts';
import type { Machine } from './machine.ts';

/** Training: `pace` 1 to 60; `firstMs` is where a new village begins. */
export interface Training {
  readonly pace: number;
  readonly firstMs: EpochMs;
}

export interface VillageTime {
  readonly clock: Clock;
  readonly quality: () => TimeQuality;
  /** A clerk says what time it is; `floorMs` is what this village has lived through. */
  readonly confirm: (said: { readonly atMs: number; readonly operator: string; readonly floorMs: number }) => ClockConfirmation;
  /** What happened to the time since the last call, in order, for the ledger. At most `clockAdjustmentsMax` are kept, the newest. */
  readonly takeAdjustments: () => readonly ClockAdjustment[];
}

/** `savedMs` is the village time stored last, or null in a new village. */
export function openVillageTime(training: Training | null, savedMs: EpochMs | null, machine: Machine): VillageTime {
  if (training === null) return openServiceTime(savedMs, machine);
  const startAt = epochMs(Math.max(training.firstMs, savedMs ?? 0));
  return {
    clock: villageClock(startAt, training.pace, machine.clock),
    quality: () => 'operator',
    confirm: () => ({ ok: false, refusal: { code: 'training_time' } }),
    takeAdjustments: () => [],
  };
}

function openServiceTime(savedMs: EpochMs | null, { clock, isClockSynchronized }: Machine): VillageTime {
  const read = (): ClockReading => ({ wallMs: clock.now(), monotonicMs: clock.monotonicMs(), synchronized: isClockSynchronized() });
  const pending: ClockAdjustment[] = [];
  const take = ({ trust: next, adjusted }: ClockStep): ClockTrust => {
    if (adjusted !== null) pending.push(adjusted);
    if (pending.length > clockAdjustmentsMax) pending.shift();
    trust = next;
    return next;
  };
  let trust: ClockTrust;
  take(startClockTrust(read(), savedMs));
  const look = (reading: ClockReading) => take(stepClockTrust(trust, reading));
  return {
    clock: {
      monotonicMs: () => clock.monotonicMs(),
      sleep: (durationMs, name, signal) => clock.sleep(durationMs, name, signal),
      now: () => {
        const reading = read();
        return epochMs(Math.max(0, villageTimeOf(look(reading), reading)));
      },
    },
    quality: () => look(read()).quality,
    confirm: (said) => {
      const reading = read();
      const confirmed = confirmClock(look(reading), reading, said);
      if (confirmed.ok) take(confirmed);
      return confirmed;
    },
    takeAdjustments: () => pending.splice(0),
  };
}

/** Says by which clock the village in a data folder lives, so that real time never gets into a training village, nor the other way round. */
const clockMark = 'village-clock';
const marks = { training: 'training\n', service: 'service\n' } as const;

/**
 * Which time the village in `dataDir` lives by. `asked` is what this start asks for; 'stored' takes the village as it is. The first start
 * that asks decides for good.
 * @throws GatewayError usage when a training village is started as a real one, or a real one for training; store_damaged when the folder
 * says neither.
 */
export function settleTraining(dataDir: string, asked: Training | null | 'stored'): Training | null {
  const file = join(dataDir, clockMark);
  const mark = existsSync(file) ? readFileSync(file, 'utf8') : null;
  const isKnown = mark === marks.training || mark === marks.service;
  if (mark !== null && !isKnown) {
    throw new GatewayError('store_damaged', `${file} does not say whether this village is in service or in training.`, {
      hint: 'Write the one word service or training into it, whichever this village is.',
    });
  }
  if (asked === 'stored') return mark === marks.training ? { pace: 1, firstMs: epochMs(0) } : null;
  if (mark === null) writeDurably(file, asked === null ? marks.service : marks.training, 0o640);
  if (mark === marks.training && asked === null) {
    throw new GatewayError('usage', `${dataDir} holds a training village.`, { hint: 'Give --pace to go on training, or another folder with --data.' });
  }
  if (mark === marks.service && asked !== null) {
    throw new GatewayError('usage', `${dataDir} holds a village in service, whose time is not for training.`, {
      hint: 'Leave --pace out, or give another folder with --data.',
    });
  }
  return asked;
}
