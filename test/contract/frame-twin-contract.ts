/**
 * What each device with frames of its own that is neither scale nor lock owes over a wire, whatever wire: the gateway's driver and the simulator's own
 * twin come to the same end. Run by frame-twins.test.ts in memory and over TCP, and by test/system over a pty.
 */
import { describe, expect, it, onTestFinished } from 'vitest';
import { openModem, openPrinter } from '../../device-sim/counter-units.ts';
import type { FrameBoard } from '../../device-sim/frame-board.ts';
import { emptyMechanism } from '../../device-sim/physics/dispenser-mechanism.ts';
import { Random } from '../../device-sim/random.ts';
import type { HearPlain } from '../../device-sim/serve-plain.ts';
import { makeReader } from '../../device-sim/serve-reader.ts';
import { VendingBoard, type VendingOptions } from '../../device-sim/vending-board.ts';
import { wireClock } from '../../gateway/clock.ts';
import { weighingSlip } from '../../gateway/core/slips.ts';
import type { OpenByteStream } from '../../gateway/southbound/byte-stream.ts';
import { FrameWire, type PortTransport } from '../../gateway/southbound/frame-wire.ts';
import { Modem } from '../../gateway/southbound/modem.ts';
import { Printer } from '../../gateway/southbound/printer.ts';
import { openReader } from '../../gateway/southbound/reader.ts';
import { VmcBoard } from '../../gateway/southbound/vmc-board.ts';
import { dispenserEasivend, type EasivendRequest } from '../../protocol/devices/dispenser-easivend.ts';
import { eventually } from '../support/eventually.ts';
import { patientClock as clock } from '../support/null-modem.ts';

/** A way to a twin, as the gateway opens it, and the mouth of the twin. */
export interface FrameBench {
  readonly way: { readonly transport: PortTransport; readonly openStream?: OpenByteStream };
  say(bytes: Uint8Array): void;
  stop(): Promise<void>;
}
export type OpenFrameBench = (hear: HearPlain) => Promise<FrameBench>;

const hearOf =
  (board: Pick<FrameBoard, 'hear' | 'openWire'>): HearPlain =>
  (bytes) => {
    if (bytes === null) board.openWire();
    return bytes === null ? [] : board.hear(bytes);
  };

export function describeFrameTwins(name: string, openBench: OpenFrameBench): void {
  const open = async (hear: HearPlain): Promise<FrameBench> => {
    const bench = await openBench(hear);
    onTestFinished(() => bench.stop());
    return bench;
  };

  describe(`over ${name}`, () => {
    it('EASIVEND turns once for a sequence, and keeps its result for whoever asks', () => dispenseOnce(open), 60_000);

    it('VMC polls, is given its order in an answer, and tells the end of it', () => buyOnce(open), 60_000);

    it.each(['GM65', 'NEWLAND'] as const)(
      '%s is set up, and its codes come whole',
      async (model) => {
        const twin = makeReader(model);
        const { way, say } = await open((bytes) => (bytes === null ? [] : twin.hear(bytes)));
        const [scans, setUps] = [[] as string[], [] as (string | null)[]];
        const reader = openReader({ id: 'reader-1', ...way, clock, model, onScan: (text) => scans.push(text), onSetUp: (refused) => setUps.push(refused) });
        onTestFinished(() => reader.close());
        await eventually(
          () => setUps.length > 0,
          () => `${model} was not set up`,
        );
        expect([setUps, twin.codeOf('')]).toEqual([[null], '\r']);
        say(Buffer.from(twin.codeOf('M1:PAPER')));
        await eventually(
          () => scans.length > 0,
          () => 'no scan',
        );
        expect(scans).toEqual(['M1:PAPER']);
      },
      60_000,
    );

    it('ESC-POS prints a slip once, line by line', async () => {
      const printed: (readonly string[])[] = [];
      const twin = openPrinter('printer-1', (event) => {
        if (event.event === 'slip') printed.push(event.lines);
      });
      const { way } = await open(hearOf(twin));
      const printer = new Printer({ ...way, clock: wireClock, onChange: () => undefined });
      const stopping = new AbortController();
      const task = printer.run(stopping.signal);
      onTestFinished(async () => {
        stopping.abort(new Error('over'));
        await task;
        await printer.close();
      });
      const slip = weighingSlip({ time: '2026-11-24 08:00:00', number: 4711 }, 1234, 74);
      printer.print(slip);
      await eventually(
        () => printed.length > 0,
        () => 'nothing printed',
      );
      expect(printed).toEqual([slip]);
    }, 60_000);

    it('AT-MODEM hands a message to the network, and says what became of it', async () => {
      const inbox: object[] = [];
      const twin = openModem('modem-1', (event) => {
        if (event.event === 'sms') inbox.push({ number: event.number, text: event.text });
      });
      const { way } = await open(hearOf(twin));
      const modem = new Modem({ ...way, clock: wireClock });
      onTestFinished(() => modem.close());
      const send = (text: string) => modem.sendSms('13800000001', text, AbortSignal.timeout(50_000));
      // Before its port is open a modem is silent.
      await expect.poll(() => send('火警'), { timeout: 30_000 }).toBe('sent');
      twin.setFaults([{ name: 'no-network' }]);
      expect(await send('again')).toBe('refused');
      expect(inbox).toEqual([{ number: '13800000001', text: '火警' }]);
    }, 60_000);
  });
}

/** A board with two rolls at the end of a wire. Its motor runs some twenty times as fast as the machine. */
async function openVending(model: VendingOptions['model'], open: OpenFrameBench) {
  const motions: string[] = [];
  const mechanism = { capacity: 60, jamProbability: 0 };
  const onMotion = (what: string) => void motions.push(what);
  const options = { id: 'dispenser-1', model, mechanism, random: new Random(3), wireMs: () => performance.now(), onMotion };
  const twin = new VendingBoard(options, { ...emptyMechanism, magazine: ['ROLL-1', 'ROLL-2'] });
  const { way, say } = await open((bytes) => (bytes === null ? [] : twin.hear(bytes)));
  twin.stream(say);
  const ticking = setInterval(() => twin.advance(100), 5);
  onTestFinished(() => clearInterval(ticking));
  return { way, motions };
}

async function buyOnce(open: OpenFrameBench): Promise<void> {
  const { way, motions } = await openVending('VMC', open);
  const board = new VmcBoard({ ...way, clock: wireClock, selection: 1 });
  onTestFinished(() => board.close());
  const { signal } = new AbortController();
  await eventually(
    () => board.online === true,
    () => 'the board never polls',
  );
  expect(await board.order(7, signal)).toBe('ordered');
  await expect.poll(() => board.look(7, signal), { timeout: 30_000 }).toMatchObject({ kind: 'ended', done: 1, result: 'ok' });
  expect(motions).toEqual(['motor-start', 'roll-out']);
}

async function dispenseOnce(open: OpenFrameBench): Promise<void> {
  const { way, motions } = await openVending('EASIVEND', open);
  const wire = new FrameWire({ ...way, clock, device: dispenserEasivend, onMessage: () => undefined });
  onTestFinished(() => wire.close());
  await eventually(
    () => wire.isOpen,
    () => 'the port does not open',
  );
  const ask = async (kind: EasivendRequest['kind'], sequence: number) => {
    const request = { kind, sequence, column: 1 };
    const isAnswer = (reply: Parameters<NonNullable<typeof dispenserEasivend.isReplyTo>>[1]) => dispenserEasivend.isReplyTo?.(request, reply) === true;
    const reply = await wire.ask(request, { isAnswer, patienceMs: dispenserEasivend.timeoutMs });
    if (typeof reply === 'string') throw new Error(`the board is ${reply}`);
    return reply;
  };
  expect(await ask('dispense', 7)).toMatchObject({ kind: 'dispense', sequence: 7, failed: false, busy: true });
  await expect.poll(() => ask('query', 7), { timeout: 30_000 }).toMatchObject({ kind: 'dispense', failed: false, busy: false });
  await ask('dispense', 7);
  expect(motions).toEqual(['motor-start', 'roll-out']);
  expect(await ask('query', 8)).toMatchObject({ kind: 'query', sequence: 8 });
}
