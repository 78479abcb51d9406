/**
 * From the rows of the site file to a bin assembled from parts. The site file was cross-checked: a part that is not there, or of the wrong
 * kind, is our own mistake by now. It opens nothing and asks nothing.
 */
import assert from 'node:assert/strict';
import type { BinPart } from '../protocol/bin-reading.ts';
import type { SiteConfig } from './config.ts';
import { lockPulseMs } from './limits.ts';
import { AssembledBin, type BoardLock, type Contact, type Fitted, type FittedCompartment, type Locks } from './workflows/assembled-bin.ts';

type BinRow = Extract<SiteConfig['bins'][number], { model: 'PARTS' }>;
type CompartmentRow = BinRow['compartments'][number];
/** What hangs on lines, and the lock boards with ports of their own. */
export interface BinParts {
  readonly onLines: ReadonlyMap<string, Fitted<BinPart>>;
  readonly locks: ReadonlyMap<string, Locks>;
}

/** The part called `id`, which must be of this kind. */
function fitted<K extends BinPart['part']>({ onLines: parts }: BinParts, id: string, kind: K): Fitted<Extract<BinPart, { part: K }>> {
  const found = parts.get(id);
  assert(found?.part.part === kind, `${id} is no ${kind} part`);
  return found as Fitted<Extract<BinPart, { part: K }>>;
}

const contactOf = (parts: BinParts, row: CompartmentRow['smoke']): Contact | null =>
  row && { board: fitted(parts, row.part, 'relay'), input: row.input, activeWhen: row.activeWhen };

/** A lock of a lock board; undefined where the row names another kind of board. */
function boardLockOf({ locks }: BinParts, { part, lock }: { readonly part: string; readonly lock?: number | undefined }): BoardLock | undefined {
  const board = locks.get(part);
  if (board === undefined) return undefined;
  assert(lock !== undefined, `no lock of ${part}`);
  return { locks: board, lock };
}

function doorOf(parts: BinParts, row: CompartmentRow['door']): FittedCompartment['door'] {
  if (row === null) return null;
  const own = boardLockOf(parts, row);
  if (own !== undefined) return own;
  const { part, input, activeWhen = 'high' } = row;
  assert(input !== undefined, `no input of ${part}`);
  return contactOf(parts, { part, input, activeWhen });
}

function lockOf(parts: BinParts, row: CompartmentRow['lock']): FittedCompartment['lock'] {
  if (row === null) return null;
  const { part, relay, pulseMs = lockPulseMs } = row;
  const own = boardLockOf(parts, row);
  if (own !== undefined) return own;
  assert(relay !== undefined, `no relay of ${part}`);
  return { board: fitted(parts, part, 'relay'), relay, pulseMs };
}

function compartmentOf(parts: BinParts, { wasteClass, level, temperature, smoke, door, lock }: CompartmentRow): FittedCompartment {
  return {
    wasteClass,
    level: { ...fitted(parts, level.part, 'level'), mounting: { emptyMm: level.emptyMm, fullMm: level.fullMm } },
    temperature: temperature && fitted(parts, temperature.part, 'climate'),
    smoke: contactOf(parts, smoke),
    door: doorOf(parts, door),
    lock: lockOf(parts, lock),
  };
}

/** Puts a bin together. */
export const assembleBin = (row: BinRow, parts: BinParts): AssembledBin =>
  new AssembledBin(
    row.id,
    row.compartments.map((compartment) => compartmentOf(parts, compartment)),
  );
