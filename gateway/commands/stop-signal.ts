/**
 * Ctrl-C, SIGTERM and a reader of our output who is gone, as an abort signal: the first asks to stop cleanly, a second signal ends the process
 * the hard way.
 */
export function stopSignal(): AbortController {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort(new Error(name)));
  // `sifen demo | head`: what is said from now on goes nowhere, and the books are still closed in order.
  process.stdout.on('error', () => controller.abort(new Error('nobody reads the output any more')));
  return controller;
}

/** Resolves when `signal` aborts. */
export function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve(), { once: true });
  return promise;
}
