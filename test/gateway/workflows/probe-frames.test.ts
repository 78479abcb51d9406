// Without this a search would call a healthy indicator, lock board, printer or modem a dead line, because none of them speaks Modbus.
import { expect, it, test } from 'vitest';
import { openModem, openPrinter } from '../../../device-sim/counter-units.ts';
import { openLockBoard } from '../../../device-sim/lock-unit.ts';
import { emptyMechanism } from '../../../device-sim/physics/dispenser-mechanism.ts';
import { Random, randomFor } from '../../../device-sim/random.ts';
import { ScaleBoard } from '../../../device-sim/scale-board.ts';
import { type HearPlain, serveTcpPlain } from '../../../device-sim/serve-plain.ts';
import { makeReader } from '../../../device-sim/serve-reader.ts';
import { VendingBoard } from '../../../device-sim/vending-board.ts';
import { wireClock } from '../../../gateway/clock.ts';
import type { OpenByteStream, SerialTransport } from '../../../gateway/southbound/byte-stream.ts';
import { probeLine } from '../../../gateway/workflows/probe-line.ts';
import { frameCatalogue } from '../../../protocol/devices/catalogue.ts';
import { plainNullModem } from '../../support/null-modem.ts';
import { search } from '../../support/probe-search.ts';

/** Hears what a twin did, besides answering. */
type Hear = (event: { readonly event: string }) => void;

function scale(model: string, unit: number, onEvent: Hear): HearPlain {
  const random = randomFor(7, model);
  const options = { id: model, model, unit, maxGrams: 30_000, intervalGrams: 10, noiseGrams: 1, random, wireMs: () => performance.now(), onEvent };
  const board = new ScaleBoard(options);
  board.advance(3000);
  return (bytes) => (bytes === null ? [] : board.hear(bytes));
}

function vending(onEvent: Hear): HearPlain {
  const options = {
    id: 'd',
    model: 'EASIVEND',
    mechanism: { capacity: 60, jamProbability: 0 },
    random: new Random(3),
    wireMs: () => performance.now(),
  } as const;
  const board = new VendingBoard({ ...options, onMotion: (event) => onEvent({ event }) }, { ...emptyMechanism, magazine: ['ROLL-1'] });
  return (bytes) => (bytes === null ? [] : board.hear(bytes));
}

function reader(model: 'GM65' | 'NEWLAND'): HearPlain {
  const twin = makeReader(model);
  return (bytes) => (bytes === null ? [] : twin.hear(bytes));
}

const board =
  (made: ReturnType<typeof openPrinter>): HearPlain =>
  (bytes) =>
    bytes === null ? [] : made.hear(bytes);
const hatches = { compartments: [{ doorOpen: false }, { doorOpen: true }], moveDoor: () => undefined };

/** The simulator's own twin of every model that answers, and the unit it is found at. */
const twins: Readonly<Record<string, readonly [(onEvent: Hear) => HearPlain, number | null]>> = {
  'MT-SICS': [(onEvent) => scale('MT-SICS', 1, onEvent), null],
  'XK3190-CMD': [(onEvent) => scale('XK3190-CMD', 3, onEvent), 3],
  EASIVEND: [vending, null],
  WKLY: [(onEvent) => board(openLockBoard({ id: 'locks', board: 2 }, hatches, onEvent)), 2],
  GM65: [() => reader('GM65'), null],
  NEWLAND: [() => reader('NEWLAND'), null],
  'ESC-POS': [(onEvent) => board(openPrinter('printer', onEvent)), null],
  'AT-MODEM': [(onEvent) => board(openModem('modem', onEvent)), null],
};

it('has a harmless question for every model that answers', () => {
  const asked = frameCatalogue.filter(({ talk }) => talk === 'answers');
  expect(asked.filter(({ search: harmless }) => harmless === undefined).map(({ model }) => model)).toEqual([]);
  expect(Object.keys(twins).toSorted()).toEqual(asked.map(({ model }) => model).toSorted());
});

// A search is waiting, and waits may overlap.
test.concurrent.each(Object.entries(twins))(
  '%s is named, nothing is said against its wiring, and nothing moves',
  async (model, [makeTwin, unit]) => {
    const happened: string[] = [];
    const wire = await serveTcpPlain(
      'twin',
      '127.0.0.1',
      0,
      makeTwin(({ event }) => happened.push(event)),
    );
    const { units, talkers, answerers, symptoms } = await search(wire.port ?? 0);
    await wire.close();
    expect({ units, talkers, answerers }).toEqual({ units: [], talkers: [], answerers: [{ model, unit, setting: null }] });
    expect([symptoms, happened]).toEqual([[], []]);
  },
  60_000,
);

test.concurrent('finds a scale at its own speed though others were asked for, and one that was set to another of those', async () => {
  const places: SerialTransport[] = [];
  const at = async (baud: number, settings: readonly number[]) => {
    const deaf = plainNullModem(() => []);
    const { openStream: heard } = plainNullModem(scale('MT-SICS', 1, () => undefined));
    const openStream: OpenByteStream = (transport, ...rest) => {
      if (transport.kind === 'serial') places.push(transport);
      return (transport.kind === 'serial' && transport.baud === baud ? heard : deaf.openStream)(transport, ...rest);
    };
    const transport = { kind: 'serial', path: '/dev/null-modem', baud: 9600, parity: 'none', dataBits: 8, stopBits: 1 } as const;
    const options = { transport, settings: settings.map((one) => ({ baud: one, parity: 'none' as const })), units: [], clock: wireClock, openStream };
    return (await probeLine({ ...options, signal: new AbortController().signal, onProgress: () => undefined })).answerers;
  };
  expect(await at(9600, [1200])).toEqual([{ model: 'MT-SICS', unit: null, setting: { baud: 9600, parity: 'none' } }]);
  expect(await at(2400, [2400])).toEqual([{ model: 'MT-SICS', unit: null, setting: { baud: 2400, parity: 'none' } }]);
  expect(places.every(({ dataBits }) => dataBits === 8)).toBe(true);
}, 60_000);
