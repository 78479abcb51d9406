/** Where acceptance reports lie: the signed envelope and the page beside it, one pair a visit. It replaces no file, and looks before anybody is asked to do anything. */
import { accessSync, constants, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { acceptanceBytesMax } from '../../protocol/acceptance.ts';
import { envelopeBytesMax } from '../../protocol/envelope.ts';
import { formatLocal } from '../core/calendar.ts';
import { writeDurably } from '../durable-file.ts';
import { GatewayError } from '../errors.ts';
import { acceptanceFilesMax } from '../limits.ts';

/** Makes the folder if it is not there, and sees that it can be written to. @throws GatewayError file_unreadable. */
export function openReportFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code === 'EEXIST' || code === 'ENOTDIR' ? 'there is a file in its place' : message;
    throw new GatewayError('file_unreadable', `No report can be written into ${folder}: ${reason}.`, { cause, hint: 'Name another folder with --out DIR.' });
  }
}

/** Writes both files, named by the village's date and minute. The page comes last: where it lies, the envelope lies too. @throws GatewayError store_failed. */
export function saveReport(
  folder: string,
  atMs: number,
  { envelope, text }: { readonly envelope: string; readonly text: string },
): { json: string; text: string } {
  const stamp = formatLocal(atMs).slice(0, 16).replaceAll(/[-:]/g, '').replace(' ', '-');
  for (let number = 1; number <= acceptanceFilesMax; number += 1) {
    const base = join(folder, `acceptance-${stamp}${number === 1 ? '' : `-${number}`}`);
    const files = { json: `${base}.json`, text: `${base}.txt` };
    if (existsSync(files.json) || existsSync(files.text)) continue;
    writeDurably(files.json, envelope, 0o644);
    writeDurably(files.text, `${text}\n`, 0o644);
    return files;
  }
  throw new GatewayError('store_failed', `${folder} holds ${acceptanceFilesMax} reports of this minute already.`, {
    hint: 'Name another folder with --out DIR.',
  });
}

/** Bytes of a report. @throws GatewayError file_unreadable; one that is larger than any report is not read. */
export function readReportFile(file: string): Buffer {
  try {
    const { size } = statSync(file);
    if (size > envelopeBytesMax(acceptanceBytesMax)) throw new Error(`it has ${size} bytes, more than any report`);
    return readFileSync(file);
  } catch (cause) {
    throw new GatewayError('file_unreadable', `The report ${file} cannot be read: ${(cause as Error).message}.`, { cause });
  }
}
