/**
 * The data folder of a village: what lies where in it, and what that says about the village. It opens and changes nothing but the folder
 * itself.
 */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayError } from './errors.ts';

/** Files and folders of a village. */
export const placesIn = (dataDir: string) => ({
  ledger: join(dataDir, 'ledger.db'),
  personal: join(dataDir, 'personal.db'),
  keys: join(dataDir, 'keys'),
  /** How far the ledger had come. */
  mark: join(dataDir, 'ledger-mark.json'),
  /** The site file as a gateway or a founding command resolved it, for commands that come later. */
  site: join(dataDir, 'site.json'),
});

/** Longest path of a Unix socket. Unit: byte. Source: unix(7), sun_path without its last zero. */
const socketPathBytesMax = 107;

/** The way in for commands, while a gateway runs. @throws GatewayError usage when no socket can be there. */
export function socketIn(dataDir: string): string {
  const path = join(dataDir, 'sifen.sock');
  const bytes = Buffer.byteLength(path);
  if (bytes > socketPathBytesMax) {
    throw new GatewayError('usage', `The path ${path} has ${bytes} bytes; that of a socket may have ${socketPathBytesMax}.`, {
      hint: 'Give a data folder with a shorter path, or its path from the folder you are in.',
    });
  }
  return path;
}

/** Whether `file` is not there or has not one byte, as a full disk or a copy that was cut off leaves it. */
export const isGone = (file: string): boolean => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0;

/** `ledger_lost`: a village lived here, and its ledger is gone while other files of it are there. */
export type Standing = 'new' | 'living' | 'ledger_lost';

/** Whether a village lives in `dataDir`. Keys alone make none: they may be made, and their public half enrolled, before the first start. */
export function standingOf(dataDir: string): Standing {
  const { ledger, personal, mark } = placesIn(dataDir);
  if (!isGone(ledger)) return 'living';
  if (existsSync(personal) || existsSync(mark)) return 'ledger_lost';
  // Nothing but an empty file: a first start that was cut off. It has its keys, and they are not made anew.
  return existsSync(ledger) ? 'living' : 'new';
}

/** Makes `folder` if it is not there. @throws GatewayError file_unreadable. */
export function makeFolder(folder: string, mode = 0o750): void {
  try {
    mkdirSync(folder, { recursive: true, mode });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code === 'EEXIST' || code === 'ENOTDIR' ? 'there is a file in its place' : message;
    throw new GatewayError('file_unreadable', `The folder ${folder} cannot be made: ${reason}.`, { cause, hint: 'Name another folder with --data DIR.' });
  }
}
