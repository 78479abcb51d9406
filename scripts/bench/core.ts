/**
 * The figures of the village core: what a settled weighing costs beside a bare commit of the same bytes, what a group saves, what ten million
 * ledger rows and a million events add. Both sides of every ratio are measured in turns in the same run, on the same disk.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchGrownLedger } from './grown-ledger.ts';
import type { Row } from './report.ts';
import { benchSettledWeighing } from './settled-weighing.ts';
import { benchStartUp } from './start-up.ts';

export interface CoreBenchOptions {
  /** A look whether everything runs: its figures are too few to mean much. */
  readonly isShort: boolean;
}

/** Runs every part, and tells each row as it is known. Needs about 6 GB of disk for a quarter of an hour. */
export async function benchCore({ isShort }: CoreBenchOptions, tell: (row: Row) => void): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sifen-bench-core-'));
  const rows: Row[] = [];
  const add = (more: readonly Row[]) => {
    rows.push(...more);
    more.forEach(tell);
  };
  try {
    add(benchSettledWeighing(folder, isShort ? 60 : 600));
    add(benchGrownLedger(folder, isShort ? { ledgerRows: 100_000, rounds: 60 } : { ledgerRows: 10_000_000, rounds: 400 }));
    add(await benchStartUp(folder, isShort ? { events: 20_000, rounds: 2 } : { events: 1_000_000, rounds: 5 }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return rows;
}
