/** Files that must be there whole after a power cut: written beside, synced, renamed, and the folder synced. Knows nothing of their content. */
import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { GatewayError } from './errors.ts';

/** Writes or replaces `file`; after this returns, a power cut leaves the new content, before it the old. @throws GatewayError store_failed. */
export function writeDurably(file: string, content: string | Uint8Array, mode: number): void {
  try {
    write(file, content, mode);
  } catch (cause) {
    throw new GatewayError('store_failed', `${file} cannot be written: ${(cause as Error).message}.`, { cause });
  }
}

function write(file: string, content: string | Uint8Array, mode: number): void {
  const fresh = `${file}.new`;
  const handle = openSync(fresh, 'w', mode);
  try {
    writeFileSync(handle, content);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(fresh, file);
  const folder = openSync(dirname(file), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
