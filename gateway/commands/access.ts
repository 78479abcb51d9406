/**
 * How a command reaches a village: through the socket of the gateway that runs on this data folder, or, when none runs, by opening the
 * files (and, where metal must move, the lines) itself. The same operation runs either way.
 */
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { loadSite } from '../config-file.ts';
import { GatewayError } from '../errors.ts';
import { openLog } from '../log.ts';
import { thisMachine } from '../machine.ts';
import { openVillage } from '../runtime.ts';
import { type OperationName, runOperation } from '../web/operations.ts';
import { askGateway, noGateway } from '../web/socket-client.ts';

/** Options every command on a village takes. */
export interface VillageFlags {
  readonly data: string;
  readonly site?: string;
  readonly json?: boolean;
}

export const defaultDataDir = 'sifen-data';
/** The site file a gateway resolved at its last start, kept beside its data for commands that come later. */
export const resolvedSiteFile = 'site.json';

export const villageFlags = (command: Command): Command =>
  command
    .option('--data <dir>', 'data folder of the village', defaultDataDir)
    .option('--site <file>', 'site file, when no gateway ever ran on the data folder')
    .option('--json', 'print the answer as JSON');

/** Names who gives an order in the events it leads to; whoever is logged in, if not said. */
export const operatorFlag = (command: Command): Command =>
  command.option('--operator <name>', 'who does it, by function or badge; recorded in the event', userInfo().username);

/** Operations that record something: a start of their own belongs in the ledger before them. */
const writing: ReadonlySet<OperationName> = new Set<OperationName>(['issue', 'roster.import', 'ledger.restored', 'device.rebaseline', 'alarm.reset']);

/** Runs one operation on the village. `withField` opens the lines when no gateway runs. @throws GatewayError. */
export async function ask(flags: VillageFlags, name: OperationName, input: object, withField = false): Promise<unknown> {
  const answer = await askGateway(join(flags.data, 'sifen.sock'), name, input);
  if (answer !== noGateway) return answer;
  const file = flags.site ?? join(flags.data, resolvedSiteFile);
  if (flags.site === undefined && !existsSync(file)) {
    throw new GatewayError('usage', `There is no village in ${flags.data}.`, { hint: 'Name its folder with --data DIR, or its site file with --site FILE.' });
  }
  const village = openVillage({
    machine: thisMachine,
    site: loadSite(file),
    dataDir: flags.data,
    training: 'stored',
    log: openLog('warn'),
    withField,
    announce: writing.has(name),
  });
  try {
    return await Promise.race([runOperation(village.desk, name, input), village.failed]);
  } finally {
    await village.close();
  }
}

/** Prints for a machine with --json, else for a person. */
export function print(flags: { readonly json?: boolean }, value: unknown, text: () => string): void {
  process.stdout.write(flags.json ? `${JSON.stringify(value)}\n` : `${text()}\n`);
}

/** Parses a whole number of an option. @throws GatewayError usage naming the option and its bounds. */
export function wholeNumber(name: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < min || value > max)
      throw new GatewayError('usage', `${name} is a whole number from ${min} to ${max}, not ${text}.`);
    return value;
  };
}
