// Without this the technician's panel could look right and act on nothing: it is driven in a real browser, with a real gateway beside the site.
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { openBrowser } from '../../scripts/village/browser.ts';
import {
  cards,
  eventAfter,
  filesOf,
  loadMagazine,
  type RunningGateway,
  sifen,
  startGateway,
  startSimulator,
  writeGatewaySite,
  writeSimulatedSite,
} from '../../scripts/village/village.ts';
import { endEachTest } from '../support/endings.ts';
import { describeWith } from './tools.ts';

const endings = endEachTest();
const pace = 5;

/** A port that takes connections and says nothing; whoever is behind a proxy cannot tell. */
async function openSilentBroker(): Promise<number> {
  const server = createServer((socket) => void socket.on('error', () => undefined));
  endings.add(async () => void server.close());
  return await new Promise((done) => server.listen(0, '127.0.0.1', () => done((server.address() as { port: number }).port)));
}

/** Whether the proxy of the site lets a connection stand. */
async function isLetThrough(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const stands = await new Promise<boolean>((done) => {
    socket.once('connect', () => setTimeout(() => done(true), 300));
    socket.on('error', () => done(false)).once('close', () => done(false));
  });
  socket.destroy();
  return stands;
}

/** A village with its panel open in a browser, two households, and rolls in the magazine. */
async function openPanelOfVillage() {
  const folder = await endings.folder();
  writeSimulatedSite(folder);
  const { simSite, roster, data } = filesOf(folder);
  const plain = JSON.parse(readFileSync(simSite, 'utf8')) as object;
  writeFileSync(simSite, JSON.stringify({ ...plain, materials: [{ code: 'M1:PAPER', leastGrams: 100, mostGrams: 200 }] }));
  const cardsFile = join(folder, 'cards.txt');
  writeFileSync(cardsFile, `${cards.join('\n')}\n`);
  const proxy = `broker=127.0.0.1:0>127.0.0.1:${await openSilentBroker()}`;
  const site = await startSimulator(folder, { pace, more: ['--panel-port', '0', '--cards', cardsFile, '--proxy', proxy] });
  endings.add(() => site.child.stop());
  writeGatewaySite(folder, site.places, { rollsPerPeriod: 1 });
  const gateway = await startGateway(folder, pace);
  endings.add(() => gateway.child.stop());
  const imported = await sifen('roster', 'import', roster, '--data', data);
  expect(imported.code, imported.err).toBe(0);
  await loadMagazine(folder, site, { first: 1, count: 3, looksMs: 1_000 });
  const panel = JSON.parse(await site.child.line('the panel', (line) => line.includes('"event":"panel"'))) as { url: string };
  const browser = await openBrowser();
  endings.add(() => browser.close());
  const page = await browser.newPage();
  page.setDefaultTimeout(30_000);
  const broken: string[] = [];
  page.on('pageerror', (error) => broken.push(error.message));
  await page.goto(panel.url);
  return {
    folder,
    gateway,
    page,
    broken,
    brokerPort: Number((site.places as Readonly<Record<string, number | string>>)['broker']),
    press: (card: string, name: string) => press(page, card, name),
  };
}

const press = (page: Page, card: string, name: string) => page.locator(`#${card}`).getByRole('button', { name }).click();
const register = (page: Page, device: string, name: string) => page.locator(`#${device} tr[data-name="${name}"] .value`);
const statusOf = async ({ page }: RunningGateway) =>
  (await (await fetch(new URL('/api/v1/status', page))).json()) as { refusals: Record<string, number>; devices: { id: string; note: string; state: string }[] };

describeWith('chromium')('the panel in a browser', () => {
  it('2.5 kg on the tray: the gateway awards the points, and the registers show the weight', async () => {
    const { folder, page, press, broken } = await openPanelOfVillage();
    await press('scale-1', 'Show card');
    await press('scale-1', 'PAPER');
    await page.locator('#scale-1').getByLabel('Grams').fill('2500');
    await press('scale-1', 'Put on tray');
    const weighed = await eventAfter(folder, 0, 'weigh.committed', () => true, 60_000);
    expect(weighed.data).toMatchObject({ netGrams: 2_500, material: 'paper', method: 'tray' });
    expect((await eventAfter(folder, 0, 'points.awarded')).data).toMatchObject({ points: 150 });
    await register(page, 'scale-1', 'gross').filter({ hasText: /^250$/ }).waitFor();
    expect(await page.locator('#told').textContent()).toContain('scale-1 tray 2500 g');
    expect(await page.locator('#answer').textContent()).toContain('done: tray');
    expect(broken).toEqual([]);
  }, 180_000);

  it('a jam: the right is given back, the dispenser is locked, the next household is refused, and a freed throat opens it again', async () => {
    const { folder, gateway, page, press, broken } = await openPanelOfVillage();
    await page.locator('#dispenser-1 select').selectOption('jam');
    await press('dispenser-1', 'Inject');
    await page.locator('#faults', { hasText: 'dispenser-1:jam' }).waitFor();
    await press('dispenser-1', 'Show card');
    expect((await eventAfter(folder, 0, 'bag.issue.voided', () => true, 60_000)).data).toMatchObject({ reason: 'jam' });
    const alarm = await eventAfter(folder, 0, 'device.locked');
    expect(alarm.data).toMatchObject({ device: 'dispenser-1', reason: 'throat_blocked' });
    await register(page, 'dispenser-1', 'state').filter({ hasText: 'fault' }).waitFor();
    await page.locator('#dispenser-1').getByLabel('Household').fill('2');
    await press('dispenser-1', 'Show card');
    await expect.poll(async () => (await statusOf(gateway)).refusals['dispenser_locked'], { timeout: 30_000 }).toBe(1);
    expect((await statusOf(gateway)).devices.find(({ id }) => id === 'dispenser-1')?.note).toContain('locked: throat_blocked');
    await press('faults', 'Clear');
    await press('dispenser-1', 'Free throat');
    await eventAfter(folder, alarm.sequence, 'device.unlocked', () => true, 60_000);
    // The other card: the one shown a moment ago would still be the same gesture to the reader. Its right was given back.
    await page.locator('#dispenser-1').getByLabel('Household').fill('1');
    await press('dispenser-1', 'Show card');
    await eventAfter(folder, alarm.sequence, 'bag.roll.issued', () => true, 60_000);
    expect(broken).toEqual([]);
  }, 240_000);

  it('a pulled cable, a power cut, an open door and an emptied magazine are seen by the gateway; a refused order is said', async () => {
    const { gateway, page, press } = await openPanelOfVillage();
    const seen = async (id: string) => (await statusOf(gateway)).devices.find((device) => device.id === id);
    await press('wire-bin-line', 'Pull cable');
    await expect.poll(async () => (await seen('bin-1'))?.state, { timeout: 60_000 }).toBe('offline');
    await press('wire-bin-line', 'Plug cable');
    await expect.poll(async () => (await seen('bin-1'))?.state, { timeout: 60_000 }).toBe('online');
    await press('scale-1', 'Power off');
    await expect.poll(async () => (await seen('scale-1'))?.state, { timeout: 60_000 }).toBe('offline');
    await press('dispenser-1', 'Empty magazine');
    await page.locator('#answer', { hasText: 'the door is closed' }).waitFor();
    await press('dispenser-1', 'Open door');
    await register(page, 'dispenser-1', 'flags').filter({ hasText: 'doorOpen' }).waitFor();
    await press('dispenser-1', 'Empty magazine');
    await register(page, 'dispenser-1', 'flags').filter({ hasText: 'rollLow' }).waitFor();
    expect(await page.locator('#answer').textContent()).toContain('done: unload');
  }, 240_000);

  it('a broker that is gone, and comes back, by the form of its network', async () => {
    const { page, press, broken, brokerPort } = await openPanelOfVillage();
    expect(await isLetThrough(brokerPort)).toBe(true);
    await page.locator('#network-broker select').selectOption('down');
    await press('network-broker', 'Inject');
    await page.locator('#faults', { hasText: 'broker:down' }).waitFor();
    expect(await isLetThrough(brokerPort)).toBe(false);
    await press('faults', 'Clear');
    await page.locator('#faults', { hasText: 'broker:down' }).waitFor({ state: 'hidden' });
    await page.locator('#network-broker select').selectOption('slow');
    await page.locator('#network-broker').getByLabel('Parameters').fill('ms=4000000');
    await press('network-broker', 'Inject');
    await page.locator('#answer', { hasText: 'refused: ms: ' }).waitFor();
    expect(await isLetThrough(brokerPort)).toBe(true);
    expect(broken).toEqual([]);
  }, 180_000);
});
