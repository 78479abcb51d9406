// Without this a typing mistake in a site file could be read as something else, or be reported without saying where it is.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parse } from 'yaml';
import { siteSchema } from '../../gateway/config.ts';
import { loadSite, parseYaml } from '../../gateway/config-file.ts';
import { GatewayError, isGatewayError } from '../../gateway/errors.ts';
import { configBytesMax } from '../../gateway/limits.ts';
import { tariffSchema } from '../../protocol/tariff.ts';
import { makeFolder } from '../support/make-store.ts';
import { damaged } from '../support/text-mutations.ts';

const configFolder = resolve(import.meta.dirname, '../../config');
const demoText = readFileSync(join(configFolder, 'demo.yaml'), 'utf8');
const tariffText = readFileSync(join(configFolder, 'tariff-xiaojiang.yaml'), 'utf8');
const lineOf = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split('\n').length;

/** Writes a site with its tariff and loads it; the failure is returned. */
function load(site: string, tariff: string | Buffer = tariffText, folder = makeFolder()): ReturnType<typeof loadSite> | GatewayError {
  writeFileSync(join(folder, 'site.yaml'), site);
  writeFileSync(join(folder, 'tariff-xiaojiang.yaml'), tariff);
  try {
    return loadSite(join(folder, 'site.yaml'));
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
}
const refusal = (site: string, tariff?: string | Buffer): string => {
  const loaded = load(site, tariff);
  return isGatewayError(loaded, 'config_invalid') ? loaded.message : expect.fail('the file was accepted');
};

describe('the demo village', () => {
  it('loads, with the defaults a reader of the file expects', () => {
    const { config, tariffs, file } = loadSite(join(configFolder, 'demo.yaml'));
    expect(file).toBe(join(configFolder, 'demo.yaml'));
    expect(config.village).toEqual({ id: 'waixiaojiang', name: '外小将', bagVillage: 'WXJ01' });
    expect([config.lines.length, config.dispensers.length, config.scales.length, config.bins.length, config.readers.length]).toEqual([3, 1, 1, 2, 3]);
    expect(config.mqtt.embedded).toMatchObject({ host: '127.0.0.1', port: 1883 });
    expect(config.mqtt.uplink).toMatchObject({ url: null, protocol: 4 });
    expect(config.http).toMatchObject({ host: '127.0.0.1', port: 8080 });
    expect(tariffs[0]?.materials['cardboard']).toEqual({ name: { zh: '纸板', en: 'cardboard' }, pointsPerKg: 60, maxGramsPerSession: 50_000 });
  });

  it('is named by a digest of its rules and tariff, whatever the files look like', () => {
    const digest = (site: string, tariff: string) => {
      const loaded = load(site, tariff);
      return 'digest' in loaded ? loaded.digest : expect.fail(loaded.message);
    };
    const same = [digest(demoText, tariffText), digest(`${demoText}# x\n`, tariffText), digest(demoText, `# x\n${tariffText}`)];
    expect(new Set(same).size).toBe(1);
    const digests = [
      ...same,
      digest(demoText.replace('graceDays: 3', 'graceDays: 2'), tariffText),
      digest(demoText, tariffText.replace('pointsPerKg: 60', 'pointsPerKg: 61')),
    ];
    expect(new Set(digests).size).toBe(3);
    for (const each of digests) expect(each).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('a mistake in the site file', () => {
  test.each([
    ['a wrong value', 'graceDays: 3', 'graceDays: many', 'rules.bags.graceDays'],
    ['a fraction where things are counted', 'graceDays: 3', 'graceDays: 1.5', 'rules.bags.graceDays'],
    ['an unknown field', 'graceDays: 3', 'graceDays: 3\n    graceDay: 1', 'rules.bags.graceDay'],
    ['a bag village in small letters', 'WXJ01', 'wxj01', 'village.bagVillage'],
    ['a unit no Modbus device has', 'unit: 1, model: BD-1', 'unit: 248, model: BD-1', 'dispensers.0.unit'],
    ['a model we do not drive', 'model: W-CN', 'model: W-XX', 'scales.0.model'],
    ['a transport of another kind', 'kind: rtu-over-tcp, host: 127.0.0.1, port: 15022', 'kind: rtu, host: 127.0.0.1, port: 15022', 'lines.1.transport.kind'],
    ['a port that is none', 'port: 15026', 'port: 65536', 'readers.2.transport.port'],
    ['a key written twice', '  tariff: tariff', '  bags: {}\n  tariff: tariff', 'YAML'],
    ['a tab for indentation', '    graceDays', '\tgraceDays', 'YAML'],
    ['an alias', 'graceDays: 3', 'graceDays: *one', 'YAML'],
    ['a tag nobody knows', 'graceDays: 3', 'graceDays: !secret 3', 'YAML'],
  ])('%s is named with its line and field', (_name, good, bad, field) => {
    const text = demoText.replace(good, bad);
    expect(text).not.toBe(demoText);
    // A mistake on a line that was added stands one line below the first.
    const line = lineOf(demoText, good) + (field === 'rules.bags.graceDay' ? 1 : 0);
    expect(refusal(text)).toMatch(new RegExp(`^/.*site\\.yaml:${line}: ${field.replaceAll('.', '\\.')}: .`, 'm'));
  });

  it('does not hide the next one: all are named at once', () => {
    const message = refusal(demoText.replace('WXJ01', 'x').replace('BIN-4', 'BIN-5').replace('role: exit', 'role: way-out'));
    expect(message.split('\n').map((line) => line.split(': ')[1])).toEqual(['village.bagVillage', 'bins.0.model', 'readers.1.role']);
  });

  it('of a whole part missing is named, too', () => {
    expect(refusal(demoText.slice(0, demoText.indexOf('rules:')))).toMatch(/site\.yaml:1: rules: /);
    expect(refusal('')).toMatch(/site\.yaml:1: the file: /);
    expect(refusal('- a list')).toContain('the file: ');
  });

  it('cannot make the reader work for ever: aliases are not followed', () => {
    const bomb = `a: &a [x, x]\n${Array.from({ length: 30 }, (_unused, n) => `b${n}: &b${n} [*${n === 0 ? 'a' : `b${n - 1}`}, *a]`).join('\n')}`;
    expect(refusal(bomb)).toContain('YAML: ');
  });
});

describe('rows that do not fit together', () => {
  test.each([
    ['a name used twice', 'id: bin-2, line', 'id: bin-1, line', 'bin-1: this name is used twice'],
    ['a line that is not there', 'line: scale-line', 'line: scales-line', 'scale-1.line: there is no line scales-line'],
    ['a unit taken by another', 'line: bin-line, unit: 2', 'line: bin-line, unit: 1', 'bin-2.unit: bin-line unit 1 is taken by another device'],
    ['a reader at nothing', 'serves: scale-1', 'serves: scale-2', 'scale-reader.serves: there is no dispenser, scale or bin scale-2'],
    ['an exit reader at a scale', 'serves: scale-1, role: counter', 'serves: scale-1, role: exit', 'scale-reader.role: an exit reader stands at a dispenser'],
    ['nowhere to send events', 'rules:', 'mqtt: { embedded: null }\nrules:', 'mqtt: there is neither an embedded broker nor an uplink address'],
  ])('%s', (_name, good, bad, expected) => {
    const text = demoText.replace(good, bad);
    expect(refusal(text)).toContain(`site.yaml:${lineOf(demoText, good)}: ${expected}`);
  });
  it('an uplink alone is somewhere to send events', () => {
    expect(load(demoText.replace('rules:', 'mqtt: { embedded: null, uplink: { url: "mqtt://town:1883" } }\nrules:'))).toHaveProperty(
      'config.mqtt.embedded',
      null,
    );
  });
});

describe('the files themselves', () => {
  it('a mistake in the tariff is named in the tariff', () => {
    expect(refusal(demoText, tariffText.replace('pointsPerKg: 100', 'pointsPerKg: 1.5'))).toMatch(
      new RegExp(`tariff-xiaojiang\\.yaml:${lineOf(tariffText, 'pointsPerKg: 100')}: materials\\.metal\\.pointsPerKg: `),
    );
    expect(refusal(demoText, tariffText.replace('pointsEach: 10', 'maxGramsPerSession: 9'))).toContain('a material has a price');
  });
  it('a tariff that is not there is named where the site file asks for it', () => {
    const text = demoText.replace('tariff-xiaojiang.yaml', 'gone.yaml');
    expect(refusal(text)).toMatch(new RegExp(`site\\.yaml:${lineOf(text, 'gone.yaml')}: rules\\.tariff: there is no file .*gone\\.yaml$`));
  });
  it('text that is no YAML is complained of once a line, without a tail', () => {
    const complaints = refusal(`${demoText}\n  - {a: [1\n`).split('\n');
    expect(new Set(complaints.map((line) => line.split(' ')[0])).size).toBe(complaints.length);
    for (const line of complaints) expect(line).toMatch(/site\.yaml:\d+: YAML: .*(?<!column \d+:?)$/);
  });
  it('a file that is absent, is a folder, is not UTF-8 or is too large is refused unread', () => {
    const folder = makeFolder();
    mkdirSync(join(folder, 'folder.yaml'));
    for (const name of ['absent.yaml', 'folder.yaml']) expect(() => loadSite(join(folder, name))).toThrow(expect.objectContaining({ code: 'file_unreadable' }));
    expect(load(demoText, Buffer.from([0xb0, 0xfc]))).toMatchObject({ code: 'file_unreadable' });
    expect(refusal(`${demoText}# ${'x'.repeat(configBytesMax)}`)).toContain(`larger than ${configBytesMax} bytes`);
  });
});

/** What the library alone reads of a text; undefined when it refuses. */
function parseAlone(text: string): unknown {
  try {
    return parse(text, { uniqueKeys: true, maxAliasCount: 0 });
  } catch {
    return undefined;
  }
}

describe('damaged text', () => {
  it.each([
    ['site', siteSchema, demoText, tariffText, 10_000],
    ['tariff', tariffSchema, tariffText, demoText, 2000],
  ] as const)('of a %s is refused with a place or read as exactly what it says', { timeout: 300_000 }, (_name, schema, original, other, numRuns) => {
    const ends = { accepted: 0, refused: 0 };
    const originals = [original, original, other].map((text) => Buffer.from(text));
    fc.assert(
      fc.property(damaged(originals), (bytes) => {
        const text = bytes.toString('utf8');
        const parsed = parseYaml(text, schema);
        if (parsed.ok) {
          ends.accepted += 1;
          // Strict schema, so whatever the file says is in the result; the schema only adds defaults.
          const alone = parseAlone(text);
          expect(parsed.value).toMatchObject(alone as object);
          expect(parsed.value).toEqual(schema.parse(alone));
          return;
        }
        ends.refused += 1;
        expect(parsed.issues.length).toBeGreaterThan(0);
        const lines = text.split('\n').length;
        for (const { line, field, message } of parsed.issues) {
          expect(field.length * message.length).toBeGreaterThan(0);
          if (line !== null) expect(line >= 1 && line <= lines + 1).toBe(true);
        }
      }),
      { numRuns },
    );
    // Neither end may be empty, or the property says nothing of it.
    expect(Math.min(ends.accepted, ends.refused)).toBeGreaterThan(100);
  });
});

describe('a scale and its line', () => {
  const row = '{ id: scale-1, line: scale-line, unit: 1, model: W-CN, minimumGrams: 50, checkWeight: null }';
  const line = 'id: scale-line, transport: { kind: rtu-over-tcp,';
  const site = (scale: string, transport = 'rtu-over-tcp', more = '') => {
    for (const part of [row, line]) expect(demoText).toContain(part);
    return demoText.replace(row, `{ id: scale-1, line: scale-line, ${scale} }${more}`).replace(line, `id: scale-line, transport: { kind: ${transport},`);
  };
  const plate = 'intervalGrams: 10, maxGrams: 30000';

  it.each([
    ['a scale that streams', `model: XK3190-F0, ${plate}`, 'tcp'],
    ['a scale that is asked by letter', `model: XK3190-CMD, unit: 26, ${plate}`, 'tcp'],
    ['a scale that reports its interval', 'model: TOLEDO-C, maxGrams: 30000', 'tcp'],
    ['a scale of bare counts', `model: W-DGT, decimals: 2, ${plate}`, 'rtu-over-tcp'],
  ])('may be %s', (_what, scale, transport) => {
    const loaded = load(site(scale, transport));
    expect('config' in loaded ? loaded.config.scales : loaded.message).toMatchObject([{ id: 'scale-1' }]);
  });

  it.each([
    ['no interval', 'model: XK3190-F0, maxGrams: 30000', 'tcp', 'scale-1.intervalGrams: a XK3190-F0 does not report its interval e; write it here'],
    ['no Max', 'model: TOLEDO-C', 'tcp', 'scale-1.maxGrams: a TOLEDO-C does not report its Max; write it here'],
    ['an interval too many', `model: W-CN, ${plate}`, 'rtu-over-tcp', 'scale-1.intervalGrams: a W-CN reports its interval e itself; leave it out'],
    ['decimals too many', 'model: W-CN, decimals: 2', 'rtu-over-tcp', 'scale-1.decimals: a W-CN reports its decimal point itself; leave it out'],
    ['an interval that is none', 'model: XK3190-F0, intervalGrams: 30, maxGrams: 30000', 'tcp', 'an interval is 1, 2 or 5 times a power of ten'],
    ['frames on an RTU line', `model: XK3190-F0, ${plate}`, 'rtu-over-tcp', 'scale-1.line: a XK3190-F0 has frames of its own; its line is serial or tcp'],
    ['registers on a plain line', 'model: W-CN', 'tcp', 'scale-1.line: a W-CN speaks Modbus; its line is serial, rtu-over-tcp or modbus-tcp'],
    ['a letter beyond Z', `model: XK3190-CMD, unit: 27, ${plate}`, 'tcp', 'scale-1.unit: a XK3190-CMD has addresses 1 to 26'],
    ['an address of what has none', `model: XK3190-F0, unit: 2, ${plate}`, 'tcp', 'scale-1.unit: a XK3190-F0 has no address; leave unit out'],
  ])('is refused with %s', (_what, scale, transport, message) => expect(refusal(site(scale, transport))).toContain(message));

  it('is refused where two protocols meet, or one that streams has company', () => {
    const second = (scale: string) => `\n  - { id: scale-2, line: scale-line, unit: 2, ${scale} }`;
    const streamed = site(`model: XK3190-F0, ${plate}`, 'tcp', second(`model: XK3190-CMD, ${plate}`));
    expect(refusal(streamed)).toContain('scale-1.line: a XK3190-F0 has no address and needs the line for itself');
    const mixed = site(`model: XK3190-CMD, ${plate}`, 'tcp', second('model: W-CN'));
    expect(refusal(mixed)).toContain('scale-1.line: scale-2 speaks another protocol; a line has one');
    expect('config' in load(site(`model: XK3190-CMD, ${plate}`, 'tcp', second(`model: XK3190-CMD, ${plate}`)))).toBe(true);
  });
});

describe('a bin assembled from parts', () => {
  const parts = `parts:
  - { id: level-1, line: bin-line, unit: 11, model: LVL-DYP }
  - { id: relays, line: bin-line, unit: 20, model: RELAY-WS }
  - { id: air, line: bin-line, unit: 30, model: TEMP-RH }
bins:
  - id: bin-3
    model: PARTS
    compartments:
      - wasteClass: food
        level: { part: level-1, emptyMm: 900, fullMm: 150 }
        temperature: { part: air }
        smoke: { part: relays, input: 1, activeWhen: low }
        lock: { part: relays, relay: 1 }
`;
  const withParts = (change: (text: string) => string = (text) => text) => demoText.replace('bins:\n', change(parts));

  it('is read with its defaults', () => {
    const loaded = load(withParts());
    if (!('config' in loaded)) throw loaded;
    expect(loaded.config.bins[0]).toMatchObject({
      id: 'bin-3',
      compartments: [{ lock: { part: 'relays', relay: 1 }, door: null, smoke: { activeWhen: 'low' } }],
    });
  });

  test.each([
    ['a part that is not there', 'part: level-1, empty', 'part: level-9, empty', 'bin-3.compartments.0.level: level-9 is no level part of this site'],
    ['a part of another kind', 'part: relays, relay: 1', 'part: air, relay: 1', 'bin-3.compartments.0.lock: air is no relay or lock part of this site'],
    ['a part nobody uses', 'temperature: { part: air }', 'temperature: null', 'air: no compartment uses this part'],
    ['a full bin below its floor', 'fullMm: 150', 'fullMm: 900', 'bin-3.compartments.0.level: fullMm 900 is not nearer than emptyMm 900'],
    ['a full mark in the blind zone', 'fullMm: 150', 'fullMm: 29', 'fullMm'],
    ['a pulse no board can time', 'relay: 1 }', 'relay: 1, pulseMs: 750 }', 'pulseMs'],
    ['a unit taken by another', 'unit: 20', 'unit: 11', 'relays.unit: bin-line unit 11 is taken by another device'],
    ['a relay board without a relay', 'relay: 1 }', 'pulseMs: 700 }', 'bin-3.compartments.0.lock.relay: relays is a relay board: say which relay it is'],
    ['a lock of a relay board', 'relay: 1 }', 'lock: 1 }', 'bin-3.compartments.0.lock.lock: relays is a relay board, which has none; leave it out'],
    ['a name used twice', 'id: bin-3', 'id: bin-2', 'bin-2: this name is used twice'],
  ])('%s is named', (_name, good, bad, message) => {
    expect(refusal(withParts((text) => text.replace(good, bad)))).toContain(message);
  });

  const lockParts = (change: (text: string) => string = (text) => text) =>
    withParts((text) =>
      change(
        text
          .replace('bins:', '  - { id: locks, model: WKLY, board: 2, transport: { kind: serial, path: /dev/ttyS7 } }\nbins:')
          .replace('lock: { part: relays, relay: 1 }', 'door: { part: locks, lock: 48 }\n        lock: { part: locks, lock: 48 }'),
      ),
    );

  it('may have a lock board, on a port of its own', () => {
    const loaded = load(lockParts());
    if (!('config' in loaded)) throw loaded;
    expect(loaded.config.parts.at(-1)).toMatchObject({ id: 'locks', model: 'WKLY', board: 2, transport: { baud: 9600 } });
    expect(loaded.config.bins[0]).toMatchObject({ compartments: [{ door: { part: 'locks', lock: 48 }, lock: { part: 'locks', lock: 48 } }] });
  });

  test.each([
    ['a lock beyond the last', 'lock: 48 }', 'lock: 49 }', /site\.yaml:\d+: bins\.0\.compartments\.0\.door\.lock: .*48/],
    ['a board beyond the last', 'board: 2', 'board: 256', /site\.yaml:\d+: parts\.3\.board: .*255/],
    ['a line for a lock board', 'board: 2', 'line: bin-line', /site\.yaml:\d+: parts\.3\.line: unknown field/],
    ['a port taken by another', 'kind: serial, path: /dev/ttyS7', 'kind: tcp, host: 127.0.0.1, port: 15021', /locks\.transport: 127\.0\.0\.1:15021 is taken/],
    [
      'a lock board without a lock',
      'lock: { part: locks, lock: 48 }',
      'lock: { part: locks }',
      /compartments\.0\.lock\.lock: locks is a lock board: say which lock/,
    ],
    [
      'an input of a lock board',
      'door: { part: locks,',
      'door: { part: locks, input: 1,',
      /compartments\.0\.door\.input: locks is a lock board, which has none/,
    ],
    ['a pulse of a lock board', 'lock: { part: locks,', 'lock: { part: locks, pulseMs: 700,', /compartments\.0\.lock\.pulseMs: locks is a lock board/],
    ['smoke at a lock board', 'part: relays, input: 1', 'part: locks, input: 1', /compartments\.0\.smoke: locks is no relay part/],
  ])('%s is named by its place', (_name, good, bad, message) => {
    expect(refusal(lockParts((text) => text.replace(good, bad)))).toMatch(message);
  });

  it('may not share a sensor or a relay between compartments', () => {
    const twice = withParts((text) => `${text}${text.slice(text.indexOf('      - wasteClass'))}`);
    expect(refusal(twice)).toContain('bin-3.compartments.1.level: level-1 serves another compartment already');
    expect(refusal(twice)).toContain('bin-3.compartments.1.lock: relay 1 of relays serves another compartment already');
  });
});
