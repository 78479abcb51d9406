// Lost if deleted: that a card at a simulated bin opens one hatch over a real line, that the ledger has the session, and that a restart leaves none open.
import { expect, it } from 'vitest';
import { BinBoard } from '../../../device-sim/bin-board.ts';
import { randomFor } from '../../../device-sim/random.ts';
import { wireClock } from '../../../gateway/clock.ts';
import type { DepositSaying } from '../../../gateway/core/deposit-session.ts';
import { type Device, openDevice } from '../../../gateway/southbound/device.ts';
import { ControllerBin } from '../../../gateway/workflows/bin.ts';
import { DepositStation } from '../../../gateway/workflows/deposit-station.ts';
import { watchBin } from '../../../gateway/workflows/watch-bins.ts';
import type { BinModel } from '../../../protocol/bin-reading.ts';
import { hashCredential } from '../../../protocol/credential.ts';
import { bin4 } from '../../../protocol/devices/bin-4.ts';
import { binCatalogue } from '../../../protocol/devices/catalogue.ts';
import type { DeviceMap } from '../../../protocol/register-map.ts';
import { openBoardLine } from '../../support/board-line.ts';
import { eventually } from '../../support/eventually.ts';
import { testCredentialKey } from '../../support/make-desk.ts';
import { openVillage, sound } from '../../support/tell.ts';
import { householdOf, sampleDrafts } from '../../support/village-drafts.ts';

const half = { fillPermille: 500, temperatureDeciC: 200, smoke: false, doorOpen: false };
const household = householdOf(1);

/** Simulated BIN-4 and a reader; line, device, core and ledger are the real ones. Village time 20 times as fast, and five minutes to choose. */
async function openBin() {
  const happened: string[] = [];
  const units = [{ id: 'bin-1', model: 'BIN-4', compartment: 1 }];
  const onEvent = ({ event }: { event: string }) => void happened.push(event);
  const board = new BinBoard({ id: 'bin-1', compartments: 4, units, random: randomFor(5, 'bin-1'), onEvent, kept: [half, half, half, half] });
  const village = openVillage({ rules: { sorting: { deposit: { chooseSeconds: 300 } } } });
  const { store, books, clock } = village;
  store.append([{ name: 'credential.added', subject: household, data: { household, credential: hashCredential('CARD-1', testCredentialKey) } }]);
  const bench = await openBoardLine(board, { pace: 20, startMs: clock.nowMs });
  const device: Device<DeviceMap> = openDevice<DeviceMap>({ id: 'bin-1', line: bench.line, unit: 1, map: bin4, clock: wireClock });
  const bin = new ControllerBin({ device, model: binCatalogue['BIN-4'] as BinModel, wasteClass: 'residual' });
  const said: DepositSaying[] = [];
  const options = { bin, store, rules: books.rules, time: books.time, bags: books.bags, credentialKey: testCredentialKey };
  const station = new DepositStation({ ...options, wire: bench.clock, onSaying: (saying) => void said.push(saying) });
  const told = () =>
    [...store.events(1)].flatMap(({ draft }) => (draft.name.startsWith('deposit.') || draft.name.startsWith('bin.hatch.') ? [draft.name] : []));
  const comes = (name: string) =>
    eventually(
      () => told().includes(name as never),
      () => `${name} does not come: ${told().join(', ')}; ${JSON.stringify(said)}`,
    );
  let looks = 0;
  const onLook = (readings: Parameters<DepositStation['look']>[0]) => {
    looks += 1;
    station.look(readings);
  };
  /** Serves, and has seen the bin. */
  const serve = async () => {
    bench.run((signal) => watchBin({ bin, store, clock: bench.clock, onLook }, signal));
    bench.run((signal) => station.run(signal).catch((error: unknown) => (signal.aborted ? undefined : Promise.reject(error))));
    await eventually(
      () => looks > 0,
      () => 'the bin is not read',
    );
  };
  const says = (what: string) =>
    eventually(
      () => said.some((saying) => (saying.say === 'refused' ? saying.code : saying.say) === what),
      () => `${what} is not said: ${JSON.stringify(said)}`,
    );
  return { ...village, board, station, happened, told, comes, says, serve };
}

it('a card and the label of a class open one hatch, and what was thrown in is recorded', async () => {
  const { board, station, store, happened, comes, says, serve, told, show, soundness } = await openBin();
  await serve();
  station.scan('CARD-9');
  await says('card_unknown');
  station.scan('M1:FOOD');
  await says('card_first');
  station.scan('CARD-1');
  await says('hatches');
  station.scan('M1:HAZARDOUS');
  await says('hatch_hazardous');
  station.scan('M1:FOOD');
  await comes('deposit.session.opened');
  const { compartment } = store.lastOf('deposit.session.opened') ?? { compartment: 0 };
  board.throwIn(compartment, 100);
  await comes('deposit.session.closed');
  expect(told()).toEqual(['bin.hatch.ordered', 'bin.hatch.opened', 'deposit.session.opened', 'deposit.session.closed']);
  expect(happened.filter((event) => event === 'lock-pulse')).toHaveLength(1);
  expect(store.lastOf('deposit.session.closed')).toMatchObject({ session: 'bin-1-1', household, wasteClass: 'food', ended: 'quiet' });
  expect(show('deposit.counts', { day: '2026-11-23' }, 'committee-1')).toMatchObject({ shown: [{ bin: 'bin-1', deposits: 1, timeouts: 0 }] });
  expect(soundness()).toEqual(sound);
});

it('a session that was open when the gateway stopped is closed by the next start, and nothing is said to have come in', async () => {
  const { store, comes, serve } = await openBin();
  store.append([sampleDrafts['deposit.session.opened']]);
  await serve();
  await comes('deposit.session.closed');
  expect(store.lastOf('deposit.session.closed')).toMatchObject({ session: 'bin-1-1', ended: 'restarted', measuredBy: 'none' });
});
