/** Where the files of a simulated village are kept while it runs. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder in memory where the machine has one: a run is thousands of commits, and what a power cut does to a disk is not its subject. */
const memoryFolder = '/dev/shm';

/** A new empty folder for the files of one run; whoever asked for it removes it. */
export function makeRunFolder(): string {
  try {
    return mkdtempSync(join(memoryFolder, 'sifen-simulation-'));
  } catch {
    // No such folder here: the ordinary one is as good, only slower.
    return mkdtempSync(join(tmpdir(), 'sifen-simulation-'));
  }
}
