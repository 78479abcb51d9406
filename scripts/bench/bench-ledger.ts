/** A ledger for benches: a real store with its signer on a real file, and weighings that settle as those of a tray do. */
import { generateKeyPairSync } from 'node:crypto';
import { decideAward } from '../../gateway/core/points.ts';
import { weighingCoreVersion } from '../../gateway/core/weighing.ts';
import { Store } from '../../gateway/store/store.ts';
import type { EventDraft } from '../../protocol/events.ts';
import type { Tariff } from '../../protocol/tariff.ts';
import { epochMs } from '../../protocol/units.ts';

/** 2026-11-24T00:00:00Z. Unit: ms since 1970. */
const benchStartMs = 1_795_478_400_000;
const benchKeys = generateKeyPairSync('ed25519');
const benchSigner = { keyid: 'k-0123456789abcdef', privateKey: benchKeys.privateKey };
const benchGateway = 'gw-bench';

const tariff: Tariff = {
  version: 'bench-1',
  validFrom: '2018-07-01',
  learningPoints: 600,
  volunteeringPoints: 500,
  materials: { cardboard: { name: { zh: '纸板', en: 'cardboard' }, pointsPerKg: 60, maxGramsPerSession: 50_000 } },
};

const householdOf = (index: number): string => `h-${index.toString(16).padStart(20, '0')}`;

/** Opens or makes a ledger; a new one has its epoch and so many households. */
export function openLedger(path: string, households = 400): Store {
  let nowMs = benchStartMs;
  const store = new Store({
    path,
    gateway: benchGateway,
    signer: benchSigner,
    keys: (keyid) => (keyid === benchSigner.keyid ? benchKeys.publicKey : undefined),
    time: () => {
      nowMs += 1000;
      return { nowMs: epochMs(nowMs), timeq: 'ntp' };
    },
  });
  if (store.head.sequence > 0) return store;
  const opened: EventDraft = {
    name: 'epoch.opened',
    subject: benchGateway,
    data: { reason: 'new', gateway: benchGateway, village: 'bench', publicKey: 'AAAA', operator: null },
  };
  store.append([opened], { epoch: 1, boot: 1 });
  store.append(
    Array.from({ length: households }, (_, index): EventDraft => {
      const household = householdOf(index);
      return { name: 'household.registered', subject: household, data: { household, members: 3, credentials: [] } };
    }),
  );
  return store;
}

/** The two events of one settled weighing, its number the next of the scale. */
export function settledWeighing(store: Pick<Store, 'weighings'>, turn: number, alibi = store.weighings.nextAlibi('scale-1')): readonly EventDraft[] {
  const rawHex = ['01030000000ac5cd', '010314000009c4000000010000000a00007530000a0001b0c4'];
  const weighing = {
    household: householdOf(turn % 400),
    material: 'cardboard',
    grossGrams: 2500 + (turn % 100),
    tareGrams: 0,
    netGrams: 2500 + (turn % 100),
    intervalGrams: 10,
    maxGrams: 30_000,
    stableSource: 'device' as const,
    zeroAgeMs: 5000,
    rawHex,
    core: weighingCoreVersion,
    method: 'tray' as const,
  };
  const decision = decideAward({
    weighing,
    scale: 'scale-1',
    instrument: { model: 'W-CN', profile: '0123456789abcdef', certificate: null },
    alibi,
    tariffs: [tariff],
    day: '2026-11-24',
    dateTrusted: true,
    minimumGrams: 50,
    rulesVersion: 'site',
    daily: { cap: 1_000_000, earned: 0 },
  });
  if (!decision.ok) throw new Error(`a weighing of the bench was refused: ${decision.refusal.code}`);
  return decision.drafts;
}
