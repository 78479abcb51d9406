/**
 * Where a capture goes. A gateway under a supervisor is started again with the very words it was started with first: the capture of what ended it
 * must not be written over, and a folder that holds one must not keep the gateway from starting. So a later run captures into a folder within.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { captureFiles } from '../protocol/capture-folder.ts';
import { capturesMax } from './limits.ts';

/** Folders made by this file, `20261124T061800Z` and with `-2` behind it when that one is taken. */
const runFolder = /^\d{8}T\d{6}Z(?:-\d+)?$/;

/**
 * `folder` itself while it holds no capture, else a new folder in it named by the wall clock `nowMs` (ms since 1970); null when there are
 * `capturesMax` already. A folder that cannot be read is handed back as it is: whoever writes will say so.
 */
export function captureFolderIn(folder: string, nowMs: number): string | null {
  const entries = entriesOf(folder);
  // The manifest comes a moment after the wires: whoever was killed in between has left wires only.
  if (!entries.some((name) => name === captureFiles.manifest || name.endsWith('.jsonl'))) return folder;
  if (entries.filter((name) => runFolder.test(name)).length >= capturesMax - 1) return null;
  const started = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '');
  const names = [started, ...Array.from({ length: capturesMax }, (_unused, at) => `${started}-${at + 2}`)];
  return join(folder, names.find((name) => !entries.includes(name)) ?? started);
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
