// A village as operations see it, on a real ledger and personal file and without devices. Without it each test of an operation would build another.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { wireClock } from '../../gateway/clock.ts';
import { rulesOn } from '../../gateway/core/rule-book.ts';
import { thisMachine } from '../../gateway/machine.ts';
import { openPersonalFile } from '../../gateway/store/personal.ts';
import { openVillageTime } from '../../gateway/village-time.ts';
import type { Desk } from '../../gateway/web/operations.ts';
import { Sessions } from '../../gateway/web/sessions.ts';
import { villageRulesSchema } from '../../protocol/village-rules.ts';
import { makeFolder, makeStore, type TestStore } from './make-store.ts';
import { sampleTariff } from './village-drafts.ts';

/** Secret for hashes of cards, badges and own households. */
export const testCredentialKey = Buffer.alloc(32, 8);

/** Closed with the test. */
export function makeDesk(made: TestStore = makeStore()): Desk {
  const { store } = made;
  const personal = openPersonalFile({ path: join(makeFolder(), 'personal.db'), masterKey: Buffer.alloc(32, 7) });
  onTestFinished(() => personal.close());
  const credentialKey = testCredentialKey;
  const time = { clock: { now: () => made.clock.nowMs }, quality: () => made.clock.timeq };
  return {
    store,
    personal,
    credentialKey,
    books: {
      ...{ store, personal, time, credentialKey, random: randomBytes },
      bags: { village: 'WXJ01', key: Buffer.alloc(32, 9) },
      rules: (day) => rulesOn({ version: 'site', from: '', rules: villageRulesSchema.parse({}) }, store.rules.rules(), day),
      tariffs: () => [sampleTariff, ...store.rules.tariffs()],
    },
    sessions: new Sessions({ store, personal, credentialKey, clock: wireClock }),
    dispensers: new Map(),
    bins: new Map(),
    scales: new Map(),
    loans: null,
    commissioning: null,
    uplink: () => null,
    vending: new Map(),
    wire: wireClock,
    clock: { gateway: 'gw-test', store, time: openVillageTime(null, null, thisMachine) },
    status: () => ({ head: store.head.sequence }),
  };
}
