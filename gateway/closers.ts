/** The end of whatever was opened in order: taken down in reverse, every part of it, whatever the others do. */

/** Lets go of one thing. */
export type Closer = () => unknown;

/**
 * Runs every closer, newest first, and waits for each; a failing one keeps none of the others from running. Those that need no waiting
 * have run when this returns. The list is empty afterwards. @throws what the first failing closer threw.
 */
export async function closeAll(closers: Closer[]): Promise<void> {
  const errors: unknown[] = [];
  for (const close of closers.splice(0).reverse()) {
    try {
      const closing = close();
      if (closing instanceof Promise) await closing;
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}

/** Does `work`, then closes, whatever came of it. @throws what `work` threw; what closing threw only when nothing went wrong before. */
export async function closingAfter<Result>(work: () => Promise<Result>, close: () => Promise<void>): Promise<Result> {
  const closers: Closer[] = [close];
  try {
    return await work();
  } catch (error) {
    await closeAll(closers).catch(() => undefined);
    throw error;
  } finally {
    await closeAll(closers);
  }
}
