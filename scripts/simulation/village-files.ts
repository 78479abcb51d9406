/**
 * The files and lists a simulated village is built from, all drawn from its seed: site file of the gateway, site of the simulator, keys,
 * roster, cards and roll labels. The keys open nothing outside a simulation.
 */
import { createHash, createPrivateKey } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { SiteFile } from '../../device-sim/site-file.ts';
import { type LoadedSite, loadSite } from '../../gateway/config-file.ts';
import { encodeBagCode } from '../../protocol/bag-code.ts';
import type { VillagePlan } from './scenario.ts';
import { deviceIds, lineIds, readerIds } from './scenario.ts';

/** In every name and every card of a simulated village, and nowhere else: whatever carries one has told on somebody. */
export const personalMarks = ['龘', 'SIMCARD'] as const;

const bagVillage = 'SIM01';
const tariffFile = resolve(import.meta.dirname, '../../config/tariff-xiaojiang.yaml');
/** DER of an Ed25519 private key before its 32 bytes. Source: RFC 8410 section 7. */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
const materials = [
  { code: 'M1:CARDBOARD', leastGrams: 400, mostGrams: 9000 },
  { code: 'M1:PLASTIC', leastGrams: 200, mostGrams: 3000 },
];

const secretOf = (seed: number, name: string): Buffer => createHash('sha256').update(`${seed} ${name}`).digest();
const numberOf = (id: string): string => id.split('-').at(-1) ?? '1';
const rowsOf = (plan: VillagePlan, kind: string) => deviceIds(plan).filter((id) => id.startsWith(kind));

/** Line and unit of a device: each dispenser alone on its line, bins and scales together. */
const placeOf = (id: string) => {
  const isDispenser = id.startsWith('dispenser');
  return { id, line: isDispenser ? `dispenser-line-${numberOf(id)}` : `${id.split('-')[0]}-line`, unit: isDispenser ? 1 : Number(numberOf(id)) };
};

/** One card a household. */
export const cardsOf = ({ households }: VillagePlan): string[] =>
  Array.from({ length: households }, (_unused, index) => `SIMCARD-${String(index + 1).padStart(5, '0')}`);

const familyNames = ['赵', '钱', '孙', '李', '周', '吴'] as const;

export function rosterOf(plan: VillagePlan): Buffer {
  const rows = cardsOf(plan).map((card, index) => `${index + 1},龘${familyNames[index % familyNames.length]},${(index % 5) + 1},${card}`);
  return Buffer.from(`户号,户主,人数,卡号\n${rows.join('\n')}\n`);
}

/** `count` roll labels in printing order. */
export const labelsOf = (seed: number, count: number, village: string = bagVillage): string[] =>
  Array.from({ length: count }, (_unused, index) => encodeBagCode({ village, key: secretOf(seed, 'bag.key') }, index + 1, 0));

const macKeyOf = (seed: number): string => secretOf(seed, 'mac').subarray(0, 16).toString('hex');

/** Writes the keys of a gateway where it looks for them. */
export function writeKeys(dataDir: string, seed: number): void {
  const keys = join(dataDir, 'keys');
  mkdirSync(keys, { recursive: true });
  for (const name of ['personal-master.key', 'credential.key', 'bag.key']) writeFileSync(join(keys, name), secretOf(seed, name).toString('hex'));
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, secretOf(seed, 'event-key')]), format: 'der', type: 'pkcs8' });
  writeFileSync(join(keys, 'event-key.pem'), privateKey.export({ format: 'pem', type: 'pkcs8' }));
}

/** Writes the keys and the gateway's site file into `folder`, and reads the latter as the gateway does. */
export function writeGatewayFiles(folder: string, dataDir: string, seed: number, plan: VillagePlan): LoadedSite {
  writeKeys(dataDir, seed);
  writeFileSync(join(folder, 'board.key'), macKeyOf(seed));
  const { wire, baud, rollsPerPeriod, withMacKey } = plan;
  const place = (id: string, port: number) => (wire === 'serial' ? { kind: wire, path: `/${id}` } : { kind: wire, host: id, port });
  const reader = (id: string, serves: string, role: string) => ({ id, serves, role, transport: { kind: 'serial', path: `/${id}` } });
  const site = {
    village: { id: 'simulated', name: '模拟村', bagVillage },
    gateway: { id: 'gw-simulated' },
    lines: lineIds(plan).map((id) => ({ id, transport: { ...place(id, 1), baud } })),
    dispensers: rowsOf(plan, 'dispenser').map((id) => ({ ...placeOf(id), model: 'BD-1', ...(withMacKey ? { macKeyFile: 'board.key' } : {}) })),
    vending: [],
    scales: rowsOf(plan, 'scale').map((id) => ({ ...placeOf(id), model: 'W-CN', minimumGrams: 50, checkWeight: null })),
    bins: rowsOf(plan, 'bin').map((id) => ({ ...placeOf(id), model: 'BIN-4' })),
    readers: [
      ...rowsOf(plan, 'dispenser').flatMap((id) => [reader(`counter-${numberOf(id)}`, id, 'counter'), reader(`exit-${numberOf(id)}`, id, 'exit')]),
      ...rowsOf(plan, 'scale').map((id) => reader('scale-reader', id, 'counter')),
    ],
    rules: { bags: { bands: [{ membersFrom: 1, rolls: rollsPerPeriod }] }, tariff: tariffFile },
  };
  const file = join(folder, 'site.json');
  writeFileSync(file, JSON.stringify(site));
  return loadSite(file);
}

/** Name of a wire behind the name of its transport. */
export const wireOf = (transport: string): string => (transport.startsWith('/') ? transport.slice(1) : (transport.split(':')[0] ?? ''));

/** The same village as the simulator sees it. */
export function simulatedSiteFile(seed: number, plan: VillagePlan): SiteFile {
  const wire = (id: string) => ({ id, listen: `/${id}`, baud: plan.baud, parity: 'none' as const });
  const macKey = plan.withMacKey ? { macKey: macKeyOf(seed) } : {};
  return {
    lines: lineIds(plan).map((id) => ({ ...wire(id), framing: 'rtu' })),
    dispensers: rowsOf(plan, 'dispenser').map((id) => ({
      ...placeOf(id),
      ...{ counter: `counter-${numberOf(id)}`, exit: `exit-${numberOf(id)}`, capacity: plan.capacity, jamProbability: plan.jamProbability },
      ...macKey,
    })),
    vending: [],
    locks: [],
    printers: [],
    modems: [],
    scales: rowsOf(plan, 'scale').map((id) => ({ ...placeOf(id), model: 'W-CN', counter: 'scale-reader', maxGrams: 30_000, intervalGrams: 10, noiseGrams: 1 })),
    bins: rowsOf(plan, 'bin').map(placeOf),
    readers: readerIds(plan).map(wire),
    materials: plan.withMaterials ? materials : [],
  };
}
