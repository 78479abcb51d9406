/**
 * How a command reaches a village: through the socket of the gateway that runs on this data folder, or, when none runs, by opening the
 * files (and, where metal must move, the lines) itself. The same operation runs either way.
 */
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { closingAfter } from '../closers.ts';
import { type LoadedSite, loadSite } from '../config-file.ts';
import { makeFolder, placesIn, socketIn, standingOf } from '../data-folder.ts';
import { writeDurably } from '../durable-file.ts';
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

export const villageFlags = (command: Command): Command =>
  command
    .option('--data <dir>', 'data folder of the village', defaultDataDir)
    .option('--site <file>', 'site file, when no gateway ever ran on the data folder')
    .option('--json', 'print the answer as JSON');

/** Names who gives an order in the events it leads to; whoever is logged in, if not said. */
export const operatorFlag = (command: Command): Command =>
  command.option('--operator <name>', 'who does it, by function or badge; recorded in the event', userInfo().username);

/** Operations that record something: a start of their own belongs in the ledger before them. */
const writing: ReadonlySet<OperationName> = new Set<OperationName>([
  'issue',
  'roster.import',
  'ledger.restored',
  'clock.confirm',
  'device.rebaseline',
  'scale.check',
  'alarm.reset',
  'bin.open',
]);

/** The only operation that may begin a village: a folder named by mistake must not become one. */
const founding: OperationName = 'roster.import';

const noVillage = (dataDir: string) =>
  new GatewayError('usage', `There is no village in ${dataDir}.`, {
    hint: 'Name its folder with --data DIR. A village begins with `sifen run` or `sifen roster import`, both with --site FILE.',
  });

/** Runs one operation on the village. `withField` opens the lines when no gateway runs. @throws GatewayError. */
export async function ask(flags: VillageFlags, name: OperationName, input: object, withField = false): Promise<unknown> {
  const answer = await askGateway(socketIn(flags.data), name, input);
  if (answer !== noGateway) return answer;
  if (name !== founding && standingOf(flags.data) === 'new') throw noVillage(flags.data);
  const site = siteOf(flags);
  const village = openVillage({
    machine: thisMachine,
    site,
    dataDir: flags.data,
    training: 'stored',
    log: openLog('warn'),
    withField,
    announce: writing.has(name),
  });
  const work = async () => {
    const result = await Promise.race([runOperation(village.desk, name, input), village.failed]);
    if (flags.site !== undefined && writing.has(name)) keepSite(flags.data, site);
    return result;
  };
  return await closingAfter(work, () => village.close());
}

/** The site the flags name: a file of its own, or the one kept in the data folder. @throws GatewayError usage when there is neither. */
export function siteOf({ data, site }: VillageFlags): LoadedSite {
  const kept = placesIn(data).site;
  if (site === undefined && !existsSync(kept)) throw noVillage(data);
  return loadSite(site ?? kept);
}

/** Keeps the resolved site beside the data, so that later commands find the village by its folder alone. */
export function keepSite(dataDir: string, { config, file }: LoadedSite): void {
  makeFolder(dataDir);
  const rules = { ...config.rules, tariff: resolve(dirname(file), config.rules.tariff) };
  const dispensers = config.dispensers.map((row) => (row.macKeyFile === undefined ? row : { ...row, macKeyFile: resolve(dirname(file), row.macKeyFile) }));
  const { passwordFile, ...uplink } = config.mqtt.uplink;
  const mqtt = { ...config.mqtt, uplink: passwordFile === undefined ? uplink : { ...uplink, passwordFile: resolve(dirname(file), passwordFile) } };
  writeDurably(placesIn(dataDir).site, `${JSON.stringify({ ...config, dispensers, mqtt, rules }, null, 2)}\n`, 0o640);
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
