// A short, valid, signed history of one gateway; without it every test of the wire would build its own, and differently.
import { eventPayloadType, signEnvelope } from '../../protocol/envelope.ts';
import type { EventDraft } from '../../protocol/events.ts';
import { encodeEvent, firstPrev } from '../../protocol/signed-event.ts';
import { epochMs } from '../../protocol/units.ts';
import { testSigner } from './test-keys.ts';

export interface ChainedEvent {
  readonly sequence: number;
  readonly name: string;
  readonly envelope: Buffer;
  readonly leaf: string;
}

/** `count` events of gateway `gw-test`, alternating weighings' points and device health, each linked to the one before. */
export function makeEvents(count: number, drafts: (sequence: number) => EventDraft = draftOf): readonly ChainedEvent[] {
  const events: ChainedEvent[] = [];
  let prev = firstPrev;
  for (let sequence = 1; sequence <= count; sequence += 1) {
    const draft = drafts(sequence);
    const hlc = (sequence * 65_536).toString(16).padStart(16, '0');
    const inner = encodeEvent(
      { gateway: 'gw-test', epoch: 1, sequence, prev, timeMs: epochMs(1_795_392_000_000 + sequence), hlc, boot: 1, timeq: 'ntp', cause: null },
      draft,
    );
    const { envelope, leaf } = signEnvelope(inner, eventPayloadType, testSigner);
    events.push({ sequence, name: draft.name, envelope, leaf });
    prev = leaf;
  }
  return events;
}

export function draftOf(sequence: number): EventDraft {
  if (sequence % 2 === 0) return { name: 'device.health', subject: 'scale-1', data: { device: 'scale-1', state: 'online', cause: null } };
  const household = 'h-0123456789abcdef0123';
  const account = { unit: 'points' as const };
  return {
    name: 'points.awarded',
    subject: household,
    data: {
      household,
      source: 'learning',
      points: 600,
      ...{ tariffPoints: 600, reference: 'session-1', material: null, netGrams: null, pieces: null, pointsPerKg: null, pointsEach: null },
      ...{ day: '2026-11-23', dateTrusted: true, tariffVersion: '2026-1', rulesVersion: 'site', queued: null, operator: null, second: null },
      postings: [
        { ...account, account: 'issuance/learning', amount: -600 },
        { ...account, account: `household/${household}`, amount: 600 },
      ],
    },
  };
}
