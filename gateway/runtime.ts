/**
 * Builds a village by hand, in order, and takes it down in reverse: keys, ledger, names, lines, devices, stations. Nothing is found by
 * magic and nothing starts by being imported. It is all a command needs that works on the files itself; gateway.ts adds the network.
 */
import { randomBytes } from 'node:crypto';
import type { EventDraft } from '../protocol/events.ts';
import { Capture } from './capture.ts';
import { captureFolderIn } from './capture-place.ts';
import type { Clock } from './clock.ts';
import { type Closer, closeAll } from './closers.ts';
import type { LoadedSite } from './config-file.ts';
import { rulesOn } from './core/rule-book.ts';
import { isGone, makeFolder, placesIn, type Standing, standingOf } from './data-folder.ts';
import { GatewayError, isOfStop } from './errors.ts';
import { type Field, type FieldOutcome, openField } from './field.ts';
import { createKeys, type GatewayKeys, keyFiles, loadKeys, rawPublicKey } from './keys.ts';
import { loadLedgerMark, saveLedgerMark, wasPutBack } from './ledger-mark.ts';
import type { Log } from './log.ts';
import { type Machine, watchMachine } from './machine.ts';
import { examineMachine } from './machine-facts.ts';
import { openPersonalFile, type PersonalFile } from './store/personal.ts';
import { Store } from './store/store.ts';
import { version } from './version.ts';
import { openVillageTime, settleTraining, type Training, type VillageTime } from './village-time.ts';
import type { Desk } from './web/operations.ts';
import { Sessions } from './web/sessions.ts';
import { Commissioning } from './workflows/commission.ts';
import { escalatePickups } from './workflows/escalate-pickups.ts';
import { expirePoints } from './workflows/expire-points.ts';
import { watchClock } from './workflows/keep-clock.ts';
import { destroyErased, keepRetention } from './workflows/keep-retention.ts';
import { openRestoredEpoch } from './workflows/open-epoch.ts';
import { releaseHolds } from './workflows/release-holds.ts';
import type { Books } from './workflows/story.ts';

export interface VillageOptions {
  /** Where time, wires and chance come from. */
  readonly machine: Machine;
  readonly site: LoadedSite;
  readonly dataDir: string;
  /** 'stored' takes the village as the folder has it. */
  readonly training: Training | null | 'stored';
  readonly log: Log;
  /** Whether the field devices are opened; commands that only read or write the books do not need them. */
  readonly withField: boolean;
  /** Whether this start is one the ledger should know of. Commands that only read leave no trace. */
  readonly announce: boolean;
  /** Begin a new ledger, in a new epoch, for a village that lost its own. */
  readonly newLedger?: boolean;
  readonly onOutcome?: (outcome: FieldOutcome) => void;
  /** How often idle devices are looked at, instead of each station's own pause. A simulated day of a quiet village needs no more than one a minute. */
  readonly idlePollMs?: number;
  /** Captures the run in this folder, so that it can be replayed. */
  readonly recordDir?: string | undefined;
}

/** An open village. `failed` rejects when a background task met a bug or a disk that refuses: the process must end then. */
export interface Village {
  readonly site: LoadedSite;
  readonly store: Store;
  readonly personal: PersonalFile;
  readonly keys: GatewayKeys;
  readonly time: VillageTime;
  readonly field: Field | null;
  readonly desk: Desk;
  readonly failed: Promise<never>;
  /** Lets nothing new begin at the counters and waits, within bounds, for what runs. Does nothing after a failure. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

/** How often village time is stored: in training a restart resumes there; in service it only has to notice a clock that went back. Unit: wire ms. */
const saveTrainingTimeMs = 1000;
const saveServiceTimeMs = 60_000;

/**
 * @throws GatewayError store_locked, store_damaged, store_failed, key_missing, config_invalid.
 */
export function openVillage(options: VillageOptions): Village {
  const { site, dataDir, log } = options;
  const { id: gateway } = site.config.gateway;
  makeFolder(dataDir);
  const training = settleTraining(dataDir, options.training);
  const places = placesIn(dataDir);
  const standing = settleStanding(options);
  // A village without its key is not given a new one in silence: that would be another gateway.
  if (standing === 'new') createKeys(places.keys);
  const keys = loadKeys(places.keys);
  let time: VillageTime | undefined;
  let capture: Capture | null = null;
  const machine = options.recordDir === undefined ? options.machine : watchMachine(options.machine, (fact) => capture?.clock(fact));
  const store = new Store({
    path: places.ledger,
    gateway,
    signer: { keyid: keys.keyid, privateKey: keys.privateKey },
    keys: (keyid) => (keyid === keys.keyid ? keys.publicKey : undefined),
    time: () => {
      if (time === undefined) throw new Error('the ledger is written before there is a time');
      return { nowMs: time.clock.now(), timeq: time.quality() };
    },
  });
  const closers: Closer[] = [() => store.close()];
  try {
    time = openVillageTime(training, store.loadVillageTime(), machine);
    const personal = openNames(store, places.personal, keys);
    closers.push(() => personal.close());
    settleLedger(standing, { store, personal }, options);
    destroyErased(store, personal);
    if (options.announce) openChapter(store, options, keys);
    capture = openCapture({ ...options, machine, training }, { store, keys, time });
    closers.push(() => capture?.close());
    return assemble({ ...options, machine }, { store, personal, keys, time, closers, log, capture });
  } catch (error) {
    // What went wrong first is what is told.
    closeAll(closers).catch(() => undefined);
    throw error;
  }
}

const ledgerLost = (dataDir: string): GatewayError =>
  new GatewayError('store_damaged', `The ledger ${placesIn(dataDir).ledger} is gone or empty, although a village lived here.`, {
    hint: 'Put it back from the backup. Where there is none, `sifen run --new-ledger` begins a new one: balances and drawn rolls are forgotten, and the roster is to be imported again.',
  });

const noneLost = (dataDir: string): GatewayError =>
  new GatewayError('usage', `No ledger was lost from ${dataDir}.`, { hint: 'Leave --new-ledger out; it is for a village whose ledger.db is gone.' });

/** What the files alone can tell, before any of them is opened. @throws GatewayError as `settleLedger`. */
function settleStanding({ dataDir, newLedger = false }: VillageOptions): Standing {
  const standing = standingOf(dataDir);
  if (standing === 'ledger_lost' && !newLedger) throw ledgerLost(dataDir);
  if (standing === 'new' && newLedger) throw noneLost(dataDir);
  return standing;
}

/**
 * A ledger file that never held an event is as lost as none, where something else says that a village lived here.
 * @throws GatewayError store_damaged when it is lost and nobody said that a new one is wanted; usage when it is not lost.
 */
function settleLedger(standing: Standing, { store, personal }: Pick<Parts, 'store' | 'personal'>, { dataDir, newLedger = false }: VillageOptions): void {
  const isEmpty = store.head.sequence === 0;
  const isLost = standing === 'ledger_lost' || (isEmpty && (loadLedgerMark(dataDir) !== null || personal.size > 0));
  if (isLost && !newLedger) throw ledgerLost(dataDir);
  if (newLedger && !isLost) throw noneLost(dataDir);
}

/**
 * Opens the names. They alone say which number is which household, so lost ones are not replaced by an empty file: every household of the
 * next import would get a second pseudonym, and a second quota with it.
 * @throws GatewayError store_damaged when the ledger has households and the file has nobody.
 */
function openNames(store: Store, path: string, { personalMasterKey: masterKey }: GatewayKeys): PersonalFile {
  const households = store.people.households().length;
  const lost = () =>
    new GatewayError('store_damaged', `The personal file ${path} is gone or empty, although the ledger has ${households} household(s).`, {
      hint: 'Put it back from the backup. Where there is none, nobody can say which household is whose any more: keep ledger.db somewhere else, take it out of the folder, and `sifen run --new-ledger` begins a new one: balances and drawn rolls are forgotten, the roster is to be imported again, and households whose cards do not stand in it get new ones.',
    });
  if (households > 0 && isGone(path)) throw lost();
  const personal = openPersonalFile({ path, masterKey });
  if (households === 0 || personal.size > 0) return personal;
  personal.close();
  throw lost();
}

interface Parts {
  readonly store: Store;
  readonly personal: PersonalFile;
  readonly keys: GatewayKeys;
  readonly time: VillageTime;
  readonly closers: Closer[];
  readonly log: Log;
  readonly capture: Capture | null;
}

function assemble(options: VillageOptions, { store, personal, keys, time, closers, log, capture }: Parts): Village {
  const { site, machine } = options;
  const stopping = new AbortController();
  const { promise: failed, reject } = Promise.withResolvers<never>();
  failed.catch(() => undefined);
  let broken = false;
  const background = (name: string, task: Promise<void>): void => {
    const settled = task.catch((error: unknown) => {
      if (isOfStop(error, stopping.signal)) return;
      log.fatal({ task: name, err: error }, 'a background task failed');
      broken = true;
      reject(error);
      // Whoever stops the village no longer waits for `failed`: the end of the stop tells it.
      if (stopping.signal.aborted) throw error;
    });
    settled.catch(() => undefined);
    closers.push(() => settled);
  };
  if (options.announce) background('village time', markProgress(options, { store, time, closers }, stopping.signal));
  const clock = { gateway: site.config.gateway.id, time, store };
  if (options.announce) background('wall clock', watchClock(clock, machine.clock, stopping.signal));
  const { credentialKey } = keys;
  const books = openBooks(site, { store, personal, time, credentialKey, bags: { village: site.config.village.bagVillage, key: keys.bagKey } });
  if (options.announce) {
    background('expiry of points', expirePoints(books, machine.clock, stopping.signal));
    background('holds of the shop', releaseHolds(books, machine.clock, stopping.signal));
    background('retention', keepRetention(books, machine.clock, stopping.signal));
    background('late pick-ups', escalatePickups(books, machine.clock, stopping.signal));
  }
  const field = options.withField
    ? openField({
        ...{ machine, site, store, keys, time, background, log, books },
        signal: stopping.signal,
        recording: capture?.wires,
        ...fieldOptions(options, capture),
      })
    : null;
  closers.push(() => field?.close());
  const desk: Desk = {
    store,
    personal,
    credentialKey,
    books,
    sessions: new Sessions({ store, personal, credentialKey, clock: machine.clock }),
    ...fieldOnDesk(field),
    commissioning: field === null ? null : openCommissioning(options, field, { store, keys, time }),
    uplink: () => null,
    wire: machine.clock,
    clock,
    status: () => ({ head: store.head.sequence, ledger: store.ledger.totals() }),
    onOrder: (name, input) => capture?.order(name, input),
  };
  return {
    ...{ site, store, personal, keys, time, field, desk, failed },
    async finish() {
      capture?.stopping();
      if (!broken) await field?.finish();
    },
    async close() {
      capture?.closing();
      stopping.abort(new Error('the gateway is stopping'));
      await closeAll(closers);
    },
  };
}

/** What operations see of the devices; nothing where they are not open. */
const fieldOnDesk = (field: Field | null): Pick<Desk, 'dispensers' | 'bins' | 'scales' | 'loans' | 'vending'> => ({
  dispensers: field?.dispensers ?? new Map(),
  bins: field?.bins ?? new Map(),
  scales: field?.scales ?? new Map(),
  loans: field?.loans ?? null,
  vending: field?.vending ?? new Map(),
});

function openBooks({ config, tariffs }: LoadedSite, parts: Pick<Books, 'store' | 'personal' | 'time' | 'credentialKey' | 'bags'>): Books {
  const { tariff: _file, ...rules } = config.rules;
  const { rules: recorded } = parts.store;
  return {
    ...parts,
    rules: (day) => rulesOn({ version: 'site', from: '', rules }, recorded.rules(), day),
    tariffs: () => [...tariffs, ...recorded.tariffs()],
    random: randomBytes,
  };
}

function openCommissioning(
  { site, dataDir, machine }: VillageOptions,
  field: Field,
  { store, keys, time }: Pick<Parts, 'store' | 'keys' | 'time'>,
): Commissioning {
  const { village, gateway } = site.config;
  const { dispensers, vending, scales, bins } = field;
  return new Commissioning({
    place: { village: village.id, villageName: village.name, gateway: gateway.id, version, rulesDigest: site.digest },
    signer: keys,
    ...{ store, dispensers, vending, scales, bins, wire: machine.clock, clock: time.clock, timeq: () => time.quality() },
    look: () => field.look(),
    identify: (signal) => field.identify(signal),
    machine: (isServing) => examineMachine(dataDir, site.config, isServing),
    keysNeeded: keyFiles.length,
  });
}

function openCapture(
  { recordDir, site, machine, log, training, idlePollMs }: VillageOptions & { readonly training: Training | null },
  parts: Pick<Parts, 'store' | 'keys' | 'time'>,
): Capture | null {
  if (recordDir === undefined) return null;
  const folder = captureFolderIn(recordDir, machine.clock.now());
  if (folder === null)
    log.warn({ folder: recordDir }, 'this run is not captured: the folder is full of captures; move them away, or name another one with --record');
  else if (folder !== recordDir) log.warn({ folder }, 'the folder holds a capture already: this run is captured beside it');
  return folder === null ? null : new Capture({ ...parts, folder, machine, site, log, pace: training?.pace ?? null, idlePollMs });
}

const fieldOptions = ({ onOutcome = () => undefined, idlePollMs }: VillageOptions, capture: Capture | null) => ({
  idlePollMs,
  onOutcome: (outcome: FieldOutcome) => {
    capture?.told(outcome);
    onOutcome(outcome);
  },
});

/** Saves, until it is closed, how far the ledger has come and what time it is. */
function markProgress(
  { dataDir, training, machine }: VillageOptions,
  { store, time, closers }: Pick<Parts, 'store' | 'time' | 'closers'>,
  signal: AbortSignal,
): Promise<void> {
  let marked = store.head.sequence;
  const save = () => {
    store.saveVillageTime(time.clock.now());
    if (store.head.sequence === marked) return;
    saveLedgerMark(dataDir, store.head);
    marked = store.head.sequence;
  };
  closers.push(save);
  return saveTime(save, { wire: machine.clock, everyMs: training === null ? saveServiceTimeMs : saveTrainingTimeMs, signal });
}

async function saveTime(save: () => void, { wire, everyMs, signal }: { wire: Clock; everyMs: number; signal: AbortSignal }): Promise<void> {
  while (!signal.aborted) {
    await wire.sleep(everyMs, 'village time', signal);
    save();
  }
}

const markDamaged = (dataDir: string): GatewayError =>
  new GatewayError('store_damaged', `${placesIn(dataDir).mark} cannot be read, so nobody knows which epoch was the last.`, {
    hint: 'Put the file back from a backup. Without one, delete it: the new ledger begins in epoch 2 then, and followers report a fork where the lost one had come further.',
  });

/** First words of every start: the epoch if there is none, the boot, and the rules when they changed. */
function openChapter(store: Store, { site, dataDir, log, newLedger = false }: VillageOptions, keys: GatewayKeys): void {
  const { config, digest } = site;
  const gateway = config.gateway.id;
  const mark = loadLedgerMark(dataDir);
  if (store.head.sequence === 0) {
    if (mark === 'damaged') throw markDamaged(dataDir);
    const data = { reason: 'new' as const, gateway, village: config.village.id, publicKey: rawPublicKey(keys.publicKey), operator: null };
    // A ledger that is lost had at least its first epoch, also where no mark is left to say so.
    store.append([{ name: 'epoch.opened', subject: gateway, data }], { epoch: (mark?.epoch ?? (newLedger ? 1 : 0)) + 1 });
  } else if (mark === 'damaged') {
    log.warn({ file: placesIn(dataDir).mark }, 'nobody knows how far the ledger had come; a new epoch is opened, in case it was put back');
    openRestoredEpoch(store, null);
  } else if (mark !== null && wasPutBack(mark, (sequence) => store.leafOf(sequence))) {
    log.warn({ headSequence: store.head.sequence, markSequence: mark.sequence }, 'the ledger was put back from a backup; a new epoch is opened');
    openRestoredEpoch(store, null, mark.epoch);
  }
  const boot = store.head.boot + 1;
  const drafts: EventDraft[] = [{ name: 'gateway.started', subject: gateway, data: { version, boot, lastSequence: store.head.sequence } }];
  const rules = { digest, tariffVersion: site.tariffs[0]?.version ?? 'none', bands: config.rules.bags.bands, unit: config.rules.bags.unit };
  if (store.lastOf('config.activated')?.digest !== digest) drafts.push({ name: 'config.activated', subject: gateway, data: rules });
  store.append(drafts, { boot });
  saveLedgerMark(dataDir, store.head);
}
