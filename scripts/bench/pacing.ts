/**
 * What our line adds to what wire and boards need: eight units polled without a pause, in front of a pacer. The overhead of a transaction is the time
 * from its request to the next one, less the bytes of both frames, the turn-around of the board and one t3.5, and less what the pacer itself was late
 * with the last byte, which it knows and prints. The t3.5 is the standard's, 3.5 characters of 11 bits, whatever characters the wire has; the bench
 * spells it out once more, so that it does not judge the product by the product's own figure.
 */
import { wireClock } from '../../gateway/clock.ts';
import type { RequestOptions } from '../../gateway/southbound/line.ts';
import { openPacedLine, type PacedLine } from './paced-line.ts';
import { monotonicMs, type Passage } from './pacer.ts';
import { atLeast, atMost, quantile, type Row, shown } from './report.ts';

const units = [1, 2, 3, 4, 5, 6, 7, 8];
const turnaroundMs = 5;
/** A 16550A hands over eight bytes at a time. */
const chunkBytes = 8;
/** Source: Modbus over Serial Line V1.02, section 2.5.1.1: 3.5 characters of 11 bits, and 1.750 ms above 19,200 baud. */
const t35Ms = (baud: number): number => (baud > 19_200 ? 1.75 : (3.5 * 11 * 1000) / baud);
const overheadMsMax = 1;
const cpuShareMax = 0.03;
const poll: RequestOptions = { priority: 'poll', deadlineMs: 150, guardMs: 200 };
const readNine = { kind: 'read', space: 'holding', address: 0, count: 9 } as const;
/** Commands are told from polls by their address; one more each time. */
const firstCommandAddress = 1000;

async function pollWithoutPause({ line }: PacedLine, seconds: number): Promise<void> {
  const endAtMs = wireClock.monotonicMs() + seconds * 1000;
  const pollUnit = async (unit: number) => {
    while (wireClock.monotonicMs() < endAtMs) await line.request(unit, readNine, poll);
  };
  await Promise.all(units.map(pollUnit));
}

interface Round {
  readonly overheadsMs: readonly number[];
  readonly gapsMs: readonly number[];
  readonly lateMs: readonly number[];
  readonly cpuShare: number;
}

async function runRound(paced: PacedLine, baud: number, seconds: number): Promise<Round> {
  await paced.passages();
  const before = { cpu: process.cpuUsage(), atMs: wireClock.monotonicMs() };
  await pollWithoutPause(paced, seconds);
  const cpu = process.cpuUsage(before.cpu);
  const wallMs = wireClock.monotonicMs() - before.atMs;
  const passages = await paced.passages();
  const pairs = passages.slice(1).map((next, at) => [passages[at] as Passage, next] as const);
  return {
    overheadsMs: pairs.map(([passage, next]) => next.requestAtMs - passage.requestAtMs - passage.wireMs - passage.lateMs - t35Ms(baud)),
    gapsMs: pairs.flatMap(([{ answeredAtMs }, next]) => (answeredAtMs === null ? [] : [next.requestAtMs - answeredAtMs])),
    lateMs: passages.map(({ lateMs }) => lateMs),
    cpuShare: (cpu.user + cpu.system) / 1000 / wallMs,
  };
}

/**
 * What rounds with these p50 come to. The median is judged: the best round alone would hide a line that is quick only now and then. Other programs
 * on the machine add to a p50, so the best is shown beside it.
 */
export function overheadOf(roundsMs: readonly number[]): { readonly judgedMs: number; readonly all: string } {
  const sorted = roundsMs.toSorted((a, b) => a - b);
  const shownMs = sorted.map((ms) => ms.toFixed(2)).join(' ');
  return { judgedMs: quantile(sorted, 0.5), all: ` (best ${(sorted[0] ?? Number.NaN).toFixed(3)}; rounds ${shownMs})` };
}

/** One baud rate. The median of the rounds counts for the overhead, and the shortest gap is that of all rounds. */
export async function benchPacing(baud: number, options: { rounds: number; seconds: number; isSerial: boolean }): Promise<Row[]> {
  const paced = await openPacedLine({ baud, turnaroundMs, chunkBytes, isSerial: options.isSerial });
  try {
    const rounds: Round[] = [];
    for (let n = 0; n < options.rounds; n += 1) rounds.push(await runRound(paced, baud, options.seconds));
    const overhead = overheadOf(rounds.map(({ overheadsMs }) => quantile(overheadsMs, 0.5)));
    const gapMs = Math.min(...rounds.flatMap(({ gapsMs }) => gapsMs));
    const late = rounds.flatMap(({ lateMs }) => lateMs);
    const name = `${baud} baud${options.isSerial ? ', pty through socat' : ''}`;
    const error = `p50 ${quantile(late, 0.5).toFixed(3)} ms, p99 ${quantile(late, 0.99).toFixed(3)} ms of ${late.length}`;
    const shortest = atLeast(`${name}: shortest gap seen by the pacer`, gapMs, t35Ms(baud), 'ms');
    if (options.isSerial) return [shown(`${name}: overhead p50, with socat's two hops`, `${overhead.judgedMs.toFixed(3)} ms${overhead.all}`), shortest];
    const rows = [
      atMost(`${name}: overhead p50, median of the rounds`, overhead.judgedMs, overheadMsMax, 'ms', overhead.all),
      shortest,
      shown(`${name}: the pacer's own error`, error),
    ];
    const shares = rounds.map(({ cpuShare }) => cpuShare).toSorted((a, b) => a - b);
    if (baud !== 9600) return rows;
    const cpu = atMost(`${name}: processor, 8 units without a pause, median`, quantile(shares, 0.5) * 100, cpuShareMax * 100, '% of a core');
    return [...rows, { ...cpu, measured: `${cpu.measured} (rounds ${shares.map((share) => (share * 100).toFixed(1)).join(' ')})` }];
  } finally {
    await paced.close();
  }
}

/** How long a command waits on a line full of polls: from the call to its first byte at the pacer. */
export async function benchCommands(baud: number, seconds: number): Promise<Row[]> {
  const paced = await openPacedLine({ baud, turnaroundMs, chunkBytes });
  try {
    const endAtMs = wireClock.monotonicMs() + seconds * 1000;
    const calledAtMs: number[] = [];
    const command = async () => {
      // Any moment of a transaction is as likely as any other: the pause is no multiple of one.
      while (wireClock.monotonicMs() < endAtMs) {
        await wireClock.sleep(50 + ((calledAtMs.length * 37.7) % 61), 'the next command');
        calledAtMs.push(monotonicMs());
        const address = firstCommandAddress + calledAtMs.length - 1;
        await paced.line.request(1, { kind: 'read', space: 'holding', address, count: 1 }, { ...poll, priority: 'actuation' });
      }
    };
    await Promise.all([pollWithoutPause(paced, seconds), command()]);
    const passages = await paced.passages();
    // How much later than due the frame in flight ended is the pacer's own error, and not charged to us.
    const waitsMs = passages.flatMap(({ address, requestAtMs }, at) => {
      const callAtMs = calledAtMs[address - firstCommandAddress];
      return callAtMs === undefined ? [] : [requestAtMs - callAtMs - (passages[at - 1]?.lateMs ?? 0)];
    });
    const frameMs = Math.max(...passages.map(({ wireMs }) => wireMs)) + t35Ms(baud);
    const more = ` of ${waitsMs.length}; p50 ${quantile(waitsMs, 0.5).toFixed(1)}, longest ${Math.max(...waitsMs).toFixed(1)}`;
    return [
      atMost(
        `${baud} baud: a command waits, p99 (limit: one transaction in flight with its t3.5, and 1 ms)`,
        quantile(waitsMs, 0.99),
        frameMs + overheadMsMax,
        'ms',
        more,
      ),
    ];
  } finally {
    await paced.close();
  }
}
