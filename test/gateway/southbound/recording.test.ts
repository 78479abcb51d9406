// Without this a capture could name a villager, grow until the disk is full, hold up the bus, or miss the very bytes a fault is made of.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { wireClock } from '../../../gateway/clock.ts';
import { GatewayError } from '../../../gateway/errors.ts';
import { scanIdleMs } from '../../../gateway/limits.ts';
import type { ByteListener, OpenByteStream } from '../../../gateway/southbound/byte-stream.ts';
import { CaptureFile, type CaptureFileOptions } from '../../../gateway/southbound/capture-file.ts';
import { openLine } from '../../../gateway/southbound/line.ts';
import { openReader } from '../../../gateway/southbound/reader.ts';
import { Recording } from '../../../gateway/southbound/recording.ts';
import {
  type CaptureEntry,
  type CaptureFact,
  type CaptureHeader,
  captureEntrySchema,
  captureHeaderSchema,
  captureLineSchema,
} from '../../../protocol/capture.ts';
import { registersReply } from '../../support/scripted-slave.ts';

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sifen-capture-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
const readText = (folder: string, name: string) => readFileSync(join(folder, name), 'utf8');
/** Header and entries, each checked by the schema. */
function readCapture(folder: string, name: string): { header: CaptureHeader; entries: CaptureEntry[] } {
  const [first = '', ...rest] = readText(folder, name).trimEnd().split('\n');
  return { header: captureHeaderSchema.parse(JSON.parse(first)), entries: rest.map((line) => captureEntrySchema.parse(JSON.parse(line))) };
}
const factsOf = (entries: readonly CaptureEntry[]) => entries.map(({ atMs: _atMs, ...fact }) => fact);

/** A wire in memory: what is said on it is up to the test. */
function openMemoryWire(answer: (bytes: Buffer) => Buffer | undefined) {
  const ends: ByteListener[] = [];
  let away: string | undefined;
  const openStream: OpenByteStream = async (_transport, listener) => {
    if (away !== undefined) throw new GatewayError('bus_closed', away);
    ends.push(listener);
    return {
      write: (bytes) => {
        const reply = answer(Buffer.from(bytes));
        if (reply) setImmediate(() => listener.onBytes(reply));
      },
      settle: () => Promise.resolve(),
      close: () => Promise.resolve(listener.onClose('closed')),
    };
  };
  const wire = {
    openStream,
    say: (text: string) => ends.at(-1)?.onBytes(Buffer.from(text)),
    cut: (reason: string) => {
      away = reason;
      ends.at(-1)?.onClose(reason);
    },
  };
  return wire;
}
const serial = { kind: 'serial', path: '/dev/memory', baud: 9600, parity: 'none', dataBits: 8, stopBits: 1 } as const;

function startRecording(redact = (text: string) => `<${text.length}>`) {
  const folder = makeFolder();
  const failures: string[] = [];
  const recording = new Recording({ folder, capture: '0'.repeat(32), clock: wireClock, redact, onFailed: (wire) => failures.push(wire) });
  return { folder, recording, failures };
}

describe('a recorded line', () => {
  it('keeps every byte of both directions, the opening and one word about the loss, in order', async () => {
    const { folder, recording } = startRecording();
    const wire = openMemoryWire(registersReply);
    const line = openLine({ id: 'scale-line', transport: serial, clock: wireClock, openStream: recording.line('scale-line', serial, wire.openStream) });
    const read = { kind: 'read', space: 'holding', address: 0x50, count: 2 } as const;
    expect(await line.request(1, read, { priority: 'poll', deadlineMs: 1000, guardMs: 0 })).toEqual({ kind: 'words', words: [0x50, 0x51] });
    wire.cut('the cable was pulled');
    // Long enough for several tries to open it again.
    await wireClock.sleep(400, 'tries');
    await line.close();
    await recording.close();
    const { header, entries } = readCapture(folder, 'scale-line.jsonl');
    expect(header).toMatchObject({ wire: 'scale-line', kind: 'serial', baud: 9600, capture: '0'.repeat(32) });
    expect(factsOf(entries)).toEqual([
      { event: 'opened' },
      // W-CN transmitter manual: read gross.
      { event: 'sent', hex: '010300500002c41a' },
      { event: 'received', hex: registersReply(Buffer.from('010300500002c41a', 'hex')).toString('hex') },
      { event: 'lost', reason: 'the cable was pulled', ours: false },
      { event: 'unopened', reason: 'the cable was pulled' },
      { event: 'ended' },
    ]);
    expect(entries.map(({ atMs }) => atMs)).toEqual(entries.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
    expect(statSync(join(folder, 'scale-line.jsonl')).mode & 0o007).toBe(0);
  });
});

describe('a recorded reader', () => {
  it('keeps stand-ins and counts, and no byte of a code, whole, torn or mistaken', async () => {
    const { folder, recording } = startRecording((text) => `stand-in-${text.length}`);
    const wire = openMemoryWire(() => undefined);
    const heard: string[] = [];
    const openStream = recording.reader('counter-reader', serial, wire.openStream);
    const reader = openReader({ id: 'counter-reader', transport: serial, clock: wireClock, openStream, onScan: (text) => heard.push(text) });
    await expect.poll(() => reader.stats().open).toBe(true);
    wire.say('SECRET-');
    wire.say('CARD-1\r\nSECRET-CARD-22\r');
    wire.say('SECRET-HALF');
    await wireClock.sleep(scanIdleMs + 50, 'the reader to fall idle');
    wire.say('SECRET-CARD-333\r\n\u0001SECRET\r');
    expect(heard).toEqual(['SECRET-CARD-1', 'SECRET-CARD-22', 'SECRET-CARD-333']);
    await reader.close();
    await recording.close();
    expect(factsOf(readCapture(folder, 'counter-reader.jsonl').entries)).toEqual([
      { event: 'opened' },
      { event: 'scan', text: 'stand-in-13' },
      { event: 'scan', text: 'stand-in-14' },
      { event: 'unread', bytes: 11, reason: 'unfinished' },
      { event: 'scan', text: 'stand-in-15' },
      { event: 'unread', bytes: 7, reason: 'not_printable' },
      { event: 'lost', reason: 'closed', ours: true },
      { event: 'ended' },
    ]);
    const text = readText(folder, 'counter-reader.jsonl');
    expect(text).not.toContain('SECRET');
    expect(text).not.toContain(Buffer.from('SECRET').toString('hex'));
  });
});

describe('a capture file', () => {
  const header: Omit<CaptureHeader, 'part'> = {
    format: 'sifen-capture-1',
    capture: 'a'.repeat(32),
    wire: 'line-1',
    kind: 'modbus-tcp',
    baud: null,
    startedAtMs: 0,
  };
  const openFile = (options: Pick<CaptureFileOptions, 'folder' | 'onFailed'> & Partial<CaptureFileOptions>): CaptureFile<CaptureFact> =>
    new CaptureFile({ name: 'line-1', header, clock: wireClock, startedMs: wireClock.monotonicMs(), ...options });

  it('takes two files of its bound at most, the older cut at its beginning, each with its header', async () => {
    const folder = makeFolder();
    const bytesMax = 4096;
    const file = openFile({ folder, onFailed: (error) => expect.fail(String(error)), bytesMax });
    for (let n = 0; n < 400; n += 1) {
      file.add({ event: 'sent', hex: n.toString(16).padStart(8, '0') });
      if (n % 10 === 0) await wireClock.sleep(1, 'the disk');
    }
    await file.close();
    for (const name of ['line-1.1.jsonl', 'line-1.jsonl']) expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(bytesMax);
    const captures = ['line-1.1.jsonl', 'line-1.jsonl'].map((name) => readCapture(folder, name));
    const last = captures[1]?.header.part ?? 0;
    expect(last).toBeGreaterThan(2);
    expect(captures.map((capture) => capture.header)).toEqual([last - 1, last].map((part) => ({ ...header, part })));
    const kept = captures.flatMap(({ entries }) => entries.flatMap((entry) => (entry.event === 'sent' ? [Number.parseInt(entry.hex, 16)] : [])));
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, n) => 400 - kept.length + n));
    expect(kept.length).toBeGreaterThan(20);
  });

  it('leaves what a last run captured in the older file', async () => {
    const folder = makeFolder();
    for (const capture of ['b', 'c']) {
      const file = openFile({ folder, header: { ...header, capture: capture.repeat(32) }, onFailed: () => expect.fail('it failed') });
      await file.close();
    }
    expect(['line-1.1.jsonl', 'line-1.jsonl'].map((name) => readCapture(folder, name).header.capture[0])).toEqual(['b', 'c']);
  });

  it('counts what the disk was too slow for, and goes on', async () => {
    const folder = makeFolder();
    const file = openFile({ folder, onFailed: (error) => expect.fail(String(error)) });
    const hex = '00'.repeat(50_000);
    // All in one turn: the disk has had no chance.
    for (let n = 0; n < 30; n += 1) file.add({ event: 'received', hex });
    await expect.poll(() => statSync(join(folder, 'line-1.jsonl'), { throwIfNoEntry: false })?.size ?? 0).toBeGreaterThan(1_000_000);
    file.add({ event: 'opened' });
    await file.close();
    const { entries } = readCapture(folder, 'line-1.jsonl');
    const received = entries.filter(({ event }) => event === 'received').length;
    expect(factsOf(entries.slice(received))).toEqual([{ event: 'dropped', entries: 30 - received }, { event: 'opened' }, { event: 'ended' }]);
    expect(received).toBeLessThan(30);
  });

  it('tells once that it cannot be written, and holds nobody up', async () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'no-folder'), '');
    const errors: unknown[] = [];
    const file = openFile({ folder: join(folder, 'no-folder'), onFailed: (error) => errors.push(error) });
    file.add({ event: 'opened' });
    await expect.poll(() => errors.length).toBe(1);
    file.add({ event: 'opened' });
    await file.close();
    expect(errors).toHaveLength(1);
  });

  it('of a wire whose name is taken by a folder fails like any other', async () => {
    const folder = makeFolder();
    mkdirSync(join(folder, 'line-1.1.jsonl', 'full'), { recursive: true });
    writeFileSync(join(folder, 'line-1.jsonl'), '');
    const errors: unknown[] = [];
    const file = openFile({ folder, onFailed: (error) => errors.push(error) });
    await file.close();
    expect(errors).toHaveLength(1);
  });

  it('is refused by its schema with anything added to a line', () => {
    expect(captureLineSchema.safeParse({ ...header, part: 1 }).success).toBe(true);
    expect(captureLineSchema.safeParse({ ...header, part: 1, village: 'x' }).success).toBe(false);
    expect(captureLineSchema.safeParse({ atMs: 1, event: 'scan', text: 'card-1', hex: '00' }).success).toBe(false);
  });
});
