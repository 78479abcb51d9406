// Lost if deleted: the proof that no wire fault makes a scale with frames of its own pay a weight that does not lie on it, and that it pays again
// when the wire is sound. Register maps have theirs in wire-faults.test.ts.
import { expect, it } from 'vitest';
import { reachOf, type WireFaultName, wireFaults } from '../../device-sim/wire-faults.ts';
import { openPoint } from './scale-contract.ts';

const names = Object.keys(wireFaults) as WireFaultName[];
const anyBytes = names.filter((name) => reachOf(name) === 'bytes');
const answers = names.filter((name) => reachOf(name) === 'answers');
/** Chance that a frame is spoilt: enough to strike in every weighing, and too little to hide the scale for good. A look at an asked one is two. */
const often = { 'TOLEDO-CN': 0.2, 'MT-SICS': 0.08 } as const;
/** Loads on the tray, one after the other. Unit: gram. */
const loads = [2500, 1370, 4960] as const;
/** What such a wire is given to weigh each of them. Unit: ms. */
const patienceMs = 1200;

/** What came of the loads under one fault, and of one more when it was over. */
async function tryFault(model: keyof typeof often, fault: WireFaultName) {
  const { board, faults, ready, isReady, show, outcomes, settle, told } = await openPoint(model, 'tcp');
  await ready();
  faults.inject({ name: fault, p: often[model] });
  const wrong: unknown[] = [];
  let paid = 0;
  for (const grams of loads) {
    const before = outcomes.length;
    show('CARD-1', 'M1:CARDBOARD');
    board.putOnTray(grams);
    await settle(() => outcomes.length > before, patienceMs);
    board.putOnTray(0);
    await settle(isReady, patienceMs);
    const awards = outcomes.slice(before).filter(({ kind }) => kind === 'awarded');
    paid += awards.length;
    wrong.push(...awards.filter((outcome) => outcome.kind === 'awarded' && outcome.netGrams !== grams), ...awards.slice(1));
  }
  const inForce = faults.faults.map(({ name }) => name);
  faults.clear(fault);
  await ready();
  const before = outcomes.length;
  show('CARD-1', 'M1:CARDBOARD');
  board.putOnTray(2500);
  await told(before + 1);
  return { fault, inForce, wrong, paid, after: outcomes.at(-1) };
}

/** One that streams and one that is asked, both without any check in their frames: nothing is harder to see through. */
const models = ['TOLEDO-CN', 'MT-SICS'] as const;

it.each(models)(
  '%s pays nothing that does not lie on it under any fault of its wire, and pays again when it is sound',
  async (model) => {
    const reaching = model === 'TOLEDO-CN' ? anyBytes : [...anyBytes, ...answers];
    const rows = await Promise.all(reaching.map((fault) => tryFault(model, fault)));
    console.log(rows.map(({ fault, paid, wrong }) => `${model} ${fault}: ${paid} of ${loads.length} paid, ${wrong.length} wrong`).join('\n'));
    // Else nothing was proved: a scale that is never heard pays nothing wrong either.
    expect(rows.reduce((sum, { paid }) => sum + paid, 0)).toBeGreaterThan(rows.length / 2);
    for (const { fault, inForce, wrong, after } of rows) {
      expect([fault, wrong, inForce]).toEqual([fault, [], [fault]]);
      expect(after).toMatchObject({ kind: 'awarded', netGrams: 2500 });
    }
  },
  60_000,
);
