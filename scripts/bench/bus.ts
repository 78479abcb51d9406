/** The figures of the field bus: what we add to wire and boards, what a dead unit and a full line cost, and what all of it takes of the processor. */
import { existsSync } from 'node:fs';
import { benchDeadUnit } from './dead-unit.ts';
import { benchCommands, benchPacing } from './pacing.ts';
import type { Row } from './report.ts';
import { benchThroughput } from './throughput.ts';

const bauds = [9600, 19_200, 38_400, 115_200] as const;

export interface BusBenchOptions {
  /** A look whether everything runs: its figures are too few to mean much. */
  readonly isShort: boolean;
  /** How long the line with a dead unit is measured, once its back-off has settled. */
  readonly minutes: number;
}

/** Runs every part, and tells each row as it is known. */
export async function benchBus({ isShort, minutes }: BusBenchOptions, tell: (row: Row) => void): Promise<Row[]> {
  const rows: Row[] = [];
  const add = (more: readonly Row[]) => {
    rows.push(...more);
    more.forEach(tell);
  };
  add(await benchThroughput(isShort ? 6 : 24));
  const pacing = isShort ? { rounds: 1, seconds: 3 } : { rounds: 5, seconds: 8 };
  for (const baud of bauds) add(await benchPacing(baud, { ...pacing, isSerial: false }));
  if (existsSync('/usr/bin/socat')) for (const baud of bauds) add(await benchPacing(baud, { ...pacing, rounds: 1, isSerial: true }));
  for (const baud of [9600, 115_200]) add(await benchCommands(baud, isShort ? 5 : 40));
  add(await benchDeadUnit(isShort ? { settleSeconds: 18, minutes: 0.35 } : { settleSeconds: 30, minutes }));
  return rows;
}
