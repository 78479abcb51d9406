// Without this our gateway and our simulated scale would only ever have been understood by each other.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type Child, startChild, waitUntil } from '../../scripts/village/children.ts';
import {
  askRunning,
  cards,
  eventAfter,
  eventsAfter,
  filesOf,
  type SimulatedSite,
  sifen,
  startGateway,
  startSimulator,
  writeGatewaySite,
  writeSimulatedSite,
} from '../../scripts/village/village.ts';
import { endEachTest } from '../support/endings.ts';
import { describeWith } from './tools.ts';

const endings = endEachTest();
const pace = 1;
const pymodbusScale = resolve(import.meta.dirname, '../fixtures/pymodbus-scale.py');

/** A null-modem cable of two ptys. */
interface Cable {
  readonly board: string;
  readonly gateway: string;
  plug(): Promise<void>;
  pull(): Promise<void>;
}

async function plugCable(folder: string): Promise<Cable> {
  const [board, gateway] = [join(folder, 'board.tty'), join(folder, 'gateway.tty')];
  let socat: Child | undefined;
  const cable: Cable = {
    ...{ board, gateway },
    async plug() {
      socat = startChild('socat', 'socat', [`pty,raw,echo=0,link=${board}`, `pty,raw,echo=0,link=${gateway}`]);
      await waitUntil(
        () => existsSync(board) && existsSync(gateway),
        () => `socat made no ptys: ${socat?.err.join('\n')}`,
      );
    },
    async pull() {
      await socat?.stop();
    },
  };
  endings.add(() => cable.pull());
  await cable.plug();
  return cable;
}

/** A gateway whose scale is at the end of the cable; the readers are those of the simulator. */
async function openGateway(folder: string, cable: Cable, sim: SimulatedSite): Promise<void> {
  writeGatewaySite(folder, { ...sim.places, 'scale-line': cable.gateway });
  const gateway = await startGateway(folder, pace);
  endings.add(() => gateway.child.stop());
  const { data, roster } = filesOf(folder);
  const { code, err } = await sifen('roster', 'import', roster, '--data', data);
  expect(code, err).toBe(0);
  await eventAfter(folder, 0, 'device.health', ({ data: { device, state } }) => device === 'scale-1' && state === 'online');
}

async function showCardAndMaterial(sim: SimulatedSite): Promise<void> {
  await sim.act({ do: 'scan', reader: 'scale-reader', text: cards[0] });
  await sim.act({ do: 'scan', reader: 'scale-reader', text: 'M1:PAPER' });
}

const weighings = (folder: string) => eventsAfter(folder, 0, 'weigh.committed');

describeWith('socat', 'mbpoll')('the simulated scale', () => {
  it('is read by mbpoll through a pty', async () => {
    const folder = await endings.folder();
    writeSimulatedSite(folder);
    const cable = await plugCable(folder);
    const sim = await startSimulator(folder, { pace, listen: [`scale-line=${cable.board}`] });
    endings.add(() => sim.child.stop());
    await sim.act({ do: 'tray', scale: 'scale-1', grams: 1230 });
    const read = async () => {
      const arguments_ = ['-m', 'rtu', '-a', '1', '-b', '9600', '-P', 'none', '-0', '-r', '80', '-c', '2', '-t', '4:int', '-B', '-1', cable.gateway];
      const poll = startChild('mbpoll', 'mbpoll', arguments_);
      await poll.ended;
      return poll.out.join('\n');
    };
    let said = '';
    await waitUntil(
      async () => {
        said = await read();
        return /^\[80\]:\s+123$/m.test(said);
      },
      () => `mbpoll read no 1.23 kg: ${said}`,
    );
    // Gross and net, in hundredths of a kilogram.
    expect(said).toMatch(/^\[82\]:\s+123$/m);
  }, 60_000);

  it('pulled out while weighing lets no number be invented, and is back within 3 s', async () => {
    const folder = await endings.folder();
    writeSimulatedSite(folder);
    const cable = await plugCable(folder);
    const sim = await startSimulator(folder, { pace, listen: [`scale-line=${cable.board}`] });
    endings.add(() => sim.child.stop());
    await openGateway(folder, cable, sim);
    await showCardAndMaterial(sim);
    await sim.act({ do: 'tray', scale: 'scale-1', grams: 2340 });
    await sleep(150);
    await cable.pull();
    const { head } = await askRunning<{ head: number }>(folder, 'status');
    await sim.act({ do: 'tray', scale: 'scale-1', grams: 0 });
    await eventAfter(folder, 0, 'device.health', ({ data }) => data['device'] === 'scale-1' && data['state'] === 'offline');
    await sleep(2000);
    expect(await eventsAfter(folder, head, 'weigh.committed')).toEqual([]);
    await cable.plug();
    const pluggedMs = performance.now();
    await eventAfter(folder, head, 'device.health', ({ data }) => data['device'] === 'scale-1' && data['state'] === 'online');
    expect(performance.now() - pluggedMs).toBeLessThan(3000);
    await sleep(3000);
    await showCardAndMaterial(sim);
    await sim.act({ do: 'tray', scale: 'scale-1', grams: 1500 });
    await eventAfter(folder, head, 'weigh.committed');
    // The load taken away while nobody could see it was never weighed.
    expect((await weighings(folder)).map(({ data }) => data['netGrams'])).toEqual([1500]);
  }, 120_000);
});

describeWith('socat', 'pymodbus')('a scale made of pymodbus', () => {
  it('is weighed by the gateway, and only when it stands still', async () => {
    const folder = await endings.folder();
    writeSimulatedSite(folder);
    const cable = await plugCable(folder);
    const sim = await startSimulator(folder, { pace });
    endings.add(() => sim.child.stop());
    const scale = startChild('the pymodbus scale', '/usr/bin/python3', [pymodbusScale, cable.board]);
    endings.add(() => scale.kill());
    await scale.line('ready', (line) => line === 'ready');
    await openGateway(folder, cable, sim);
    await sleep(2000);
    await showCardAndMaterial(sim);
    scale.type('2340 unstable');
    await sleep(2000);
    expect(await weighings(folder)).toEqual([]);
    scale.type('2340 stable');
    const committed = await eventAfter(folder, 0, 'weigh.committed');
    expect(committed.data).toMatchObject({ scale: 'scale-1', material: 'paper', grossGrams: 2340, tareGrams: 0, netGrams: 2340, intervalGrams: 10 });
    const points = await eventAfter(folder, 0, 'points.awarded');
    expect(points.data).toMatchObject({ household: committed.data['household'], netGrams: 2340 });
    await sleep(1000);
    expect(await weighings(folder)).toHaveLength(1);
  }, 120_000);
});
