// Without this a slip could be printed twice, on no paper, or carry who it was about.
import { expect, it, onTestFinished } from 'vitest';
import { openPrinter } from '../../../device-sim/counter-units.ts';
import { wireClock } from '../../../gateway/clock.ts';
import { emptyMagazineSlip, weighingSlip } from '../../../gateway/core/slips.ts';
import { Printer, type PrinterState } from '../../../gateway/southbound/printer.ts';
import type { PrinterStatus } from '../../../protocol/devices/printer-esc-pos.ts';
import { eventually } from '../../support/eventually.ts';
import { openPlainPort } from '../../support/plain-port.ts';

const healthy: PrinterStatus = { offline: false, coverOpen: false, error: false, paper: 'enough' };
const place = { time: '2026-11-24 08:00:00', number: 4711 };

it('prints each slip once when there is paper, keeps it while there is none, and tells the state when it changes', async () => {
  const printed: (readonly string[])[] = [];
  const board = openPrinter('printer-1', (event) => {
    if (event.event === 'slip') printed.push(event.lines);
  });
  board.setFaults([{ name: 'paper-out' }]);
  const transport = await openPlainPort(board);
  const states: PrinterState[] = [];
  const printer = new Printer({ transport, clock: wireClock, onChange: (state) => states.push(state) });
  const stopping = new AbortController();
  const task = printer.run(stopping.signal);
  onTestFinished(async () => {
    stopping.abort(new Error('over'));
    await task;
    await printer.close();
  });
  const describeIt = () => JSON.stringify({ states, printed });
  printer.print(weighingSlip(place, 1234, 74));
  await eventually(() => states.some((state) => state !== 'unreachable' && state.paper === 'out'), describeIt);
  expect(printed).toEqual([]);
  board.setFaults([{ name: 'paper-low' }]);
  printer.print(emptyMagazineSlip(place));
  await eventually(() => printed.length === 2, describeIt);
  expect(printed).toEqual([weighingSlip(place, 1234, 74), emptyMagazineSlip(place)]);
  expect(states.at(-1)).toEqual({ ...healthy, paper: 'nearEnd' });
  expect(printed[0]).toEqual(['称重凭条 Weighing', '2026-11-24 08:00:00', '重量 1.234 kg', '积分 74', '编号 4711']);
});
