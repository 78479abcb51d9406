/**
 * Plays a scenario on a site that lives: gives each order when its time has come, and says at the end what was expected, what came of it,
 * and whether all of it did. It judges nothing itself; scenario.ts does.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type GatewayWatch, watchGateway } from './gateway-watch.ts';
import { judgeExpectation, type Scenario } from './scenario.ts';
import type { Simulation } from './simulation.ts';
import type { SiteEvent } from './site-event.ts';

export interface PlayOptions {
  readonly scenario: Scenario;
  readonly simulation: Simulation;
  /** Status page of a gateway at the wires of this site; without one, what is expected of a gateway is not met. */
  readonly gatewayUrl: string | undefined;
  readonly tell: (event: SiteEvent) => void;
  /** Everything the site has told since it was opened, growing. */
  readonly told: readonly SiteEvent[];
  readonly signal: AbortSignal;
}

/** Pause between two looks at the village clock. Unit: ms of real time. */
const lookMs = 10;
/** How long after its end a scenario waits for a gateway that is a little behind. Unit: ms of real time. */
const patienceMs = 10_000;

/** @returns whether every order was obeyed and every expectation met. @throws SiteError when the gateway does not answer. */
export async function playScenario(options: PlayOptions): Promise<boolean> {
  const { scenario, simulation, gatewayUrl, tell, told, signal } = options;
  const gateway = gatewayUrl === undefined ? undefined : await watchGateway(gatewayUrl);
  const [startedAtMs, toldBefore] = [simulation.site.nowMs, told.length];
  const waiting = [...scenario.steps];
  let refused = 0;
  while (simulation.site.nowMs - startedAtMs < scenario.endMs && !signal.aborted) {
    for (let step = waiting[0]; step !== undefined && step.atMs <= simulation.site.nowMs - startedAtMs; step = waiting[0]) {
      waiting.shift();
      const answer = simulation.obey(step.order);
      if (!answer.ok) refused += 1;
      tell({ event: 'step', atMs: step.atMs, order: step.order, refused: answer.ok ? null : answer.reason });
    }
    await sleep(lookMs);
  }
  if (signal.aborted) return false;
  const verdicts = await judge(options, gateway, () => told.slice(toldBefore));
  for (const { met, text, seen } of verdicts) tell({ event: 'expected', met, text, seen });
  const ok = refused === 0 && verdicts.every(({ met }) => met);
  tell({ event: 'played', scenario: scenario.name, ok });
  return ok;
}

async function judge({ scenario, signal }: PlayOptions, gateway: GatewayWatch | undefined, events: () => readonly SiteEvent[]) {
  const untilMs = performance.now() + patienceMs;
  for (;;) {
    const facts = await gateway?.facts();
    const verdicts = scenario.expect.map((expectation) => judgeExpectation(expectation, events(), facts));
    if (gateway === undefined || verdicts.every(({ met }) => met) || performance.now() > untilMs || signal.aborted) return verdicts;
    await sleep(lookMs * 10);
  }
}
