/**
 * What a dead unit costs its neighbours. Two lines of seven BIN-4 boards are polled without a pause, side by side, so that they share whatever else the
 * machine does; one of them has an eighth board that never answers. Healthy boards' mean cycle on the one is compared with that on the other, which is
 * stricter than with eight live boards: a dead one leaves its turn to the others.
 */
import { wireClock } from '../../gateway/clock.ts';
import { openDevice } from '../../gateway/southbound/device.ts';
import { bin4 } from '../../protocol/devices/bin-4.ts';
import { fieldsPolled } from '../../protocol/register-map.ts';
import { openPacedLine } from './paced-line.ts';
import { atMost, type Row, shown } from './report.ts';

const baud = 9600;
const healthyUnits = [1, 2, 3, 4, 5, 6, 7];
const deadUnit = 8;
const growthMax = 0.05;
/** Between two tries of the caller at a device that is backing off. Unit: ms. */
const askAgainMs = 100;
const fields = fieldsPolled(bin4, 'status');

async function openBins(units: readonly number[]) {
  const paced = await openPacedLine({ baud, turnaroundMs: 5, chunkBytes: 8, deadUnit });
  const stop = new AbortController();
  let polls = 0;
  const watch = async (unit: number) => {
    const device = openDevice({ id: `bin-${unit}`, line: paced.line, unit, map: bin4, clock: wireClock });
    while (!stop.signal.aborted) {
      const answered = await device.read(fields, { priority: 'poll' }).then(
        () => true,
        () => false,
      );
      if (answered) polls += 1;
      else await wireClock.sleep(askAgainMs, 'the next try');
    }
    device.close();
  };
  const watching = Promise.all(units.map(watch));
  return {
    polls: () => polls,
    traffic: (unit: number) => paced.line.unitStats(unit),
    async close() {
      stop.abort();
      await watching;
      await paced.close();
    },
  };
}

export async function benchDeadUnit({ settleSeconds, minutes }: { settleSeconds: number; minutes: number }): Promise<Row[]> {
  const sound = await openBins(healthyUnits);
  const troubled = await openBins([...healthyUnits, deadUnit]);
  try {
    await wireClock.sleep(settleSeconds * 1000, 'back-off to settle');
    const before = { sound: sound.polls(), troubled: troubled.polls(), tries: troubled.traffic(deadUnit).sent };
    await wireClock.sleep(minutes * 60_000, 'the measured time');
    const cycleMs = (polls: number) => (minutes * 60_000 * healthyUnits.length) / polls;
    const soundMs = cycleMs(sound.polls() - before.sound);
    const troubledMs = cycleMs(troubled.polls() - before.troubled);
    const tries = troubled.traffic(deadUnit).sent - before.tries;
    return [
      atMost('1 of 8 units dead: healthy cycle grows', (troubledMs / soundMs - 1) * 100, growthMax * 100, '%'),
      shown('mean cycle without it, with it', `${soundMs.toFixed(1)} ms, ${troubledMs.toFixed(1)} ms over ${minutes} min with ${tries} tries of the dead one`),
    ];
  } finally {
    await Promise.all([sound.close(), troubled.close()]);
  }
}
