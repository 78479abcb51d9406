// Without this a fault asked for by name, chance, unit or number of times could strike others, or never, and a rehearsal would teach nothing.
import { describe, expect, test } from 'vitest';
import { bareFrames, FaultyWire, type WireFault } from '../../device-sim/faulty-wire.ts';
import { Random } from '../../device-sim/random.ts';
import { type WireFaultName, wireFaults } from '../../device-sim/wire-faults.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
// From the W-CN transmitter manual: read gross, its answer 132, the zero command. The echo by V1.1b3 section 6.12, its CRC by pymodbus.
const readGross = hex('01 03 00 50 00 02 C4 1A');
const gross132 = hex('01 03 04 00 00 00 84 FA 50');
const zero = hex('01 10 00 5E 00 01 02 00 01 6A EE');
const zeroed = hex('01 10 00 5E 00 01 60 1B');
const timing = { timeoutMs: 200, guardMs: 300 };

function wire(...faults: readonly WireFault[]) {
  const clock = { ms: 0 };
  const faulty = new FaultyWire({ random: new Random(3), timingOf: () => timing, wireMs: () => clock.ms });
  for (const fault of faults) faulty.inject(fault);
  const ask = (request = readGross, reply = gross132) => faulty.answer({ request, reply }, bareFrames);
  return { faulty, clock, ask, hexes: () => ask().map(({ afterMs, bytes }) => `${afterMs}:${bytes.toString('hex')}`) };
}

describe('a fault in force', () => {
  test('strikes as often as asked, only the unit asked for, and ends when cleared', () => {
    const { faulty, hexes, ask } = wire({ name: 'silent', p: 1, times: 2, unit: 1 });
    expect(ask(hex('02 03 00 50 00 02 C4 29'), hex('02 03 04 00 00 00 84 C9 50'))).toHaveLength(1);
    expect([hexes(), hexes(), hexes()]).toEqual([[], [], [`0:${gross132.toString('hex')}`]]);
    expect(faulty.faults).toEqual([]);
    faulty.inject({ name: 'silent', p: 1 });
    expect(hexes()).toEqual([]);
    faulty.clear('silent');
    expect(hexes()).toEqual([`0:${gross132.toString('hex')}`]);
  });

  test('strikes by its chance, and equal seeds strike equally', () => {
    const strikes = () => {
      const { ask } = wire({ name: 'silent', p: 0.3 });
      return Array.from({ length: 1000 }, () => ask().length === 0);
    };
    const struck = strikes();
    expect(struck.filter(Boolean).length).toBeGreaterThan(250);
    expect(struck.filter(Boolean).length).toBeLessThan(350);
    expect(strikes()).toEqual(struck);
  });

  test('a second one of the same name takes the place of the first', () => {
    const { faulty } = wire({ name: 'late-guard', p: 1, ms: 5 }, { name: 'late-guard', p: 1, ms: 7 });
    expect(faulty.faults).toEqual([{ name: 'late-guard', p: 1, ms: 7 }]);
  });
});

describe('what leaves the wire', () => {
  test('late: inside the guard, at the worst declared latency, or when ms says', () => {
    expect(wire({ name: 'late-guard', p: 1 }).hexes()).toEqual([`350:${gross132.toString('hex')}`]);
    expect(wire({ name: 'late-worst', p: 1 }).ask()[0]?.afterMs).toBeLessThan(timing.timeoutMs + timing.guardMs);
    expect(wire({ name: 'late-worst', p: 1 }).ask()[0]?.afterMs).toBeGreaterThan(timing.timeoutMs + timing.guardMs / 2);
    expect(wire({ name: 'late-guard', p: 1, ms: 900 }).ask()[0]?.afterMs).toBe(900);
  });

  test('late-previous: the answer to the question before, but never one older than the worst declared latency', () => {
    const { clock, ask, hexes } = wire({ name: 'late-previous', p: 1 });
    expect(ask(zero, zeroed)).toEqual([]);
    clock.ms = 100;
    expect(hexes()).toEqual([`0:${zeroed.toString('hex')}`]);
    clock.ms = 700;
    expect(hexes()).toEqual([]);
  });

  // Wire bytes written down by hand from the description of each fault; CRCs by pymodbus.
  test.each([
    ['echo', `${readGross.toString('hex')}${gross132.toString('hex')}`],
    ['wrong-unit', '02030400000084c950'],
    ['wrong-function', '01040400000084fbe7'],
    ['wrong-count', '010306000000840000615c'],
  ] as const)('%s', (name, bytes) => {
    expect(wire({ name, p: 1 }).hexes()).toEqual([`0:${bytes}`]);
  });

  test('wrong-address touches the answer to a write alone', () => {
    const { ask, hexes } = wire({ name: 'wrong-address', p: 1 });
    expect(ask(zero, zeroed)[0]?.bytes.toString('hex')).toBe('0110005f000131db');
    expect(hexes()).toEqual([`0:${gross132.toString('hex')}`]);
  });

  test('a collision is low wherever one of the two is low', () => {
    const bytes = wire({ name: 'duplicate-together', p: 1 }).ask()[0]?.bytes ?? Buffer.alloc(0);
    expect(bytes).toHaveLength(gross132.length + 1);
    for (const [at, byte] of gross132.entries()) expect((bytes[at] ?? 0) & ~byte).toBe(0);
  });

  test.each(Object.keys(wireFaults) as WireFaultName[])('%s never lets a right answer through whole and alone, but where it says so', (name) => {
    const passes: readonly string[] = ['late-guard', 'late-worst', 'wrong-address', 'noise-between'];
    for (let seed = 0; seed < 50; seed += 1) {
      const faulty = new FaultyWire({ random: new Random(seed), timingOf: () => timing, wireMs: () => 0 });
      faulty.inject({ name, p: 1 });
      const left = faulty.answer({ request: readGross, reply: gross132 }, bareFrames);
      const wholeAndAlone = left.some(({ bytes }) => bytes.equals(gross132));
      expect(wholeAndAlone).toBe(passes.includes(name));
    }
  });
});
