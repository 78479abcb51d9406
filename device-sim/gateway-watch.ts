/**
 * What a gateway beside the simulator says of itself on its status page, read as any monitor would. It never writes, and knows nothing of
 * the gateway but that page.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { GatewayFacts } from './scenario.ts';
import { SiteError } from './site-error.ts';

const counts = z.record(z.string(), z.number());
const statusSchema = z.object({
  counts,
  refusals: counts,
  devices: z.array(z.object({ id: z.string(), state: z.string(), note: z.string() })),
});

export interface GatewayWatch {
  /** Counts since the watch began, and devices now. @throws SiteError when the gateway does not answer. */
  facts(): Promise<GatewayFacts>;
}

/** How long one answer, and a gateway that comes up, may take. Unit: ms. */
const answerMs = 5_000;
const readyMs = 60_000;
const lookMs = 100;

async function readStatus(url: string): Promise<z.infer<typeof statusSchema>> {
  let answer: unknown;
  try {
    answer = await (await fetch(new URL('/api/v1/status', url), { signal: AbortSignal.timeout(answerMs) })).json();
  } catch (cause) {
    throw new SiteError(`no gateway answers at ${url}; start it first, or leave --gateway out`, { cause });
  }
  const status = statusSchema.safeParse(answer);
  if (!status.success) throw new SiteError(`what answers at ${url} is no gateway of this version`);
  return status.data;
}

/** Waits until the gateway has heard every one of its devices, then counts from there. @throws SiteError when it does not come to that. */
export async function watchGateway(url: string): Promise<GatewayWatch> {
  const untilMs = performance.now() + readyMs;
  let first = await readStatus(url);
  while (first.devices.some(({ state }) => state !== 'online')) {
    if (performance.now() > untilMs) {
      const missing = first.devices.filter(({ state }) => state !== 'online').map(({ id }) => id);
      throw new SiteError(`the gateway at ${url} does not reach ${missing.join(', ')}; do both speak of the same wires?`);
    }
    await sleep(lookMs);
    first = await readStatus(url);
  }
  const since = (now: Readonly<Record<string, number>>, then: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(now).map(([name, value]) => [name, value - (then[name] ?? 0)]));
  return {
    async facts() {
      const now = await readStatus(url);
      return { ledger: since(now.counts, first.counts), refusals: since(now.refusals, first.refusals), devices: now.devices };
    },
  };
}
