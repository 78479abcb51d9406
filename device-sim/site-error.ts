/**
 * The one way the simulator says that the outside world is in its way: a port in use, a site file that is wrong, a memory file that is
 * damaged. main.ts prints the sentence and ends with exit code 1; nothing else catches it.
 */

/** `message` is one sentence for a person, with the way out. */
export class SiteError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SiteError';
  }
}
