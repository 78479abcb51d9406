// Lost without this file: the rules for what an event may say, which every consumer of the stream relies on.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventPayloadType, signEnvelope } from '../../protocol/envelope.ts';
import type { EventDraft } from '../../protocol/events.ts';
import { type EventPlace, encodeEvent, firstPrev, openEvent, parseEvent, timeQualities } from '../../protocol/signed-event.ts';
import { epochMs } from '../../protocol/units.ts';
import { draftOf, makeEvents } from '../support/event-chain.ts';
import { testKeys, testSigner } from '../support/test-keys.ts';
import { damaged } from '../support/text-mutations.ts';

const place: EventPlace = {
  gateway: 'gw-1',
  epoch: 1,
  sequence: 7,
  prev: firstPrev,
  timeMs: epochMs(1_795_392_000_000),
  hlc: '0000019400000000',
  boot: 3,
  timeq: 'rtc',
  cause: null,
};
const health: EventDraft = { name: 'device.health', subject: 'scale-1', data: { device: 'scale-1', state: 'offline', cause: 'bus_timeout' } };

it('writes exactly these bytes', () => {
  expect(encodeEvent(place, health).toString()).toBe(
    '{"specversion":"1.0","id":"gw-1.1.7","source":"urn:sifen:gw:gw-1","type":"device.health.v1","subject":"scale-1",' +
      '"time":"2026-11-23T00:00:00.000Z","datacontenttype":"application/json","sequence":"0000000000000007","epoch":1,' +
      '"prev":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","hlc":"0000019400000000","boot":3,"timeq":"rtc",' +
      '"data":{"device":"scale-1","state":"offline","cause":"bus_timeout"}}',
  );
});

it('reads back what it wrote, wherever the event stands', () => {
  const places = fc.record({
    gateway: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}[a-z0-9]$/),
    epoch: fc.integer({ min: 1, max: 0x7fff_ffff }),
    sequence: fc.maxSafeNat().map((n) => Math.max(1, n)),
    prev: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('base64')),
    timeMs: fc.integer({ min: 0, max: 253_402_300_799_999 }).map(epochMs),
    hlc: fc.stringMatching(/^[0-9a-f]{16}$/),
    boot: fc.integer({ min: 0, max: 0xffff_ffff }),
    timeq: fc.constantFrom(...timeQualities),
    cause: fc.option(fc.stringMatching(/^[A-Za-z0-9-]{8,64}\.[0-9a-f]{16}$/)),
  });
  fc.assert(
    fc.property(places, fc.nat(1), (where, which) => {
      const draft = draftOf(which);
      const read = parseEvent(encodeEvent(where, draft));
      expect(read).toMatchObject({ ok: true, event: { ...where, draft, subject: draft.subject, source: `urn:sifen:gw:${where.gateway}` } });
    }),
  );
});

describe('kinds of event this version does not know', () => {
  const opaque = (data: unknown) =>
    parseEvent(Buffer.from(JSON.stringify({ ...JSON.parse(encodeEvent(place, health).toString()), type: 'bag.traced.v2', data })));
  it('pass with their data', () => {
    expect(opaque({ anything: ['可', 1] })).toMatchObject({
      ok: true,
      event: { type: 'bag.traced.v2', draft: undefined, data: { anything: ['可', 1] }, postings: [] },
    });
  });
  it('are held to the rules of double entry', () => {
    const leg = (amount: number) => ({ account: 'waste', unit: 'rolls', amount });
    expect(opaque({ postings: [leg(1), leg(-1)] })).toMatchObject({ ok: true, event: { postings: [leg(1), leg(-1)] } });
    expect(opaque({ postings: [leg(1), leg(-2)] })).toMatchObject({ ok: false, place: 'data.postings' });
    expect(opaque({ postings: 'none' })).toMatchObject({ ok: false, place: 'data.postings' });
  });
});

describe('refuses, naming the place', () => {
  const body = JSON.parse(encodeEvent(place, health).toString());
  const points = draftOf(1);
  it.each([
    ['another id', { id: 'gw-1.1.8' }, 'id'],
    ['another source', { source: 'urn:sifen:gw:gw-2' }, 'id'],
    ['a source that is no gateway', { source: 'urn:sifen:gw:Gw' }, 'source'],
    ['sequence 0', { sequence: '0000000000000000', id: 'gw-1.1.0' }, 'sequence'],
    ['a sequence beyond 2^53', { sequence: '9007199254740993', id: 'gw-1.1.9007199254740992' }, 'sequence'],
    ['a short sequence', { sequence: '7' }, 'sequence'],
    ['epoch 0', { epoch: 0, id: 'gw-1.0.7' }, 'epoch'],
    ['local time', { time: '2026-11-23T08:00:00.000+08:00' }, 'time'],
    ['31 February', { time: '2026-02-31T00:00:00.000Z' }, 'time'],
    ['a short leaf', { prev: 'AAAA' }, 'prev'],
    ['a leaf with stray bits', { prev: `${'A'.repeat(42)}B=` }, 'prev'],
    ['an unknown clock quality', { timeq: 'gps' }, 'timeq'],
    ['a capital in the clock', { hlc: '000001940000000A' }, 'hlc'],
    ['a name as subject', { subject: '王小明' }, 'subject'],
    ['a further attribute', { name: 'x' }, 'the event'],
    ['a further field of a known kind', { data: { ...body.data, extra: 1 } }, 'data.'],
    ['a missing field of a known kind', { data: { device: 'scale-1', state: 'online' } }, 'data.cause'],
    ['data of another kind', { type: 'points.awarded.v1' }, 'data.household'],
    [
      'postings that do not cancel',
      { type: 'points.awarded.v1', data: { ...points.data, postings: [{ account: 'a', unit: 'points', amount: 1 }] } },
      'data.postings',
    ],
    [
      'units mixed to cancel',
      {
        type: 'points.awarded.v1',
        data: {
          ...points.data,
          postings: [
            { account: 'a', unit: 'points', amount: 1 },
            { account: 'a', unit: 'fen', amount: -1 },
          ],
        },
      },
      'data.postings',
    ],
  ])('%s', (_name, change, where) => {
    const refusal = parseEvent(Buffer.from(JSON.stringify({ ...body, ...change })));
    expect(refusal).toMatchObject({ ok: false, reason: 'event' });
    expect(!refusal.ok && refusal.place).toBe(where);
  });
  it('a key twice, a float, seven levels', () => {
    for (const data of ['{"a":1,"a":2}', '{"a":0.5}', '{"a":[[[[[1]]]]]}']) {
      const text = JSON.stringify({ ...body, type: 'bag.unheard.v1' }).replace(JSON.stringify(body.data), data);
      expect(parseEvent(Buffer.from(text))).toMatchObject({ ok: false, place: expect.stringMatching(/^character \d+$/) });
    }
  });
  it('sums beyond 2^53 that only look like zero', () => {
    const big = Number.MAX_SAFE_INTEGER;
    const legs = [big, big, 1, -big, -big].map((amount) => ({ account: 'a', unit: 'grams', amount }));
    expect(parseEvent(Buffer.from(JSON.stringify({ ...body, type: 'bag.unheard.v1', data: { postings: legs } })))).toMatchObject({
      ok: false,
      place: 'data.postings',
    });
  });
});

it('will not write what it would not read', () => {
  const unbalanced = { ...draftOf(1), data: { ...draftOf(1).data, postings: [{ account: 'a', unit: 'points', amount: 1 }] } } as EventDraft;
  expect(() => encodeEvent(place, unbalanced)).toThrow('sum to zero');
  expect(() => encodeEvent({ ...place, sequence: 0 }, health)).toThrow('sequence');
});

it('openEvent verifies before it reads', () => {
  const [event] = makeEvents(1);
  const wire = event?.envelope ?? Buffer.alloc(0);
  expect(openEvent(wire, testKeys)).toMatchObject({ ok: true, leaf: event?.leaf, keyid: 'gw-test-1', event: { sequence: 1 } });
  expect(openEvent(wire, () => undefined)).toMatchObject({ ok: false, reason: 'key' });
  expect(openEvent(signEnvelope(Buffer.from('{}'), eventPayloadType, testSigner).envelope, testKeys)).toMatchObject({ ok: false, reason: 'event' });
});

it('10,000 damaged messages: refused with a place, or the very event that was sent', () => {
  const events = makeEvents(6);
  const sent = new Map(events.map(({ sequence, leaf }) => [sequence, leaf]));
  fc.assert(
    fc.property(damaged(events.map(({ envelope }) => envelope)), (bytes) => {
      const opened = openEvent(bytes, testKeys);
      return opened.ok ? sent.get(opened.event.sequence) === opened.leaf : opened.place.length > 0;
    }),
    { numRuns: 10_000 },
  );
});
it('10,000 damaged bodies, were they signed: refused with a place, or read as their bytes say', () => {
  const vectors: { readonly vectors: readonly { readonly valid: boolean; readonly wire: string }[] } = JSON.parse(
    readFileSync(new URL('../fixtures/dsse.json', import.meta.url), 'utf8'),
  );
  const bodies = [
    ...makeEvents(4).map(({ envelope }) => Buffer.from(JSON.parse(envelope.toString()).payload, 'base64')),
    ...vectors.vectors.filter(({ valid }) => valid).map(({ wire }) => Buffer.from(JSON.parse(wire).payload, 'base64')),
  ];
  fc.assert(
    fc.property(damaged(bodies), (bytes) => {
      const read = parseEvent(bytes);
      if (!read.ok) return read.place.length > 0;
      const said = JSON.parse(bytes.toString());
      expect({ ...read.event, sequence: String(read.event.sequence).padStart(16, '0') }).toMatchObject({
        id: said.id,
        type: said.type,
        subject: said.subject,
        sequence: said.sequence,
        prev: said.prev,
        boot: said.boot,
        data: said.data,
      });
      return true;
    }),
    { numRuns: 10_000 },
  );
});
