// Without this a fire could burn with nobody told, or a telephone number end up in the ledger.
import { createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { wireClock } from '../../../gateway/clock.ts';
import { Modem } from '../../../gateway/southbound/modem.ts';
import { notifyAlarms } from '../../../gateway/workflows/notify-alarms.ts';
import { modemAt } from '../../../protocol/devices/modem-at.ts';
import { decodeSms } from '../../../protocol/sms.ts';
import { eventually } from '../../support/eventually.ts';
import { makeStore } from '../../support/make-store.ts';
import { sampleDrafts } from '../../support/village-drafts.ts';

const numbers = ['13800000001', '+8613800000002'];

/** A modem behind a serial server; `answer` says what the network does with each message. */
async function startModem(answer: (count: number, text: string) => string) {
  const inbox: { readonly number: string; readonly text: string }[] = [];
  const server = createServer((socket: Socket) => {
    const parser = modemAt.toDevice.parser();
    socket.on('error', () => socket.destroy());
    onTestFinished(() => void socket.destroy());
    socket.on('data', (bytes: Buffer) => {
      for (const result of parser.push(bytes)) {
        if (!result.ok || result.message.kind === 'escape') continue;
        if (result.message.kind === 'command') socket.write(result.message.text.startsWith('AT+CMGS') ? '\r\n> ' : '\r\n+CREG: 1\r\n\r\nOK\r\n');
        else {
          const sms = decodeSms(result.message.pdu);
          if (sms !== undefined) inbox.push(sms);
          socket.write(answer(inbox.length, sms?.text ?? ''));
        }
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const port = (server.address() as { port: number }).port;
  const modem = new Modem({ transport: { kind: 'tcp', host: '127.0.0.1', port }, clock: wireClock });
  onTestFinished(() => modem.close());
  return { inbox, modem };
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

const taken = '\r\n+CMGS: 7\r\n\r\nOK\r\n';

describe('a fire alarm', () => {
  it('is told once to every number, in words of the place, also after a restart, and leaves no number behind', async () => {
    const { store } = makeStore();
    store.append([sampleDrafts['alarm.fire']]);
    const { inbox, modem } = await startModem(() => taken);
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

  it('is tried again for whom the network refused, and recorded as what came of it', async () => {
    const { store } = makeStore();
    store.append([sampleDrafts['alarm.fire']]);
    const { inbox, modem } = await startModem((count) => (count === 1 ? '\r\n+CMS ERROR: 38\r\n' : taken));
    const told = watch(modem, store);
    await eventually(
      () => told().length === 1,
      () => JSON.stringify(inbox),
    );
    expect(inbox.map(({ number }) => number)).toEqual([numbers[0], numbers[1], numbers[0]]);
    expect(told()).toMatchObject([{ bin: 'bin-1', compartment: 2, outcome: 'sent' }]);
  });

  it('that nobody could be told of is recorded as failed', async () => {
    const { store } = makeStore();
    store.append([sampleDrafts['alarm.fire']]);
    const { modem } = await startModem(() => '\r\nERROR\r\n');
    const told = watch(modem, store);
    await eventually(
      () => told().length === 1,
      () => 'never given up',
    );
    expect(told()).toEqual([{ bin: 'bin-1', compartment: 2, outcome: 'failed', tries: 10 }]);
  });

  it('that nobody can be told of holds up no other', async () => {
    const { store } = makeStore();
    const fire = sampleDrafts['alarm.fire'];
    store.append([fire]);
    // The network refuses whatever is said of the first compartment.
    const { modem } = await startModem((_count, text) => (text.includes('第2格') ? '\r\nERROR\r\n' : taken));
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
