// Without this a technician's command could take a line in the middle of a dispense, or a killed one keep it for ever.
import assert from 'node:assert/strict';
import { expect, it, onTestFinished } from 'vitest';
import { wireClock } from '../../../gateway/clock.ts';
import { loanKeptMs } from '../../../gateway/limits.ts';
import { openByteStream } from '../../../gateway/southbound/byte-stream.ts';
import { openLine } from '../../../gateway/southbound/line.ts';
import { StreamedScale } from '../../../gateway/southbound/scale.ts';
import { LineLoans } from '../../../gateway/workflows/line-loans.ts';
import { toledoChecked } from '../../../protocol/devices/toledo-continuous.ts';
import { eventually } from '../../support/eventually.ts';
import { openScaleLine } from '../../support/scale-line.ts';
import { honest, startScriptedSlave } from '../../support/scripted-slave.ts';

/** A real line to a slave that answers, and a lender whose clock runs `pace` times as fast. */
async function openLender({ pace = 1, busy = (): string | null => null } = {}) {
  const slave = await startScriptedSlave('rtu', honest);
  onTestFinished(() => slave.stop());
  const transport = { kind: 'rtu-over-tcp', host: '127.0.0.1', port: slave.port, baud: 115_200 } as const;
  const line = openLine({ id: 'line-1', transport, clock: wireClock });
  onTestFinished(() => line.close());
  const wire = {
    ...wireClock,
    monotonicMs: () => wireClock.monotonicMs() * pace,
    sleep: (ms: number, name: string, signal?: AbortSignal) => wireClock.sleep(ms / pace, name, signal),
  };
  const loans = new LineLoans({ lines: new Map([['line-1', { line, transport }]]), ports: ['exit-reader'], busy, wire });
  onTestFinished(() => loans.close());
  const read = () => line.request(1, { kind: 'read', space: 'holding', address: 7, count: 1 }, { deadlineMs: 1000, guardMs: 50, priority: 'poll' });
  await eventually(
    () => line.state().open,
    () => 'the line does not open',
  );
  return { slave, line, transport, loans, read };
}

it('lets go of the port, refuses what is asked meanwhile with the borrower’s name, and serves again when it is back', async () => {
  const { line, loans, read, transport, slave } = await openLender();
  expect(await read()).toEqual({ kind: 'words', words: [7] });
  const loan = await loans.borrow('line-1', 'technician');
  expect(loan.transport).toEqual(transport);
  await expect(read()).rejects.toMatchObject({ code: 'bus_closed', message: expect.stringContaining('lent to technician') as string });
  await expect(loans.borrow('line-1', 'another')).rejects.toMatchObject({ code: 'line_lent', message: expect.stringContaining('technician') as string });
  const connections = slave.connections();
  expect(loans.keep(loan.token)).toBe(true);
  expect(loans.giveBack(loan.token)).toBe(true);
  await eventually(
    () => line.state().open,
    () => 'the line does not come back',
  );
  expect(await read()).toEqual({ kind: 'words', words: [7] });
  expect(slave.connections()).toBe(connections + 1);
  expect([loans.keep(loan.token), loans.giveBack(loan.token)]).toEqual([false, false]);
});

it('takes the line back from a borrower who has fallen silent', async () => {
  const pace = 500;
  const { line, loans } = await openLender({ pace });
  const lentAtMs = wireClock.monotonicMs();
  const { token } = await loans.borrow('line-1', 'technician');
  await eventually(
    () => line.state().open,
    () => 'the line does not come back',
  );
  expect((wireClock.monotonicMs() - lentAtMs) * pace).toBeGreaterThanOrEqual(loanKeptMs);
  expect(loans.keep(token)).toBe(false);
});

it('lends nothing while a job is open, and no line it does not have', async () => {
  const { loans, read } = await openLender({ busy: () => 'dispenser-1 is in the middle of a job.' });
  await expect(loans.borrow('line-1', 'technician')).rejects.toMatchObject({
    code: 'line_lent',
    message: expect.stringContaining('middle of a job') as string,
  });
  expect(await read()).toEqual({ kind: 'words', words: [7] });
  await expect(loans.borrow('line-2', 'technician')).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('line-1') as string });
});

it('says of a port that it is one, and what to do, and does not pretend that it is not there', async () => {
  const { loans } = await openLender();
  await expect(loans.borrow('exit-reader', 'technician')).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringMatching(/exit-reader has a port of its own.*Stop the gateway.*--port/) as string,
  });
});

it('lends the line of a scale that speaks unasked: the borrower hears it, the gateway does not, and hears it again afterwards', async () => {
  const { scale, transport } = await openScaleLine('TOLEDO-C', 'tcp');
  assert(scale instanceof StreamedScale);
  const { stream } = scale;
  const loans = new LineLoans({ lines: new Map([['scale-line', { line: stream, transport }]]), ports: [], busy: () => null, wire: wireClock });
  onTestFinished(() => loans.close());
  const heard = () => stream.stats().answered;
  await eventually(
    () => heard() > 0,
    () => 'the scale is not heard',
  );
  const { token } = await loans.borrow('scale-line', 'technician');
  expect(stream.isOpen).toBe(false);
  const before = heard();
  let borrowed = 0;
  const onBytes = (bytes: Buffer) => {
    borrowed += bytes.length;
  };
  const listener = { onBytes, onClose: () => undefined };
  const mine = await openByteStream(transport, listener, wireClock, new AbortController().signal);
  await eventually(
    () => borrowed >= 2 * toledoChecked.device.frameBytesMax,
    () => 'the borrower hears nothing',
  );
  await mine.close(false);
  expect(heard()).toBe(before);
  expect(loans.giveBack(token)).toBe(true);
  await eventually(
    () => heard() > before,
    () => 'the scale is not heard again',
  );
});
