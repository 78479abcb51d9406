/**
 * How a command reaches a village: through the socket of the gateway that runs on this data folder, or, when none runs, by opening the
 * files (and, where metal must move, the lines) itself. The same operation runs either way.
 */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { closingAfter } from '../closers.ts';
import { type LoadedSite, loadSite } from '../config-file.ts';
import { makeFolder, placesIn, socketIn, standingOf } from '../data-folder.ts';
import { writeDurably } from '../durable-file.ts';
import { GatewayError } from '../errors.ts';
import { openLog } from '../log.ts';
import { thisMachine } from '../machine.ts';
import { openVillage, type Village } from '../runtime.ts';
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

/** Who gave an order, where nobody says. Never the login name: events stay for ever, and a login is often a person's name. */
const unnamedOperator = 'operator';

/** Names who gives an order in the events it leads to. */
export const operatorFlag = (command: Command): Command =>
  command.option('--operator <name>', 'who does it: a function or badge, never a person’s name; recorded in the event', unnamedOperator);

/**
 * Operations that record nothing. Every other one, and any that comes to be later, may: a start of its own belongs in the ledger before it.
 */
const reading: ReadonlySet<OperationName> = new Set<OperationName>([
  'status',
  'view.read',
  'roster.cards',
  'ledger.show',
  'ledger.rebuild',
  'clock.show',
  'events.list',
  'events.show',
  'events.verify',
  // Of use to a running gateway only.
  'line.borrow',
  'line.keep',
  'line.return',
]);

/** Whether an operation records nothing, so that a village is opened for it without a word in the ledger. */
export const isReading = (name: OperationName): boolean => reading.has(name);

/** The only operation that may begin a village: a folder named by mistake must not become one. */
const founding: OperationName = 'roster.import';

const noVillage = (dataDir: string) =>
  new GatewayError('usage', `There is no village in ${dataDir}.`, {
    hint: 'Name its folder with --data DIR. A village begins with `sifen run` or `sifen roster import`, both with --site FILE.',
  });

/** Asks one thing of an open village. The wait ends when `signal` aborts. */
export type Ask = (name: OperationName, input: object, signal?: AbortSignal) => Promise<unknown>;

/** Runs one operation on the village. `withField` opens the lines when no gateway runs. @throws GatewayError. */
export async function ask(flags: VillageFlags, name: OperationName, input: object, withField = false): Promise<unknown> {
  const answer = await askGateway(socketIn(flags.data), name, input);
  if (answer !== noGateway) return answer;
  return await withFiles(flags, name, withField, (askFiles) => askFiles(name, input));
}

/** Several operations on one village that stays open in between, its devices with it. `first` is the one it is opened for. @throws GatewayError. */
export async function withVillage<Result>(flags: VillageFlags, first: OperationName, use: (ask: Ask) => Promise<Result>): Promise<Result> {
  const socket = socketIn(flags.data);
  if ((await askGateway(socket, 'status', {})) === noGateway) return await withFiles(flags, first, true, use);
  return await use(async (name, input, signal) => {
    const answer = await askGateway(socket, name, input, signal);
    if (answer === noGateway) throw new GatewayError('gateway_stopping', 'The gateway ended meanwhile.');
    return answer;
  });
}

async function withFiles<Result>(flags: VillageFlags, first: OperationName, withField: boolean, use: (ask: Ask) => Promise<Result>): Promise<Result> {
  if (first !== founding && standingOf(flags.data) === 'new') throw noVillage(flags.data);
  const site = siteOf(flags);
  const village = openVillage({
    machine: thisMachine,
    site,
    dataDir: flags.data,
    training: 'stored',
    log: openLog('warn'),
    withField,
    announce: !isReading(first),
  });
  return await workOn(village, async () => {
    const result = await Promise.race([use((name, input, signal) => runOperation({ ...village.desk, caller: signal }, name, input)), village.failed]);
    if (flags.site !== undefined && !isReading(first)) keepSite(flags.data, site);
    return result;
  });
}

/**
 * Does `work` on a village that was opened for it, and closes the village. Its readers are heard meanwhile, so a job a villager began at a
 * counter is brought to its end first. @throws what `work` threw, or else what closing threw.
 */
export const workOn = <Result>(village: Pick<Village, 'finish' | 'close'>, work: () => Promise<Result>): Promise<Result> =>
  closingAfter(work, () =>
    closingAfter(
      () => village.finish(),
      () => village.close(),
    ),
  );

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
