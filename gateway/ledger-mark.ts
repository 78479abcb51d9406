/**
 * How far this village's ledger had come, kept in a file beside it. A ledger that is behind this mark, or has another event where the mark
 * stood, was put back from a backup: its next event must open a new epoch, or followers would see a fork and boards would be given
 * numbers that were used before. The mark proves nothing against somebody who puts it back too; then the boards and the platform tell.
 */
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { placesIn } from './data-folder.ts';
import { writeDurably } from './durable-file.ts';

const markSchema = z.strictObject({ epoch: z.int().min(1), sequence: z.int().min(1), leaf: z.base64() });
/** Epoch, number and leaf of an event this ledger once ended with. */
export type LedgerMark = z.infer<typeof markSchema>;

/** The mark of the village in `dataDir`; null in a new folder. Written whole or not at all, so one that cannot be read is damage. */
export function loadLedgerMark(dataDir: string): LedgerMark | 'damaged' | null {
  const file = placesIn(dataDir).mark;
  if (!existsSync(file)) return null;
  try {
    return markSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return 'damaged';
  }
}

/** Keeps the mark; a power cut leaves the old or the new one. */
export function saveLedgerMark(dataDir: string, { epoch, sequence, leaf }: LedgerMark): void {
  writeDurably(placesIn(dataDir).mark, `${JSON.stringify({ epoch, sequence, leaf })}\n`, 0o640);
}

/** Whether the ledger was put back since `mark` was kept. `leafOf` gives the leaf of an event the ledger holds, or undefined. */
export const wasPutBack = (mark: LedgerMark, leafOf: (sequence: number) => string | undefined): boolean => leafOf(mark.sequence) !== mark.leaf;
