/**
 * The heart of the kill loop: a gateway on a real simulated dispenser is killed with SIGKILL at a seeded moment of a dispense, over and
 * over, and the counters of the metal are held against the books. It judges by what anybody can see from outside: the board's registers, the
 * simulator's motor journal, and what `sifen` prints.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { randomFor } from '../../device-sim/random.ts';
import { waitUntil } from '../village/children.ts';
import {
  capacity,
  cards,
  eventAfter,
  eventsAfter,
  filesOf,
  loadMagazine,
  type SimulatedSite,
  sifen,
  spawnGateway,
  startGateway,
  startSimulator,
  writeGatewaySite,
  writeSimulatedSite,
} from '../village/village.ts';
import { audit, readBoard } from './audit.ts';

export interface KillLoopReport {
  readonly seed: number;
  readonly kills: number;
  readonly intents: number;
  readonly motorStarts: number;
  readonly rollsOut: number;
  readonly issued: number;
  readonly voided: number;
  /** Empty when every invariant held. */
  readonly violations: readonly string[];
}

export interface KillLoopOptions {
  readonly folder: string;
  readonly times: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}

/** Slow enough that a roll takes over half a second, fast enough for 200 of them. Village time per real time. */
const pace = 4;
/** Kill moments after the card was shown: from before the intent to after the settlement. Unit: ms. */
const killAfterMsMax = 1200;
/** One start in this many is killed as well, anywhere in its start-up. */
const startUpKillEvery = 5;
const startUpKillMsMax = 1500;
const auditEvery = 20;
/** Pause for two looks of the station at an idle board (1000 village ms each). Unit: ms. */
const looksMs = Math.ceil(2000 / pace);
const rollsPerLoad = 60;

/** Runs the loop in `folder`, which is empty. Nothing it started is left running. @throws Error when a process does not do its part. */
export async function runKillLoop({ folder, times, seed, say }: KillLoopOptions): Promise<KillLoopReport> {
  writeSimulatedSite(folder);
  const site = await startSimulator(folder, { pace });
  try {
    writeGatewaySite(folder, site.places);
    const { roster, data } = filesOf(folder);
    const first = await startGateway(folder, pace);
    const imported = await sifen('roster', 'import', roster, '--data', data);
    await first.child.stop();
    if (imported.code !== 0) throw new Error(`the roster was not imported: ${imported.err}`);
    return await killOften({ folder, times, seed, say }, site);
  } finally {
    await site.child.stop();
  }
}

async function killOften({ folder, times, seed, say }: KillLoopOptions, site: SimulatedSite): Promise<KillLoopReport> {
  const random = randomFor(seed, 'kill-loop');
  const port = Number(site.places['dispenser-line']);
  let kills = 0;
  let loaded = 0;
  let seen = 0;
  const violations: string[] = [];
  for (let time = 1; time <= times + 1 && violations.length === 0; time += 1) {
    if (random.whole(1, startUpKillEvery) === 1) {
      const early = spawnGateway(folder, pace);
      await sleep(random.next() * startUpKillMsMax);
      await early.kill();
      kills += 1;
    }
    const gateway = await startGateway(folder, pace);
    try {
      seen = await becomeReady(folder, seen, port);
      if (time > times || (time > 1 && time % auditEvery === 1)) {
        violations.push(...(await audit(folder, port)));
        say(`${time - 1} of ${times}: ${violations.length === 0 ? 'sound' : violations.join('; ')}`);
      }
      if (time > times || violations.length > 0) continue;
      const { ctrOut } = await readBoard(port);
      if (loaded - ctrOut < 3) {
        const count = Math.min(rollsPerLoad, capacity - (loaded - ctrOut));
        await loadMagazine(folder, site, { first: loaded + 1, count, looksMs });
        loaded += count;
      }
      await showCard(site);
      await sleep(random.next() * killAfterMsMax);
      kills += 1;
    } finally {
      await gateway.child.kill();
    }
  }
  const counts = await count(folder, site);
  // A loop whose cards are refused would find nothing wrong and prove nothing.
  if (violations.length === 0 && counts.intents < times / 4) violations.push(`only ${counts.intents} of ${times} cards led to an intent`);
  return { seed, kills, ...counts, violations };
}

/** Waits until this start has settled what was open and the board shows its start-up fence. @returns the sequence of its first event. */
async function becomeReady(folder: string, seen: number, port: number): Promise<number> {
  const boots = await eventsAfter(folder, seen, 'gateway.started');
  const boot = boots.at(-1)?.sequence ?? seen;
  const fenced = await eventAfter(folder, boot, 'device.fenced', ({ data }) => data['reason'] === 'start_up');
  await waitUntil(
    async () => (await readBoard(port)).lastJob >= Number(fenced.data['fence']),
    () => 'the board does not show the start-up fence',
  );
  // The station reads that status itself within one look.
  await sleep(looksMs / 2);
  return boot;
}

/** Shows the card until the gateway's end of the reader has it. */
async function showCard(site: SimulatedSite): Promise<void> {
  const heard = () =>
    site.child.out.filter((line) => line.includes('"event":"scan"') && line.includes('dispenser-reader') && line.includes('"heard":true')).length;
  const before = heard();
  await waitUntil(
    async () => {
      await site.act({ do: 'scan', reader: 'dispenser-reader', text: cards[0] });
      return heard() > before;
    },
    () => 'nobody listens to the card reader',
  );
}

/** What the loop did, counted from the log and from what the simulator told. */
async function count(folder: string, site: SimulatedSite): Promise<Pick<KillLoopReport, 'intents' | 'motorStarts' | 'rollsOut' | 'issued' | 'voided'>> {
  const told = (event: string) => site.child.out.filter((line) => line.includes(`"event":"${event}"`)).length;
  const listed = async (name: string) => {
    const { out } = await sifen('events', 'list', '--name', name, '--limit', '10000', '--json', '--data', filesOf(folder).data);
    return (JSON.parse(out) as unknown[]).length;
  };
  const [intents, issued, voided] = [await listed('bag.issue.requested'), await listed('bag.roll.issued'), await listed('bag.issue.voided')];
  return { intents, motorStarts: told('motor-start'), rollsOut: told('roll-out'), issued, voided };
}
