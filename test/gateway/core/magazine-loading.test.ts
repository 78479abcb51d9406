// Without this a roll could be stocked twice, or through a closed door, and the ledger would promise rolls that are not there.
import { expect, it } from 'vitest';
import { decideLoading } from '../../../gateway/core/magazine-loading.ts';
import { rollOf } from '../../support/village-drafts.ts';

const known = new Set([rollOf(9)]);
const load = (labels: readonly string[], doorOpen = true) =>
  decideLoading({ dispenser: 'dispenser-1', labels, doorOpen, stateOf: (roll) => (known.has(roll) ? 'issued' : undefined) });

it('stocks labels in the order of the scans, each once', () => {
  const { drafts, refusals } = load([rollOf(3), rollOf(1), rollOf(9), rollOf(3), rollOf(2)]);
  expect(drafts.map(({ data }) => ('roll' in data ? data.roll : null))).toEqual([rollOf(3), rollOf(1), rollOf(2)]);
  expect(refusals).toEqual(['roll_known', 'roll_known']);
});

it('takes nothing through a closed door', () => {
  expect(load([rollOf(1), rollOf(9)], false)).toEqual({ drafts: [], refusals: ['door_closed', 'door_closed'] });
});

it('takes a roll of a manifest out of stock, and one nobody delivered a manifest for from the supplier', () => {
  const { drafts } = decideLoading({
    ...{ dispenser: 'dispenser-1', labels: [rollOf(1), rollOf(2)], doorOpen: true },
    stateOf: (roll) => (roll === rollOf(1) ? 'inStock' : undefined),
  });
  expect(drafts.map(({ data }) => 'postings' in data && data.postings[0])).toEqual([
    { account: 'stock/rolls', unit: 'rolls', amount: -1 },
    { account: 'supplier', unit: 'rolls', amount: -1 },
  ]);
});
