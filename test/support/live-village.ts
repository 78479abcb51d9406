// One start and stop of a whole village on its files, as a command makes it. Without it every test of a restart would open another village.
import { cpSync, rmSync } from 'node:fs';
import { loadSite } from '../../gateway/config-file.ts';
import { placesIn } from '../../gateway/data-folder.ts';
import { openLog } from '../../gateway/log.ts';
import { thisMachine } from '../../gateway/machine.ts';
import { openVillage, type Village, type VillageOptions } from '../../gateway/runtime.ts';
import { runOperation } from '../../gateway/web/operations.ts';
import type { RosterReport } from '../../gateway/workflows/import-roster.ts';
import { epochMs } from '../../protocol/units.ts';

const site = loadSite('config/demo.yaml');
const training = { pace: 1, firstMs: epochMs(1_700_000_000_000) };

/** A village in training on `dataDir`, with no device. */
export const villageOptions = (dataDir: string): VillageOptions => ({
  ...{ machine: thisMachine, site, dataDir, training, log: openLog('silent') },
  ...{ withField: false, announce: true },
});

/** One start and stop, with whatever happens in between; gives the epochs opened so far and the head. */
export async function live(dataDir: string, during: (village: Village) => unknown = () => undefined, more: Partial<VillageOptions> = {}) {
  const village = openVillage({ ...villageOptions(dataDir), ...more });
  try {
    await during(village);
    const events = [...village.store.events()];
    const opened = events.flatMap(({ draft }) => (draft.name === 'epoch.opened' ? [draft.data] : []));
    return { opened, head: village.store.head };
  } finally {
    await village.close();
  }
}

/** Imports households with these numbers, without cards of their own. */
export function importNumbers({ desk }: Village, ...numbers: readonly string[]): Promise<RosterReport> {
  const text = ['户号,户主,人数', ...numbers.map((number) => `${number},甲,3`), ''].join('\n');
  const input = { fileBase64: Buffer.from(text).toString('base64'), skipBad: false, operator: 'clerk' };
  return runOperation(desk, 'roster.import', input) as Promise<RosterReport>;
}

/** Household numbers and card texts of everybody in the personal file. */
export const printedCards = ({ desk }: Village) => runOperation(desk, 'roster.cards', {}) as Promise<{ number: string; card: string }[]>;

/** Takes the ledger of a closed village away. */
export const removeLedger = (dataDir: string): void => {
  for (const end of ['', '-wal', '-shm']) rmSync(placesIn(dataDir).ledger + end, { force: true });
};

/** Puts the ledger of one closed village in the place of another's. */
export function putLedger(from: string, dataDir: string): void {
  removeLedger(dataDir);
  cpSync(placesIn(from).ledger, placesIn(dataDir).ledger);
}
