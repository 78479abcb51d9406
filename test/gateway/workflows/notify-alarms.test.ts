// Without this a fire could burn with nobody told, or a telephone number end up in the ledger.
import { describe, expect, it, onTestFinished } from 'vitest';
import { openModem } from '../../../device-sim/counter-units.ts';
import { wireClock } from '../../../gateway/clock.ts';
import { Modem } from '../../../gateway/southbound/modem.ts';
import { notifyAlarms } from '../../../gateway/workflows/notify-alarms.ts';
import { modemAt } from '../../../protocol/devices/modem-at.ts';
import { decodeSms } from '../../../protocol/sms.ts';
import { eventually } from '../../support/eventually.ts';
import { makeStore } from '../../support/make-store.ts';
import { openPlainPort } from '../../support/plain-port.ts';
import { sampleDrafts } from '../../support/village-drafts.ts';

const numbers = ['13800000001', '+8613800000002'];

/** A simulated modem behind a serial server; `refuses` says whether there is no network for a message, `count` of them having come before. */
async function startModem(refuses: (count: number, text: string) => boolean = () => false) {
  const inbox: { readonly number: string; readonly text: string }[] = [];
  const asked: string[] = [];
  const board = openModem('modem-1', (event) => {
    if (event.event === 'sms') inbox.push(event);
  });
  const parser = modemAt.toDevice.parser();
  const transport = await openPlainPort(board, (bytes) => {
    for (const result of parser.push(bytes)) {
      const sms = result.ok && result.message.kind === 'message' ? decodeSms(result.message.pdu) : undefined;
      if (sms === undefined) continue;
      board.setFaults(refuses(asked.length, sms.text) ? [{ name: 'no-network' }] : []);
      asked.push(sms.number);
    }
  });
  const modem = new Modem({ transport, clock: wireClock });
  onTestFinished(() => modem.close());
  return { board, inbox, asked, modem };
}

function watch(modem: Modem, store: ReturnType<typeof makeStore>['store'], tryAgainMs = 20) {
  const stopping = new AbortController();
  const task = notifyAlarms({ modem, numbers, village: '外小江', store, wire: wireClock, tryAgainMs }, stopping.signal);
  onTestFinished(async () => {
    stopping.abort(new Error('over'));
    await task;
  });
  const told = () => [...store.events()].flatMap(({ draft }) => (draft.name === 'alarm.notified' ? [draft.data] : []));
  return told;
}

describe('a fire alarm', () => {
  it('is told once to every number, in words of the place, also after a restart, and leaves no number behind', async () => {
    const { store } = makeStore();
    store.append([sampleDrafts['alarm.fire']]);
    const { inbox, modem } = await startModem();
    const told = watch(modem, store);
    await eventually(
      () => told().length === 1,
      () => JSON.stringify(inbox),
    );
    expect(inbox.map(({ number }) => number)).toEqual(numbers);
    expect(inbox[0]?.text).toContain('火警！外小江 bin-1 第2格');
    // The first try may come before the port is open.
    expect(told()).toMatchObject([{ bin: 'bin-1', compartment: 2, outcome: 'sent' }]);
    expect(store.bins.unheardAlarms()).toEqual([]);
    const everything = JSON.stringify([...store.events()]);
    for (const number of numbers) expect(everything).not.toContain(number.replace('+86', ''));
    store.append([sampleDrafts['alarm.cleared'], sampleDrafts['alarm.fire']]);
    await eventually(
      () => told().length === 2,
      () => JSON.stringify(told()),
    );
  });

  it('is told to everybody when it burns again, also to those who had heard of the first fire', async () => {
    const { store } = makeStore();
    store.append([sampleDrafts['alarm.fire']]);
    // The second number gets nothing while the first fire burns.
    let isNetworkBad = true;
    const { inbox, modem } = await startModem((count) => isNetworkBad && count > 0);
    const told = watch(modem, store);
    await eventually(
      () => inbox.length === 1,
      () => JSON.stringify(inbox),
    );
    store.append([sampleDrafts['alarm.cleared'], sampleDrafts['alarm.fire']]);
    isNetworkBad = false;
    const second = store.head.sequence;
    await eventually(
      () => told().some(({ alarm }) => alarm === second),
      () => JSON.stringify(told()),
    );
    expect(told().find(({ alarm }) => alarm === second)).toMatchObject({ outcome: 'sent' });
    // Whatever was heard of the first, the last two are those of the second.
    expect(inbox.slice(-2).map(({ number }) => number)).toEqual(numbers);
  });

  it('is tried again for whom the network refused, and recorded as what came of it', async () => {
    const { store } = makeStore();
    store.append([sampleDrafts['alarm.fire']]);
    const { inbox, asked, modem } = await startModem((count) => count === 0);
    const told = watch(modem, store);
    await eventually(
      () => told().length === 1,
      () => JSON.stringify(inbox),
    );
    expect(asked).toEqual([numbers[0], numbers[1], numbers[0]]);
    expect(inbox.map(({ number }) => number)).toEqual([numbers[1], numbers[0]]);
    expect(told()).toMatchObject([{ bin: 'bin-1', compartment: 2, outcome: 'sent' }]);
  });

  it('is told by a modem that was left with its prompt open', async () => {
    const { store } = makeStore();
    const { board, inbox, modem } = await startModem();
    for (const text of ['AT+CMGF=0', 'AT+CMGS=20']) board.hear(modemAt.toDevice.encode({ kind: 'command', text }));
    store.append([sampleDrafts['alarm.fire']]);
    const told = watch(modem, store);
    await eventually(
      () => told().length === 1,
      () => JSON.stringify(inbox),
    );
    expect(inbox.map(({ number }) => number)).toEqual(numbers);
  });

  it('that nobody could be told of is recorded as failed', async () => {
    const { store } = makeStore();
    store.append([sampleDrafts['alarm.fire']]);
    const { board, modem } = await startModem();
    board.setFaults([{ name: 'no-sim' }]);
    const told = watch(modem, store);
    await eventually(
      () => told().length === 1,
      () => 'never given up',
    );
    expect(told()).toEqual([{ bin: 'bin-1', compartment: 2, alarm: 2, outcome: 'failed', tries: 10 }]);
  });

  it('that nobody can be told of holds up no other', async () => {
    const { store } = makeStore();
    const fire = sampleDrafts['alarm.fire'];
    store.append([fire]);
    // The network refuses whatever is said of the first compartment.
    const { modem } = await startModem((_count, text) => text.includes('第2格'));
    const told = watch(modem, store, 300);
    await eventually(
      () => store.bins.unheardAlarms().length === 1,
      () => 'the first alarm is not known',
    );
    store.append([{ ...fire, data: { ...fire.data, compartment: 3 } }]);
    await eventually(
      () => told().length === 2,
      () => JSON.stringify(told()),
    );
    expect(told().map(({ compartment, outcome }) => [compartment, outcome])).toEqual([
      [3, 'sent'],
      [2, 'failed'],
    ]);
  });
});
