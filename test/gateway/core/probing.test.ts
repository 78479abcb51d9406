// Without this a technician would be told the wrong thing about a line: a swapped pair called a dead device, or two devices called noise.
import { expect, it, test } from 'vitest';
import { describeSymptom, judgeLine, type ProbeAnswer, type ProbeRound, rankFits, unitsFound } from '../../../gateway/core/probing.ts';

const round = (answers: Record<number, readonly ProbeAnswer[]>, sound = { idleBytes: 0, echo: false }): ProbeRound => ({
  setting: { baud: 9600, parity: 'none' },
  sound,
  answers: new Map(Object.entries(answers).map(([unit, list]) => [Number(unit), list])),
});
const clean = Array.from({ length: 8 }, () => 'answered' as const);
const spoilt: ProbeAnswer[] = ['answered', 'garbled', 'answered', 'garbled', 'stray', 'answered', 'garbled', 'answered'];

test.each([
  ['nothing, of a sound line', [round({ 1: clean, 2: ['silent'] })], []],
  ['nothing, when a unit refuses the question', [round({ 1: ['refused'] })], []],
  ['nothing, of one lost frame', [round({ 1: [...clean.slice(1), 'garbled'] })], []],
  ['silence', [round({ 1: ['silent'] }), round({ 1: ['silent'] })], ['silent']],
  ['an echo, beside the answers', [round({ 1: clean }, { idleBytes: 0, echo: true })], ['echo']],
  ['a shared unit number, when only that unit is spoilt', [round({ 1: clean, 2: spoilt })], ['address_shared']],
  ['no shared number, when all are spoilt alike', [round({ 1: spoilt, 2: spoilt })], []],
  ['swapped wires or a wrong speed', [round({ 1: ['garbled'], 2: ['silent'] })], ['swapped_or_speed']],
  ['rubbish on an idle wire', [round({ 1: ['silent'] }, { idleBytes: 40, echo: false })], ['talks_unasked']],
  ['nothing of the speeds before the right one', [round({ 1: ['garbled'] }, { idleBytes: 9, echo: false }), round({ 1: clean })], []],
])('says %s', (_what, rounds, codes) => {
  const symptoms = judgeLine({ rounds, talkers: [], answerers: [] });
  expect(symptoms.map(({ code }) => code)).toEqual(codes);
  for (const symptom of symptoms) expect(describeSymptom(symptom)).toMatch(/^[A-Z0-9].{30,}\.$/);
});

it('says nothing of the wiring where a device was recognised by its own frames, whatever other speeds made of it', () => {
  const setting = { baud: 9600, parity: 'none' } as const;
  const rounds = [round({ 1: ['garbled'] }, { idleBytes: 300, echo: false }), round({}, { idleBytes: 5, echo: false })];
  const talkers = [{ models: ['XK3190-F1'], setting, frames: 8 }];
  const answerers = [{ model: 'MT-SICS', unit: null, setting }];
  expect(judgeLine({ rounds, talkers: [], answerers: [] }).map(({ code }) => code)).toEqual(['talks_unasked', 'swapped_or_speed']);
  expect(judgeLine({ rounds, talkers, answerers: [] })).toEqual([]);
  expect(judgeLine({ rounds, talkers: [], answerers })).toEqual([]);
  const echoing = [round({ 1: ['garbled'] }, { idleBytes: 0, echo: true })];
  expect(judgeLine({ rounds: echoing, talkers: [], answerers }).map(({ code }) => code)).toEqual(['echo']);
});

it('counts a unit as found when it answers, or spoils its answers again and again', () => {
  expect(unitsFound(round({ 1: ['silent'], 2: ['answered'], 3: ['refused'], 4: ['garbled'], 5: ['garbled', 'garbled'] }))).toEqual([2, 3, 5]);
});

it('names the map first that found most registers in use', () => {
  const mapRead = (model: string, registers: number, nonZero: number) => ({ model, registers, nonZero, reading: '' });
  expect(rankFits([mapRead('small', 2, 2), mapRead('big', 20, 13), mapRead('zeros', 40, 1), mapRead('tie', 22, 13)]).map(({ model }) => model)).toEqual([
    'tie',
    'big',
    'small',
    'zeros',
  ]);
});
