// Without this a fault could be typed and silently befall nothing, or stay in force after somebody cleared it.
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FaultDesk, type FaultDeskOptions } from '../../device-sim/fault-desk.ts';
import { faultTable, parseFault, writeFault } from '../../device-sim/faults.ts';
import { Site } from '../../device-sim/site.ts';
import type { SiteEvent } from '../../device-sim/site-event.ts';
import { loadSiteFile, type SiteFile } from '../../device-sim/site-file.ts';
import { type WireFaultName, wireFaults } from '../../device-sim/wire-faults.ts';
import { wireClock } from '../../gateway/clock.ts';
import { loadSite } from '../../gateway/config-file.ts';
import { PlayedHost } from '../../scripts/simulation/played-host.ts';
import { PlayedWires } from '../../scripts/simulation/played-wires.ts';
import { VirtualTime } from '../../scripts/simulation/virtual-time.ts';
import { makeFolder } from '../support/make-store.ts';

const demoSite = loadSiteFile(resolve(import.meta.dirname, '../../config/demo-site.yaml'));

/** A site by its own loader; JSON is YAML. */
function siteOf(description: object): SiteFile {
  const file = join(makeFolder(), 'site.yaml');
  writeFileSync(file, JSON.stringify(description));
  return loadSiteFile(file);
}

function openDesk(more: Pick<FaultDeskOptions, 'host'> = {}, description: SiteFile = demoSite) {
  const told: SiteEvent[] = [];
  const memory = { value: undefined, commit: () => undefined };
  const quiet = {
    keep: () => undefined,
    memoryOf: () => memory,
    reader: { say: () => undefined, isHeard: () => true },
    sayOn: () => false,
    tell: () => undefined,
  };
  const plain = { seed: 1, startAtMs: 0, pace: 1, cards: [], labels: [], withVillagers: false, kept: undefined, wireMs: () => 0 };
  const site = new Site({ site: description, ...plain, ...quiet });
  const network = {
    fault: undefined as { readonly name: string; readonly ms?: number | undefined } | undefined,
    setFault(fault: { readonly name: string; readonly ms?: number | undefined } | undefined) {
      this.fault = fault;
    },
  };
  const desk = new FaultDesk({
    ...{ site: description, seed: 1, networks: new Map([['broker', network]]), wireMs: () => 0, tell: (event: SiteEvent) => told.push(event) },
    ...more,
    boards: () => site.boards(),
    timingOf: () => ({ timeoutMs: 1, guardMs: 1 }),
  });
  return { desk, told, site };
}

describe('the text of a fault', () => {
  test('is read as written, and written as read', () => {
    expect(parseFault('line-1:crc-bit:p=0.2,times=3')).toMatchObject({ ok: true, value: { target: 'line-1', parameters: { p: 0.2, times: 3 } } });
    expect(writeFault('line-1', 'crc-bit', { p: 0.2, times: 3 })).toBe('line-1:crc-bit:p=0.2,times=3');
    for (const { name } of faultTable) expect(parseFault(writeFault('here', name))).toMatchObject({ ok: true, value: { row: { name } } });
  });

  test.each([
    ['line-1', 'is not TARGET:FAULT'],
    ['line-1:crc-bits', 'there is no fault crc-bits'],
    ['line-1:crc-bit:p', 'is not PARAMETER=NUMBER'],
    ['line-1:crc-bit:p=often', 'is not PARAMETER=NUMBER'],
    ['line-1:crc-bit:p=0', 'p: '],
    ['line-1:crc-bit:ms=3', 'takes p, times, unit, not ms'],
    ['broker:slow:ms=2147483648', 'ms: '],
    ['broker:slow:ms=-1', 'ms: '],
    ['line-1:noise-between:ms=3600001', 'ms: '],
    ['gateway:clock-jump:ms=2e12', 'ms: '],
    ['dispenser-1:jam:p=1', 'jam takes no parameter, not p'],
    ['a:b:c:d', 'is not TARGET:FAULT'],
  ])('%s is refused', (text, reason) => {
    expect(parseFault(text)).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
  });
});

describe('the desk', () => {
  test('injects where the name belongs, tells what is in force, and clears one, a target, or all', () => {
    const { desk, told, site } = openDesk();
    const texts = [
      'scale-line:crc-bit:p=0.2',
      'bin-line:cable-pulled',
      'exit-reader:cable-pulled',
      'dispenser-1:jam',
      'scale-1:wind:grams=80',
      'broker:slow:ms=900',
    ];
    for (const text of texts) expect(desk.inject(text)).toEqual({ ok: true });
    expect(desk.inForce().map(({ text }) => text)).toEqual(texts);
    expect(desk.wire('bin-line')?.isCut).toBe(true);
    expect(desk.isCut('exit-reader')).toBe(true);
    expect(site.boards().get('dispenser-1')?.faults).toMatchObject([{ name: 'jam' }]);
    expect(desk.inject('scale-line:crc-bit')).toEqual({ ok: true });
    expect(desk.inForce()[0]?.text).toBe('scale-line:crc-bit');
    expect(desk.clear('dispenser-1:jam')).toEqual({ ok: true });
    expect(desk.clear('bin-line')).toEqual({ ok: true });
    expect(desk.inForce().map(({ target }) => target)).toEqual(['scale-line', 'exit-reader', 'scale-1', 'broker']);
    expect(desk.clear('')).toEqual({ ok: true });
    expect(desk.inForce()).toEqual([]);
    expect(desk.isCut('exit-reader')).toBe(false);
    expect(told.filter((event) => event.event === 'fault' && event.on)).toHaveLength(texts.length + 1);
    expect(told.filter((event) => event.event === 'fault' && !event.on)).toHaveLength(texts.length);
  });

  test('with the gateway in the same process, its machine can be broken too', () => {
    const host = new PlayedHost();
    const { desk } = openDesk({ host });
    for (const text of ['gateway:slow-disk:ms=700', 'gateway:clock-jump:ms=-5000', 'gateway:clock-jump:ms=2000'])
      expect(desk.inject(text)).toEqual({ ok: true });
    expect([host.commitMs, host.wallOffsetMs]).toEqual([700, -3000]);
    // A clock that jumped has jumped.
    expect(desk.inForce().map(({ text }) => text)).toEqual(['gateway:slow-disk:ms=700']);
    expect(desk.inject('scale-1:slow-disk')).toMatchObject({ ok: false, reason: expect.stringContaining('(gateway), and scale-1 is not that') });
    expect(desk.clear('gateway')).toEqual({ ok: true });
    expect([host.commitMs, host.wallOffsetMs, desk.inForce()]).toEqual([0, -3000, []]);
  });

  test.each([
    ['nobody:jam', 'there is nothing called nobody'],
    ['scale-line:jam', 'jam befalls a device, and scale-line is none'],
    ['scale-1:jam', 'jam befalls a dispenser, and scale-1 is a scale'],
    ['scale-1:kept-tare', 'befalls a scale whose frames carry a tare that is not in use'],
    ['scale-1:crc-bit', 'crc-bit befalls a line, and scale-1 is none'],
    ['scale-1:cable-pulled', 'scale-1 has no cable of its own; name a line or a reader'],
    ['scale-line:down', 'down befalls a network (broker), and scale-line is none'],
    ['scale-1:slow-disk', 'can be had only where both run in one process'],
  ])('refuses %s', (text, reason) => {
    const { desk, told } = openDesk();
    expect(desk.inject(text)).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
    expect([desk.inForce(), told]).toEqual([[], []]);
  });

  test('clearing something unknown is a mistake, clearing what is not in force is none', () => {
    const { desk } = openDesk();
    expect(desk.clear('nobody')).toMatchObject({ ok: false });
    expect(desk.clear('scale-1:wind')).toEqual({ ok: true });
  });
});

describe('a line whose device has frames of its own', () => {
  const places: Record<string, number> = { streaming: 4001, asked: 4002, 'vending-line': 4003 };
  const line = (id: string) => ({ id, listen: `127.0.0.1:${places[id]}`, framing: 'plain' });
  const description = () =>
    siteOf({
      lines: ['streaming', 'asked', 'vending-line'].map(line),
      scales: [
        { id: 'scale-1', line: 'streaming', unit: 1, model: 'TOLEDO-C', counter: 'counter' },
        { id: 'scale-2', line: 'asked', unit: 1, model: 'MT-SICS', counter: 'counter' },
      ],
      vending: [{ id: 'vending-1', line: 'vending-line', model: 'VMC', exit: 'exit' }],
      readers: ['counter', 'exit'].map((id) => ({ id, listen: '127.0.0.1:0' })),
    });

  test.each([
    ['streaming:crc-bit:p=0.5', null],
    ['streaming:noise-between:ms=3,times=4', null],
    ['asked:late-previous', null],
    ['asked:echo', null],
    ['streaming:late-guard', 'late-guard befalls an answer, and what is on streaming speaks unasked'],
    ['vending-line:echo', 'speaks unasked'],
    ['asked:wrong-unit', 'wrong-unit befalls answers in Modbus frames, and asked speaks others'],
    ['asked:crc-bit:unit=1', 'unit chooses among Modbus units'],
  ])('%s', (text, reason) => {
    const { desk } = openDesk({}, description());
    expect(desk.inject(text)).toMatchObject(reason === null ? { ok: true } : { ok: false, reason: expect.stringContaining(reason) });
    expect(desk.inForce()).toHaveLength(reason === null ? 1 : 0);
  });

  test('is offered what can befall it, and nothing else', () => {
    const { desk } = openDesk({}, description());
    const names = Object.keys(wireFaults) as WireFaultName[];
    for (const id of ['streaming', 'asked', 'vending-line']) expect(names.filter((name) => desk.inject(`${id}:${name}`).ok)).toEqual(desk.wireFaultsOn(id));
    expect([desk.wireFaultsOn('streaming').length, desk.wireFaultsOn('asked').length]).toEqual([12, 17]);
    expect(openDesk().desk.wireFaultsOn('scale-line')).toEqual(names);
  });

  test('strikes as well where a village is played in one process', async () => {
    const file = description();
    const { desk, site } = openDesk({}, file);
    const time = new VirtualTime();
    const wires = new PlayedWires({ time, seed: 1, site: file, gateway: loadSite('config/demo.yaml'), desk, boards: () => site });
    const heard: number[] = [];
    const listener = { onBytes: (bytes: Buffer) => void heard.push(...bytes), onClose: () => undefined };
    await wires.portOf('127.0.0.1:4001').open(listener, wireClock, new AbortController().signal);
    desk.inject('streaming:silent:times=1');
    expect([wires.sayOn('streaming', Buffer.of(1)), wires.sayOn('streaming', Buffer.of(2))]).toEqual([true, true]);
    while (time.begin(1000));
    expect(heard).toEqual([2]);
  });

  test('a byte alone is cut to nothing, and never made more', () => {
    for (const name of ['cut-tail', 'cut-head', 'silent', 'crc-two-bits', 'pause-inside'] as const) {
      const { desk } = openDesk({}, description());
      desk.inject(`asked:${name}`);
      const left = desk.wire('asked')?.plain(Buffer.of(0x12), Buffer.of(0x05)) ?? [];
      expect(left.some(({ afterMs, bytes }) => afterMs === 0 && bytes.equals(Buffer.of(0x12)))).toBe(false);
    }
  });
});
