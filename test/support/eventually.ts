// Waiting for something another process or socket does; without it tests would sleep for fixed times and fail on slow machines.
import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves when `holds` is true. Bounds: asks every 20 ms, gives up after `deadlineMs` with what `describe` says. */
export async function eventually(holds: () => boolean, describe: () => string, deadlineMs = 20_000): Promise<void> {
  const startedMs = performance.now();
  while (!holds()) {
    if (performance.now() - startedMs > deadlineMs) throw new Error(`after ${deadlineMs} ms: ${describe()}`);
    await sleep(20);
  }
}
