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
  expect(site.lines.map(({ framing }) => framing)).toEqual(['rtu', 'rtu', 'rtu']);
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
  ])('%s as %s', (right, wrong, message) => {
    expect(text).toContain(right);
    expect(load(text.replace(right, wrong))).toThrow(message);
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
    expect(moved.lines.map(({ listen }) => listen)).toEqual(['127.0.0.1:15021', '127.0.0.1:0', '127.0.0.1:15023']);
    expect(moved.readers.map(({ listen }) => listen)).toEqual(['127.0.0.1:15024', '/dev/pts/9', '127.0.0.1:15026']);
    expect(() => movePlaces(site, ['nowhere=127.0.0.1:1'])).toThrow('--listen nowhere=127.0.0.1:1: the site has no line or reader nowhere');
    expect(() => movePlaces(site, ['scale-line'])).toThrow('--listen scale-line is neither ID=HOST:PORT nor ID=/PATH');
  });
});
