/**
 * Runs villages from their first start to the last audit, and judges them: every step while they run, everything at the end when all
 * trouble is over and nothing is open. The same seed gives the same transcript, whose digest is compared.
 */
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { randomFor } from '../../device-sim/random.ts';
import { postingsOf } from '../../protocol/events.ts';
import { Crowd } from './crowd.ts';
import { makeRunFolder } from './run-folder.ts';
import { drawCrowdedScenario, drawScenario, quietDay, type Scenario } from './scenario.ts';
import { cardsOf, labelsOf } from './village-files.ts';
import type { Breach, Watch } from './watch.ts';
import { World, type WorldOptions } from './world.ts';

export interface RunReport {
  readonly seed: number;
  readonly breach: Breach | null;
  /** Where it broke, or ended. */
  readonly step: number;
  /** Unit: ms of virtual time. */
  readonly atMs: number;
  /** Real time its life took, without its founding before and the audit behind. Unit: ms. */
  readonly lifeMs: number;
  /** SHA-256 over the transcript, hex. */
  readonly digest: string;
  /** Gateway processes there were. */
  readonly lives: number;
  readonly counts: Watch['counts'];
}

export type RunOptions = Partial<Pick<WorldOptions, 'tell' | 'alsoSends'>>;

/** Calm at the end, in which everything open is settled: I9 and the next look of the technician. Unit: ms. */
const calmMs = 240_000;
const labelsPrinted = 2000;

/** Runs the scenario of a seed. `hours` of village time, 1 or more. */
export const runSeed = (seed: number, hours: number, options: RunOptions = {}): Promise<RunReport> => runScenario(drawScenario(seed, hours), options);

/** Recyclables brought on one day, by as many of 365 households, between six in the morning and eight in the evening. */
const loadsADay = 24;

/** Runs an untroubled day of 365 households, looked at once a minute where nobody is. */
export function runDay(options: RunOptions = {}): Promise<RunReport> {
  const random = randomFor(quietDay.seed, 'recyclables');
  return play({ scenario: quietDay, labels: labelsOf(quietDay.seed, labelsPrinted), options }, async (world) => {
    const cards = cardsOf(quietDay.plan);
    for (let load = 0; load < loadsADay; load += 1) {
      // One after the other, a minute apart at least: there is one tray.
      const atMs = 6 * 3_600_000 + ((load + random.next() * 0.9) * 14 * 3_600_000) / loadsADay;
      world.time.after(atMs, () => weigh(world, cards[random.whole(0, cards.length - 1)] ?? '', random.whole(400, 9000)));
    }
    await world.run(quietDay.lengthMs);
  });
}

/** Tray first, then card and material, and the goods off again. */
function weigh({ site, time }: World, card: string, grams: number): void {
  site.obey({ do: 'tray', scale: 'scale-1', grams });
  time.after(2000, () => site.obey({ do: 'scan', reader: 'scale-reader', text: card }));
  time.after(4000, () => site.obey({ do: 'scan', reader: 'scale-reader', text: 'M1:CARDBOARD' }));
  time.after(6500, () => site.obey({ do: 'tray', scale: 'scale-1', grams: 0 }));
}

export function runScenario(scenario: Scenario, options: RunOptions = {}): Promise<RunReport> {
  return play({ scenario, labels: labelsOf(scenario.seed, labelsPrinted), options }, (world) => world.run(scenario.lengthMs));
}

/** Runs one dispenser with a crowd before it until it has begun `jobs` jobs, with trouble all the time. */
export function runJobs(seed: number, jobs: number, options: RunOptions = {}): Promise<RunReport> {
  const scenario = drawCrowdedScenario(seed, jobs);
  const labels = labelsOf(seed, jobs * 2);
  const crowds: Crowd[] = [];
  const people: Pick<WorldOptions, 'onOutcome' | 'onSite'> = {
    onOutcome: (outcome) => crowds[0]?.onOutcome(outcome),
    onSite: (event) => {
      if (event.event === 'roll-out') crowds[0]?.onRollOut(event.label);
    },
  };
  return play({ scenario, labels, options: { ...options, ...people } }, async (world) => {
    const { time, site } = world;
    const place = { dispenser: 'dispenser-1', counter: 'counter-1', exit: 'exit-1' };
    const crowd = new Crowd({ time, site, random: randomFor(seed, 'crowd'), cards: cardsOf(scenario.plan), labels, ...place });
    crowds.push(crowd);
    while (world.watch.breach === null && world.watch.counts.intents < jobs && time.nowMs < scenario.lengthMs) await world.run(time.nowMs + 10_000);
    crowd.sendHome();
    if (world.watch.counts.intents < jobs) world.watch.break('throughput', `only ${world.watch.counts.intents} of ${jobs} jobs were begun`);
  });
}

interface Play {
  readonly scenario: Scenario;
  readonly labels: readonly string[];
  readonly options: Partial<WorldOptions>;
}

async function play({ scenario, labels, options }: Play, act: (world: World) => Promise<void>): Promise<RunReport> {
  const folder = makeRunFolder();
  const transcript = createHash('sha256');
  const tell = (line: string) => {
    transcript.update(`${line}\n`);
    options.tell?.(line);
  };
  try {
    const world = new World({ ...options, scenario, folder, labels, tell });
    const { watch, time } = world;
    const foundedMs = performance.now();
    await act(world);
    if (watch.breach === null) world.calm();
    await world.run(time.nowMs + calmMs);
    const lifeMs = performance.now() - foundedMs;
    if (watch.breach === null) audit(world);
    if (watch.breach === null) await world.close();
    const { breach, counts } = watch;
    return { seed: scenario.seed, breach, step: time.steps, atMs: time.nowMs, lifeMs, digest: transcript.digest('hex'), lives: world.lives, counts };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Holds books, chain and metal against each other, at rest. */
function audit({ watch, village, site }: World): void {
  watch.atEnd();
  if (village === null) {
    watch.break('service', 'no gateway runs at the end');
    return;
  }
  const { store } = village;
  for (const { detail } of store.ledger.problems()) watch.break('ledger', detail);
  const sums = new Map<string, number>();
  try {
    for (const { draft } of store.events())
      for (const { account, unit, amount } of postingsOf(draft)) sums.set(`${account} ${unit}`, (sums.get(`${account} ${unit}`) ?? 0) + amount);
  } catch (error) {
    watch.break('chain', String(error));
  }
  for (const { account, unit, amount } of store.ledger.balances()) {
    const sum = sums.get(`${account} ${unit}`) ?? 0;
    if (sum !== amount) watch.break('I8', `${account} shows ${amount} ${unit}, its verified events add up to ${sum}`);
    if (account.startsWith('hold/')) watch.break('I5', `${account} still holds ${amount} ${unit}`);
  }
  for (const { device, ctrOut, ctrTest, suspense } of store.ledger.dispensers()) {
    const metal = site.countersOf(device);
    if (metal.ctrOut !== ctrOut || metal.ctrTest !== ctrTest)
      watch.break('I3', `${device} counted ${metal.ctrOut} rolls and ${metal.ctrTest} in service, the books ${ctrOut} and ${ctrTest}`);
    if (suspense !== 0 && !watch.isSwapped(device)) watch.break('I7', `${suspense} rolls of ${device} are in suspense`);
  }
  const rebuilt = store.rebuild();
  if (!rebuilt.identical) watch.break('rebuild', `${rebuilt.differing.join(', ')} came out otherwise when derived again`);
}
