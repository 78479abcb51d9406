/**
 * Plays a scenario file in one process under the virtual clock, and judges it as `sim play` does. The same file gives the same transcript,
 * line for line. What it can have besides the faults of wires and devices: those of the gateway's machine and of the network to its broker.
 */
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describeEvent } from '../../device-sim/describe-event.ts';
import { type GatewayFacts, judgeExpectation, loadScenario, type Scenario } from '../../device-sim/scenario.ts';
import { SiteError } from '../../device-sim/site-error.ts';
import type { SiteEvent } from '../../device-sim/site-event.ts';
import { loadSiteFile } from '../../device-sim/site-file.ts';
import { loadSite } from '../../gateway/config-file.ts';
import { PlayedVillage } from './played-village.ts';
import { makeRunFolder } from './run-folder.ts';
import { formatVirtual } from './task.ts';

export interface PlayReport {
  /** Whether every order was obeyed, every expectation met and the books are sound. */
  readonly ok: boolean;
  /** SHA-256 over the transcript, hex. */
  readonly digest: string;
}

export interface PlayFiles {
  readonly scenarioFile: string;
  /** Site file of the gateway that stands at the site of the scenario; it finds its devices where the site has them. */
  readonly gatewayFile: string;
  readonly rosterFile: string;
}

/** How long the gateway may take to hear all of its devices, and to end what is under way at the end. Unit: ms of virtual time. */
const [readyMs, patienceMs] = [60_000, 10_000];
const lookMs = 100;

/** @throws SiteError, GatewayError for a file that is not sound, or a gateway that does not reach its devices. */
export async function playInOneProcess({ scenarioFile, gatewayFile, rosterFile }: PlayFiles, tell: (line: string) => void): Promise<PlayReport> {
  const scenario = loadScenario(scenarioFile);
  const folder = makeRunFolder();
  const transcript = createHash('sha256');
  const told: SiteEvent[] = [];
  let village: PlayedVillage | undefined;
  const write = (line: string) => {
    const timed = `${formatVirtual(village?.time.nowMs ?? 0)}.${String(Math.floor((village?.time.nowMs ?? 0) % 1000)).padStart(3, '0')} ${line}`;
    transcript.update(`${timed}\n`);
    tell(timed);
  };
  const onSite = (event: SiteEvent) => {
    told.push(event);
    write(describeEvent(event));
  };
  try {
    const { seed, villagers: withVillagers, siteFile } = scenario;
    const files = { site: loadSiteFile(siteFile), gateway: loadSite(gatewayFile), rosterFile, dataDir: join(folder, 'data') };
    village = await PlayedVillage.open({ ...files, seed, withVillagers, tell: write, onSite });
    const ok = await play(scenario, village, told, onSite);
    const problems = village.problems();
    for (const problem of problems) write(`the books: ${problem}`);
    await village.close();
    return { ok: ok && problems.length === 0, digest: transcript.digest('hex') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function play(scenario: Scenario, village: PlayedVillage, told: readonly SiteEvent[], tell: (event: SiteEvent) => void): Promise<boolean> {
  const before = await untilReady(village);
  const { time } = village;
  const [startedAtMs, toldBefore] = [time.nowMs, told.length];
  let refused = 0;
  for (const { atMs, order } of scenario.steps)
    time.after(atMs, () => {
      const answer = village.obey(order);
      if (!answer.ok) refused += 1;
      tell({ event: 'step', atMs, order, refused: answer.ok ? null : answer.reason });
    });
  await village.run(startedAtMs + scenario.endMs);
  const judge = () => {
    const [events, facts] = [told.slice(toldBefore), since(before, village.facts())];
    return scenario.expect.map((expectation) => judgeExpectation(expectation, events, facts));
  };
  const untilMs = time.nowMs + patienceMs;
  while (time.nowMs < untilMs && judge().some(({ met }) => !met)) await village.run(time.nowMs + lookMs);
  const verdicts = judge();
  for (const { met, text, seen } of verdicts) tell({ event: 'expected', met, text, seen });
  const ok = refused === 0 && verdicts.every(({ met }) => met);
  tell({ event: 'played', scenario: scenario.name, ok });
  return ok;
}

async function untilReady(village: PlayedVillage): Promise<GatewayFacts> {
  const missing = () => village.facts().devices.filter(({ state }) => state !== 'online');
  while (missing().length > 0) {
    if (village.time.nowMs > readyMs)
      throw new SiteError(
        `the gateway does not reach ${missing()
          .map(({ id }) => id)
          .join(', ')}; do both site files name the same places?`,
      );
    await village.run(village.time.nowMs + lookMs);
  }
  return village.facts();
}

/** Counts since the scenario began; devices and the broker as they are. */
function since(before: GatewayFacts, now: GatewayFacts): GatewayFacts {
  const less = (later: Readonly<Record<string, number>>, earlier: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(later).map(([name, value]) => [name, value - (earlier[name] ?? 0)]));
  return { ...now, ledger: less(now.ledger, before.ledger), refusals: less(now.refusals, before.refusals) };
}
