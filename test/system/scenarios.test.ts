// Without this a technician could rehearse with us something the real gateway does not do: each scenario we ship, against gateway and broker.
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { loadScenario, needsOneProcess } from '../../device-sim/scenario.ts';
import { fieldPorts } from '../../gateway/commands/demo-addresses.ts';
import { freePorts, startChild } from '../../scripts/village/children.ts';
import { endEachTest } from '../support/endings.ts';

const root = resolve(import.meta.dirname, '../..');
const endings = endEachTest();

const scenarios = join(root, 'config/scenarios');
// The others break the gateway's own machine or network: play-in-one-process.test.ts plays those.
it.each(readdirSync(scenarios).filter((name) => !needsOneProcess(loadScenario(join(scenarios, name)))))(
  '%s comes out as it says',
  async (name) => {
    const ports = ['--http-port', '0', '--mqtt-port', '0', '--field-port', String(await freePorts(fieldPorts))];
    const args = ['demo', '--play', join(scenarios, name), '--lang', 'en', '--data', await endings.folder(), ...ports];
    const demo = startChild('the demo', join(root, 'scripts/sifen'), args);
    endings.add(() => demo.kill());
    const ending = await demo.ended;
    expect(demo.out.join('\n')).toMatch(/scenario [a-z-]+ fulfilled/);
    expect(demo.out.join('\n')).toContain('Ledger sums are zero, counters agree, no hold is open.');
    expect(ending, demo.err.join('\n')).toEqual({ code: 0, signal: null });
  },
  120_000,
);
