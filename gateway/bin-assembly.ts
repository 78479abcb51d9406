/**
 * From the rows of the site file to a bin assembled from parts. The site file was cross-checked: a part that is not there, or of the wrong
 * kind, is our own mistake by now. It opens nothing and asks nothing.
 */
import assert from 'node:assert/strict';
import type { BinPart } from '../protocol/bin-reading.ts';
import type { SiteConfig } from './config.ts';
import { AssembledBin, type Contact, type Fitted, type FittedCompartment } from './workflows/assembled-bin.ts';

type BinRow = Extract<SiteConfig['bins'][number], { model: 'PARTS' }>;
type CompartmentRow = BinRow['compartments'][number];
type Parts = ReadonlyMap<string, Fitted<BinPart>>;

/** The part called `id`, which must be of this kind. */
function fitted<K extends BinPart['part']>(parts: Parts, id: string, kind: K): Fitted<Extract<BinPart, { part: K }>> {
  const found = parts.get(id);
  assert(found?.part.part === kind, `${id} is no ${kind} part`);
  return found as Fitted<Extract<BinPart, { part: K }>>;
}

const contactOf = (parts: Parts, row: CompartmentRow['smoke']): Contact | null =>
  row && { board: fitted(parts, row.part, 'relay'), input: row.input, activeWhen: row.activeWhen };

function compartmentOf(parts: Parts, { wasteClass, level, temperature, smoke, door, lock }: CompartmentRow): FittedCompartment {
  return {
    wasteClass,
    level: { ...fitted(parts, level.part, 'level'), mounting: { emptyMm: level.emptyMm, fullMm: level.fullMm } },
    temperature: temperature && fitted(parts, temperature.part, 'climate'),
    smoke: contactOf(parts, smoke),
    door: contactOf(parts, door),
    lock: lock && { board: fitted(parts, lock.part, 'relay'), relay: lock.relay, pulseMs: lock.pulseMs },
  };
}

/** Puts a bin together. */
export const assembleBin = (row: BinRow, parts: Parts): AssembledBin =>
  new AssembledBin(
    row.id,
    row.compartments.map((compartment) => compartmentOf(parts, compartment)),
  );
