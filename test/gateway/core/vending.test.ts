// Without this a roll from a board without a job register could be ordered twice, or be outside with nobody knowing that it may be.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChannelRam, freshChannel, hearRequest, tickChannel } from '../../../device-sim/firmware/easivend.ts';
import { resumeVend, startVend, stepVend, type VendEffect, type VendEnd, type VendInput, type VendStep } from '../../../gateway/core/vending.ts';
import { wordOfEasivend } from '../../../gateway/southbound/easivend-board.ts';

const patienceMs = 30_000;
const success: VendEnd = { kind: 'ended', done: 1, result: 'ok' };
const jam: VendEnd = { kind: 'ended', done: 0, result: 'jam' };
const word = (one: VendEnd, atMs = 1): VendInput => ({ kind: 'word', word: one, atMs });

/** Effects of a job that was ordered at 0 and then met these inputs. */
function effectOf(...inputs: VendInput[]): VendEffect {
  let step = stepVend(startVend().state, { kind: 'ordered', atMs: 0 }, patienceMs);
  for (const input of inputs) step = stepVend(step.state, input, patienceMs);
  return step.effect;
}

describe('the end of a job', () => {
  it('counts when it was said twice, and not before', () => {
    expect(effectOf(word(success))).toEqual({ kind: 'look' });
    expect(effectOf(word(success), word(success))).toEqual({ kind: 'settle', outcome: { done: 1, result: 'ok' } });
    expect(effectOf(word(jam), { kind: 'silence', atMs: 2 }, word(jam))).toEqual({ kind: 'settle', outcome: { done: 0, result: 'jam' } });
  });

  it('counts at once when the roll itself was seen', () => {
    expect(effectOf({ kind: 'seen', atMs: 1 }, word(success))).toEqual({ kind: 'settle', outcome: { done: 1, result: 'ok' } });
    expect(effectOf(word(success), { kind: 'seen', atMs: 1 })).toEqual({ kind: 'settle', outcome: { done: 1, result: 'ok' } });
  });

  it('is nobody’s to tell when the board contradicts itself or what was seen, or says nothing more', () => {
    expect(effectOf(word(success), word(jam))).toEqual({ kind: 'giveUp', cause: 'contradiction' });
    expect(effectOf({ kind: 'seen', atMs: 1 }, word(jam), word(jam))).toEqual({ kind: 'giveUp', cause: 'contradiction' });
    expect(effectOf({ kind: 'silence', atMs: patienceMs })).toEqual({ kind: 'giveUp', cause: 'no_answer' });
    expect(effectOf(word(success), { kind: 'silence', atMs: patienceMs })).toEqual({ kind: 'giveUp', cause: 'unconfirmed' });
    const lost: VendEnd = { kind: 'doubt', cause: 'unknown_to_board' };
    expect(effectOf(word(lost), word(lost))).toEqual({ kind: 'giveUp', cause: 'unknown_to_board' });
  });

  it('is a roll when its label was read outside, whatever the board does not say', () => {
    expect(effectOf({ kind: 'seen', atMs: 1 }, { kind: 'silence', atMs: patienceMs })).toEqual({
      kind: 'settle',
      outcome: { done: 1, result: 'indeterminate' },
    });
  });

  it('is nothing when the order never left', () => {
    expect(stepVend(startVend().state, { kind: 'unsent' }, patienceMs).effect).toEqual({ kind: 'settle', outcome: { done: 0, result: 'none' } });
  });

  it('is looked for and never ordered after a restart', () => {
    expect(resumeVend(5, patienceMs).effect).toEqual({ kind: 'look' });
    expect(() => stepVend(resumeVend(5, patienceMs).state, { kind: 'ordered', atMs: 6 }, patienceMs)).toThrow();
  });
});

/** What may happen to one frame or one moment. */
type Fate = 'arrives' | 'lost' | 'twice' | 'boardCut' | 'gatewayCut';
const fates: readonly Fate[] = ['arrives', 'arrives', 'arrives', 'arrives', 'lost', 'twice', 'boardCut', 'gatewayCut'];

/** The firmware of a channel board with its iron: a roll drops after `dropMs` of motor, or never. */
class ModelBoard {
  ram: ChannelRam = freshChannel;
  motions = 0;
  rolls = 0;
  readonly #dropMs: number | null;

  constructor(dropMs: number | null) {
    this.#dropMs = dropMs;
  }

  hear(kind: 'dispense' | 'query', sequence: number) {
    const step = hearRequest(this.ram, { kind, sequence, column: 1 });
    if (step.motorOn) this.motions += 1;
    this.ram = step.ram;
    return step.reply;
  }

  pass(ms: number): void {
    const before = this.ram.motorMs;
    const drops = before !== null && this.#dropMs !== null && before < this.#dropMs && before + ms >= this.#dropMs;
    if (drops) this.rolls += 1;
    this.ram = tickChannel(this.ram, ms, drops).ram;
  }
}

/** One job from intent to end, every frame and moment with a fate. */
function runJob(board: ModelBoard, sequence: number, nextFate: () => Fate): { effect: VendEffect; orders: number } {
  let nowMs = 0;
  let orders = 0;
  let cuts = 0;
  let step: VendStep = startVend();
  const passed = (ms: number) => {
    nowMs += ms;
    board.pass(ms);
  };
  /** Sends a request through its fate; undefined when no answer comes back. */
  const exchange = (kind: 'dispense' | 'query') => {
    const fate = nextFate();
    if (fate === 'boardCut') board.ram = freshChannel;
    if (fate === 'lost') return undefined;
    const reply = board.hear(kind, sequence);
    if (fate === 'twice') board.hear(kind, sequence);
    return nextFate() === 'lost' || reply.sequence !== sequence ? undefined : reply;
  };
  for (let turns = 0; turns < 400; turns += 1) {
    const { effect } = step;
    if (effect.kind === 'settle' || effect.kind === 'giveUp') return { effect, orders };
    if (cuts < 3 && nextFate() === 'gatewayCut') {
      cuts += 1;
      // A gateway cut between intent and order, or anywhere later, comes back with nothing but the intent.
      step = resumeVend(nowMs, patienceMs);
      continue;
    }
    if (effect.kind === 'order') {
      orders += 1;
      exchange('dispense');
      step = stepVend(step.state, { kind: 'ordered', atMs: nowMs }, patienceMs);
      continue;
    }
    passed(500);
    const reply = exchange('query');
    step = stepVend(
      step.state,
      reply === undefined ? { kind: 'silence', atMs: nowMs } : { kind: 'word', word: wordOfEasivend(reply), atMs: nowMs },
      patienceMs,
    );
  }
  throw new Error('the job does not end');
}

describe('jobs on the firmware of a class B board', () => {
  const weather = fc.array(fc.constantFrom(...fates), { minLength: 1, maxLength: 60 });
  const drop = fc.constantFrom(2300, 2300, 2300, null);

  it('never move twice, and end as what came out or as indeterminate', () => {
    const seen = { issued: 0, voided: 0, indeterminate: 0 };
    const property = fc.property(weather, drop, fc.integer({ min: 1, max: 255 }), (story, dropMs, sequence) => {
      const board = new ModelBoard(dropMs);
      // Before an order the board is made to hold another number.
      board.hear('query', (sequence % 255) + 1);
      let at = 0;
      const { effect, orders } = runJob(board, sequence, () => story[at++ % story.length] ?? 'arrives');
      expect(orders).toBeLessThanOrEqual(1);
      expect(board.motions).toBeLessThanOrEqual(1);
      if (effect.kind === 'giveUp') seen.indeterminate += 1;
      else if (effect.kind === 'settle') {
        expect(effect.outcome.done).toBe(board.rolls);
        seen[effect.outcome.done === 1 ? 'issued' : 'voided'] += 1;
      }
    });
    fc.assert(property, { numRuns: 20_000, seed: 11 });
    console.log('20,000 jobs on a class B board:', seen);
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(100);
  });
});
