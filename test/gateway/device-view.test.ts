// Lost if deleted: a page or topic could show an invented or a months-old fill level.
import { expect, it } from 'vitest';
import { showCompartments } from '../../gateway/device-view.ts';
import type { CompartmentReading } from '../../protocol/bin-reading.ts';

const seen = (compartment: number, levelPercent: number | null): CompartmentReading => ({
  ...{ compartment, levelPercent, full: null, wasteClass: 'food', doorOpen: false, smoke: null, temperatureDeciC: null },
});

it('shows the level of the last look and what the ledger holds, and invents neither', () => {
  const rows = [
    { bin: 'bin-1', compartment: 1, fillState: 'plan', levelPercent: 80, alarm: false },
    { bin: 'bin-1', compartment: 3, fillState: 'normal', levelPercent: null, alarm: true },
    { bin: 'bin-2', compartment: 1, fillState: 'full', levelPercent: 96, alarm: false },
  ] as const;
  expect(showCompartments([seen(1, 93), seen(2, null)], rows, 'bin-1')).toEqual([
    { compartment: 1, levelPercent: 95, fillState: 'plan', alarm: false },
    { compartment: 2, levelPercent: null, fillState: 'normal', alarm: false },
    { compartment: 3, levelPercent: null, fillState: 'normal', alarm: true },
  ]);
  expect(showCompartments([], [], 'bin-1')).toEqual([]);
});
