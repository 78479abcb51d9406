// Lost if deleted: the proof that the gateway reads published frames of Yaohua and Toledo indicators from a byte stream nobody here wrote the
// sender of, and that every catalogued scale weighs over a serial port.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { villageClock, wireClock } from '../../gateway/clock.ts';
import { StreamedScale } from '../../gateway/southbound/scale.ts';
import { type WeighOutcome, WeighStation } from '../../gateway/workflows/weigh-for-points.ts';
import { hashCredential } from '../../protocol/credential.ts';
import { scaleCatalogue } from '../../protocol/devices/catalogue.ts';
import { parseScan } from '../../protocol/scan.ts';
import { tariffSchema } from '../../protocol/tariff.ts';
import { epochMs } from '../../protocol/units.ts';
import { describeScales } from '../contract/scale-contract.ts';
import { eventually } from '../support/eventually.ts';
import { makeFolder, makeStore, testStartMs } from '../support/make-store.ts';
import { openScriptedPty } from '../support/scripted-pty.ts';
import { householdOf, pricesOf, registered } from '../support/village-drafts.ts';
import { describeWith } from './tools.ts';

const frames = {
  yaohuaZero: '02 2B 30 30 30 30 30 30 32 31 39 03',
  yaohua20kg: '02 2B 30 30 32 30 30 30 32 31 42 03',
  yaohuaMinus: '02 2D 30 30 30 31 32 35 32 31 39 03',
  yaohuaFormat1: Buffer.from('=000.3000').toString('hex'),
  toledoGross: '02 2C 30 20 30 30 31 32 33 34 30 30 30 30 30 30 0D 2B',
  toledoNet: '02 2C 39 20 30 30 31 32 33 34 30 30 30 31 35 30 0D 1C',
} as const;

/** A pty into which socat writes one frame for ever, ten times a second; which one can be changed. */
async function feedFrames(first: keyof typeof frames) {
  const folder = makeFolder();
  const [frame, path] = [join(folder, 'frame'), join(folder, 'tty')];
  const feed = (name: keyof typeof frames) => {
    writeFileSync(`${frame}.next`, Buffer.from(frames[name].replaceAll(' ', ''), 'hex'));
    renameSync(`${frame}.next`, frame);
  };
  feed(first);
  const socat: ChildProcess = spawn('socat', ['-u', `SYSTEM:while cat ${frame}; do sleep 0.1; done`, `PTY,link=${path},raw,echo=0`], { stdio: 'ignore' });
  onTestFinished(async () => {
    const gone = once(socat, 'exit');
    socat.kill('SIGTERM');
    await gone;
  });
  await eventually(
    () => existsSync(path),
    () => 'socat made no pty',
  );
  return { feed, transport: { kind: 'serial', path, baud: 9600, parity: 'none', dataBits: 8, stopBits: 1 } as const };
}

async function openScale(model: string, first: keyof typeof frames) {
  const { feed, transport } = await feedFrames(first);
  const scale = scaleCatalogue[model];
  if (scale?.speaks !== 'frames') throw new Error(model);
  const streamed = new StreamedScale(scale, { id: 'line-1', transport }, { id: 'scale-1', unit: 1, decimals: 0, clock: wireClock });
  onTestFinished(() => streamed.stream.close());
  await eventually(
    () => streamed.stream.isOpen,
    () => 'the port does not open',
  );
  return { feed, streamed };
}

describeWith('socat')('published frames, fed by socat', () => {
  test.each([
    ['XK3190-F0', 'yaohua20kg', { grossGrams: 20_000, unstable: null }],
    ['XK3190-F0', 'yaohuaMinus', { grossGrams: -1250 }],
    ['XK3190-F1', 'yaohuaFormat1', { grossGrams: 3000 }],
    ['TOLEDO-C', 'toledoGross', { grossGrams: 12_340, netGrams: 12_340, tareGrams: 0, intervalGrams: 10, unstable: false }],
    ['TOLEDO-C', 'toledoNet', { grossGrams: 13_840, netGrams: 12_340, tareGrams: 1500, unstable: true }],
  ] as const)('%s reads %s', async (model, name, reading) => {
    const { streamed } = await openScale(model, name);
    const { said, rawHex } = await streamed.look({ priority: 'poll' });
    expect(said).toMatchObject(reading);
    expect(rawHex).toBe(frames[name].replaceAll(' ', '').toLowerCase());
    expect(streamed.health().state).toBe('online');
  });

  test('a Yaohua indicator is paid for: zero, then 20.00 kg, in its own bytes', async () => {
    const { feed, streamed } = await openScale('XK3190-F0', 'yaohuaZero');
    const { store } = makeStore();
    const key = Buffer.alloc(32, 7);
    store.append([registered(householdOf(1), [hashCredential('CARD-1', key)])]);
    const materials = { cardboard: { name: { zh: '纸板', en: 'cardboard' }, pointsPerKg: 60 } };
    const tariff = tariffSchema.parse({ version: 'test-1', validFrom: '2018-07-01', learningPoints: 600, volunteeringPoints: 500, materials });
    const outcomes: WeighOutcome[] = [];
    const station = new WeighStation({
      ...{
        scale: streamed,
        intervalGrams: 10,
        maxGrams: 30_000,
        minimumGrams: 50,
        papers: { verification: null, checkEveryDays: null },
        store,
        ...pricesOf(tariff),
      },
      ...{ clock: villageClock(epochMs(testStartMs), 5), wire: wireClock, credentialKey: key, onOutcome: (outcome) => void outcomes.push(outcome) },
    });
    const stop = new AbortController();
    const running = station.run(stop.signal);
    onTestFinished(async () => {
      stop.abort();
      await running;
    });
    await eventually(
      () => station.isReady,
      () => 'no zero',
    );
    for (const text of ['CARD-1', 'M1:CARDBOARD']) station.scan(parseScan(text, { bags: { village: 'WXJ01', key }, materials: ['cardboard'] }));
    feed('yaohua20kg');
    await eventually(
      () => outcomes.length > 0,
      () => 'no outcome',
    );
    expect(outcomes).toMatchObject([{ kind: 'awarded', netGrams: 20_000, points: 1200 }]);
    const bytes = frames.yaohua20kg.replaceAll(' ', '').toLowerCase();
    const weighing = [...store.events()].flatMap(({ draft }) => (draft.name === 'weigh.committed' ? [draft.data] : []));
    expect(weighing).toMatchObject([{ netGrams: 20_000, stableSource: 'derived', rawHex: [bytes, bytes] }]);
  });
});

describeWith('socat')('a pty', () =>
  describeScales('a serial port', () => async (port) => {
    const pty = await openScriptedPty();
    onTestFinished(() => pty.stop());
    await pty.plug(port);
    return pty.transport;
  }),
);
