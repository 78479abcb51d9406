// Without this nobody would know whether a VMC board, which waits 100 ms for its answer, is answered in time on a real pty beside a busy gateway.
import { afterEach, expect, it } from 'vitest';
import { wireClock } from '../../gateway/clock.ts';
import { VmcBoard } from '../../gateway/southbound/vmc-board.ts';
import { makeStore } from '../support/make-store.ts';
import { openScriptedPty } from '../support/scripted-pty.ts';
import { openVendingPort } from '../support/vending-port.ts';
import { householdOf, registered } from '../support/village-drafts.ts';
import { describeWith } from './tools.ts';

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** Polls looked at: 12 s of talk. */
const pollsWanted = 60;

describeWith('socat')('a VMC board on a pty', () => {
  it(`polls ${pollsWanted} times beside a ledger that commits all the while`, async () => {
    const vending = await openVendingPort('VMC', ['roll'], { pace: 1 });
    const pty = await openScriptedPty();
    endings.push(() => pty.stop());
    await pty.plug(vending.port);
    const board = new VmcBoard({ transport: { ...pty.transport, baud: 57_600 }, clock: wireClock, selection: 1 });
    endings.push(() => board.close());
    const { store } = makeStore();
    const talk = () => vending.board.talk ?? { answered: 0, missed: 0 };
    for (let number = 1; talk().answered < 5; number += 1) {
      expect(number, 'the board is never answered').toBeLessThan(2000);
      await wireClock.sleep(10, 'first answers');
    }
    const before = talk();
    let commits = 0;
    while (talk().answered + talk().missed < before.answered + before.missed + pollsWanted) {
      store.append([registered(householdOf(1000 + commits))]);
      commits += 1;
      await wireClock.sleep(5, 'next commit');
    }
    const { answered, missed } = talk();
    const polls = answered + missed - before.answered - before.missed;
    console.log(`VMC over a pty: ${answered - before.answered} of ${polls} polls answered within 100 ms, beside ${commits} commits`);
    expect(answered - before.answered).toBeGreaterThan(polls / 2);
  });
});
