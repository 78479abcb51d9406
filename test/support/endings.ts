// Ends what a test started, newest first, and removes its folders; without it every system test would clean up differently.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';

export interface Endings {
  /** Runs after the test, newest first. */
  add(end: () => Promise<unknown>): void;
  /** An empty folder that is removed after the test. */
  folder(): Promise<string>;
}

/** Call once at the top of a test file. */
export function endEachTest(): Endings {
  const ends: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  return {
    add: (end) => void ends.push(end),
    async folder() {
      const folder = await mkdtemp(join(tmpdir(), 'sifen-village-'));
      ends.push(() => rm(folder, { recursive: true, force: true }));
      return folder;
    },
  };
}
