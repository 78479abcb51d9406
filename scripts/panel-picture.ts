/**
 * Draws .github/panel.png, the picture of the technician's panel in README.md: `scripts/run-node scripts/panel-picture.ts`. It starts the demo,
 * acts on its panel in a real Chromium and takes what is to be seen. Needs the Debian packages chromium and a Chinese font (fonts-wqy-zenhei).
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fieldPorts } from '../gateway/commands/demo-addresses.ts';
import { openBrowser } from './village/browser.ts';
import { freePorts, startChild } from './village/children.ts';

const root = resolve(import.meta.dirname, '..');
const size = { width: 1240, height: 760 };
const wait = { timeout: 60_000 };

const data = mkdtempSync(join(tmpdir(), 'sifen-picture-'));
const ports = ['--http-port', '0', '--mqtt-port', '0', '--field-port', String(await freePorts(fieldPorts)), '--panel', '0'];
const demo = startChild('the demo', join(root, 'scripts/sifen'), ['demo', '--data', data, '--lang', 'en', '--pace', '10', ...ports]);
const browser = await openBrowser();
try {
  const told = await demo.line('address of the panel', (line) => line.startsWith('panel on '), { deadlineMs: 60_000 });
  const page = await browser.newPage({ viewport: size });
  await page.goto(told.slice('panel on '.length));
  await page.locator('#scale-1').getByRole('button', { name: 'Put on tray' }).click(wait);
  await page.locator('#dispenser-1 select').selectOption('jam');
  await page.locator('#dispenser-1').getByRole('button', { name: 'Inject' }).click();
  await page.locator('#wire-bin-line').getByRole('button', { name: 'Pull cable' }).click();
  await page.locator('#told', { hasText: 'scale-1 tray 2500 g' }).waitFor(wait);
  await page.locator('#wire-bin-line.cut').waitFor(wait);
  await page.keyboard.press('Control+Home');
  await page.waitForFunction('window.scrollY === 0');
  mkdirSync(join(root, '.github'), { recursive: true });
  await page.screenshot({ path: join(root, '.github/panel.png') });
} finally {
  await browser.close();
  await demo.stop();
  rmSync(data, { recursive: true, force: true });
}
