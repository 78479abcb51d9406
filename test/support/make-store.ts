// The one way tests open a ledger store: a real file in a folder of its own, a signer whose key is published, a clock the test holds.
// Without it every test would open the store differently, and what a test sets would no longer be what matters to it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Store, type StoreOptions } from '../../gateway/store/store.ts';
import type { TimeQuality } from '../../protocol/signed-event.ts';
import { epochMs } from '../../protocol/units.ts';
import { testKeys, testSigner } from './test-keys.ts';
import { sampleDrafts } from './village-drafts.ts';

/** 2026-11-23T00:00:00Z. Unit: ms since the epoch. */
export const testStartMs = 1_795_392_000_000;

/** A village clock that stands until a test moves it. */
export interface HeldClock {
  nowMs: number;
  timeq: TimeQuality;
}

export class TestStore {
  readonly path: string;
  readonly clock: HeldClock;
  readonly #options: Partial<StoreOptions>;
  #store: Store | undefined;

  constructor(path: string, options: Partial<StoreOptions>) {
    this.path = path;
    this.clock = { nowMs: testStartMs, timeq: 'ntp' };
    this.#options = options;
  }

  /** The open store; opened when it is not. */
  get store(): Store {
    this.#store ??= this.open();
    return this.#store;
  }

  /** Opens the file once more, whatever else holds it. */
  open(changes: Partial<StoreOptions> = {}): Store {
    const { clock } = this;
    const time = () => ({ nowMs: epochMs(clock.nowMs), timeq: clock.timeq });
    return new Store({ path: this.path, gateway: 'gw-test', signer: testSigner, keys: testKeys, time, ...this.#options, ...changes });
  }

  close(): void {
    this.#store?.close();
    this.#store = undefined;
  }

  /** Closes and opens again, as a restart does. */
  reopen(): Store {
    this.close();
    return this.store;
  }
}

/** A folder that is gone when the running test is over. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sifen-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A store in a new file, or in the file at `path`. A new one holds `epoch.opened` as event 1 unless `empty` is set. Closed with the test. */
export function makeStore(options: Partial<StoreOptions> & { readonly empty?: boolean } = {}): TestStore {
  const { empty = false, ...store } = options;
  const made = new TestStore(store.path ?? join(makeFolder(), 'ledger.db'), store);
  onTestFinished(() => made.close());
  if (!empty && made.store.head.sequence === 0) made.store.append([sampleDrafts['epoch.opened']], { epoch: 1, boot: 1 });
  return made;
}
