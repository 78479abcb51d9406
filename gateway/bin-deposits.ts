/** Deposits at a bin where a reader stands: built from the site file and set running. It decides nothing. */
import type { BagVillage } from '../protocol/bag-code.ts';
import type { LoadedSite } from './config-file.ts';
import type { GatewayKeys } from './keys.ts';
import type { Log } from './log.ts';
import type { Machine } from './machine.ts';
import type { Bin } from './workflows/bin.ts';
import { DepositStation, type DepositStationOptions } from './workflows/deposit-station.ts';

interface DepositParts extends Pick<DepositStationOptions, 'store' | 'time'> {
  readonly site: LoadedSite;
  readonly books: Pick<DepositStationOptions, 'rules'>;
  readonly machine: Machine;
  readonly keys: GatewayKeys;
  readonly signal: AbortSignal;
  readonly background: (name: string, task: Promise<void>) => void;
  readonly log: Log;
}

/** The station of a bin, or null where no reader serves it. */
export function openDeposits(options: DepositParts, bin: Bin, bags: BagVillage): DepositStation | null {
  const { site, store, books, time, machine, keys, signal, background, log } = options;
  if (!site.config.readers.some(({ serves }) => serves === bin.id)) return null;
  const station = new DepositStation({
    ...{ bin, store, bags, time, rules: books.rules, wire: machine.clock, credentialKey: keys.credentialKey },
    onSaying: (saying) => log.info({ bin: bin.id, say: saying.say, ...('code' in saying && { code: saying.code }) }, 'told at a bin'),
  });
  background(`deposits at ${bin.id}`, station.run(signal));
  return station;
}
