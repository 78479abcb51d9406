// Without this a slip could be printed twice, on no paper, or carry who it was about.
import { createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { wireClock } from '../../../gateway/clock.ts';
import { emptyMagazineSlip, weighingSlip } from '../../../gateway/core/slips.ts';
import { Printer, type PrinterState } from '../../../gateway/southbound/printer.ts';
import { type PrinterStatus, printerEscPos, printerReplies } from '../../../protocol/devices/printer-esc-pos.ts';
import { eventually } from '../../support/eventually.ts';

const healthy: PrinterStatus = { offline: false, coverOpen: false, error: false, paper: 'enough' };
const place = { time: '2026-11-24 08:00:00', number: 4711 };

it('prints each slip once when there is paper, keeps it while there is none, and tells the state when it changes', async () => {
  let status: PrinterStatus = { ...healthy, paper: 'out', offline: true };
  const printed: (readonly string[])[] = [];
  const server = createServer((socket: Socket) => {
    const parser = printerEscPos.toDevice.parser();
    socket.on('error', () => socket.destroy());
    onTestFinished(() => void socket.destroy());
    socket.on('data', (bytes: Buffer) => {
      for (const result of parser.push(bytes)) {
        if (!result.ok) continue;
        if (result.message.kind === 'slip') printed.push(result.message.lines);
        else socket.write(printerEscPos.fromDevice.encode(printerReplies(status)[result.message.question]));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const states: PrinterState[] = [];
  const port = (server.address() as { port: number }).port;
  const printer = new Printer({ transport: { kind: 'tcp', host: '127.0.0.1', port }, clock: wireClock, onChange: (state) => states.push(state) });
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
  status = { ...healthy, paper: 'nearEnd' };
  printer.print(emptyMagazineSlip(place));
  await eventually(() => printed.length === 2, describeIt);
  expect(printed).toEqual([weighingSlip(place, 1234, 74), emptyMagazineSlip(place)]);
  expect(states.at(-1)).toEqual(status);
  expect(printed[0]).toEqual(['称重凭条 Weighing', '2026-11-24 08:00:00', '重量 1.234 kg', '积分 74', '编号 4711']);
});
