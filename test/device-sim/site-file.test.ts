// Without this, a slip in the simulator's site file would be guessed at, or answered with a stack trace.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadSiteFile, movePlaces, parsePlace } from '../../device-sim/site-file.ts';

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sifen-site-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

const demo = path.resolve(import.meta.dirname, '../../config/demo-site.yaml');
const text = fs.readFileSync(demo, 'utf8');

function load(changed: string) {
  const file = path.join(folder, 'site.yaml');
  fs.writeFileSync(file, changed);
  return () => loadSiteFile(file);
}

test('the demo site loads, with every default filled in', () => {
  const site = loadSiteFile(demo);
  expect(site.dispensers).toMatchObject([{ id: 'dispenser-1', unit: 1, capacity: 60, jamProbability: 0 }]);
  expect(site.scales).toMatchObject([{ id: 'scale-1', maxGrams: 30_000, intervalGrams: 10 }]);
  expect(site.lines.map(({ framing }) => framing)).toEqual(['rtu', 'rtu', 'rtu', 'plain', 'plain']);
});

describe('mistakes are named with their place', () => {
  test.each([
    ['unit: 1, capacity: 60', 'unit: 248, capacity: 60', 'dispensers.0.unit: '],
    ['capacity: 60', 'capacty: 60', 'Unrecognized key: "capacty"'],
    ['line: scale-line', 'line: scale-lane', 'scale-1: there is no line scale-lane'],
    ['exit: exit-reader', 'exit: exit-raeder', 'there is no reader exit-raeder'],
    ['id: bin-2, line: bin-line, unit: 2', 'id: bin-2, line: bin-line, unit: 1', 'unit 1 on bin-line is used twice'],
    ['id: bin-2', 'id: bin-1', 'the name bin-1 is used twice'],
    ['127.0.0.1:15021', '127.0.0.1:70000', 'dispenser-line: listen: 127.0.0.1:70000 is neither HOST:PORT nor a path'],
    ['leastGrams: 400', 'leastGrams: 40000', 'material M1:CARDBOARD: leastGrams is above mostGrams'],
    ['lines:\n', 'lines: [\n', 'line '],
    ['id: scale-1,', 'id: scale-1, model: XK-1,', 'scale-1: there is no model XK-1; this simulator has W-CN, '],
    ['id: scale-1,', 'id: scale-1, model: XK3190-F0,', 'scale-1: a XK3190-F0 stands on a line with framing plain, and scale-line has rtu'],
    ['id: scale-line,', 'id: scale-line, framing: plain,', 'scale-1: a W-CN stands on a line with framing rtu or mbap, and scale-line has plain'],
    ['id: bin-2, line: bin-line, unit: 2', 'id: bin-2, model: BIN-9, line: bin-line, unit: 2', 'bins.1.model: '],
    [
      'id: bin-2, line: bin-line, unit: 2',
      'id: bin-2, model: PARTS, compartments: 1, parts: [{ id: air, line: bin-line, unit: 1, model: TEMP-RH }]',
      'unit 1 on bin-line is used twice',
    ],
    ['id: bin-line,', 'id: bin-line, framing: plain,', 'bin-1: its board speaks Modbus, and bin-line has framing plain'],
  ])('%s as %s', (right, wrong, message) => {
    expect(text).toContain(right);
    expect(load(text.replace(right, wrong))).toThrow(message);
  });

  test('a streaming scale that would have to share its line', () => {
    const shared = '  - { id: scale-2, model: XK3190-F0, line: scale-line, unit: 2, counter: scale-reader }\n';
    const plain = text.replace('id: scale-line,', 'id: scale-line, framing: plain,').replace('id: scale-1,', 'id: scale-1, model: XK3190-F0,');
    expect(load(plain)).not.toThrow();
    expect(load(plain.replace('bins:\n', `${shared}bins:\n`))).toThrow('scale-line: scale-1 streams and needs the line for itself');
  });

  describe('a lock board', () => {
    const bin = '- { id: bin-3, model: PARTS, compartments: 1, parts: [{ id: air, line: bin-line, unit: 9, model: TEMP-RH }] }';
    const lock = '{ id: locks, line: lock-line, bin: bin-3, board: 255 }';
    const withLocks = (change: (text: string) => string = (same) => same) =>
      load(
        change(
          text
            .replace('lines:\n', "lines:\n  - { id: lock-line, listen: '127.0.0.1:0', framing: plain }\n")
            .replace('bins:\n', `locks: [${lock}]\nbins:\n  ${bin}\n`),
        ),
      );
    test('stands alone on a plain line, at a bin of parts', () => expect(withLocks()).not.toThrow());
    test.each([
      ['framing: plain', 'framing: rtu', 'lock-line: locks needs a plain line for itself'],
      ['line: lock-line', 'line: no-line', 'locks: there is no line no-line'],
      ['bin: bin-3', 'bin: bin-1', 'locks: there is no bin of PARTS bin-1'],
      ['board: 255', 'board: 256', 'locks.0.board: '],
      [lock, `${lock}, { id: more, line: lock-line, bin: bin-3 }`, 'lock-line: locks needs a plain line for itself'],
      ['id: locks', 'id: air', 'the name air is used twice'],
    ])('with %s as %s is refused', (right, wrong, message) => expect(withLocks((same) => same.replace(right, wrong))).toThrow(message));
  });

  test('a file that is not there', () => {
    expect(() => loadSiteFile(path.join(folder, 'none.yaml'))).toThrow(/cannot be read; check the path/);
  });
});

describe('places', () => {
  test.each([
    ['127.0.0.1:0', { kind: 'tcp', host: '127.0.0.1', port: 0 }],
    ['::1:502', { kind: 'tcp', host: '::1', port: 502 }],
    ['/dev/ttyUSB0', { kind: 'serial', path: '/dev/ttyUSB0' }],
    ['localhost', undefined],
    ['localhost:70000', undefined],
    ['ttyUSB0', undefined],
  ])('%s', (place, parsed) => expect(parsePlace(place)).toEqual(parsed));

  test('move by --listen, one by one, and wrong ones are refused', () => {
    const site = loadSiteFile(demo);
    const moved = movePlaces(site, ['scale-line=127.0.0.1:0', 'exit-reader=/dev/pts/9']);
    expect(moved.lines.map(({ listen }) => listen)).toEqual(['127.0.0.1:15021', '127.0.0.1:0', '127.0.0.1:15023', '127.0.0.1:15027', '127.0.0.1:15028']);
    expect(moved.readers.map(({ listen }) => listen)).toEqual(['127.0.0.1:15024', '/dev/pts/9', '127.0.0.1:15026']);
    expect(() => movePlaces(site, ['nowhere=127.0.0.1:1'])).toThrow('--listen nowhere=127.0.0.1:1: the site has no line or reader nowhere');
    expect(() => movePlaces(site, ['scale-line'])).toThrow('--listen scale-line is neither ID=HOST:PORT nor ID=/PATH');
  });
});
