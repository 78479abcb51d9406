/**
 * Lives through a capture: a gateway of this program on fresh keys and a fresh folder, its ledger begun with the events of the capture through the
 * ordinary append, under a virtual clock, at the recorded ends of its wires, with the orders people gave then at their times. It judges nothing.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoadedSite } from '../../gateway/config-file.ts';
import { placesIn } from '../../gateway/data-folder.ts';
import { isGatewayError } from '../../gateway/errors.ts';
import { createKeys, type GatewayKeys, loadKeys } from '../../gateway/keys.ts';
import { openLog } from '../../gateway/log.ts';
import type { Machine } from '../../gateway/machine.ts';
import { openVillage, type Village } from '../../gateway/runtime.ts';
import { nameOfTransport } from '../../gateway/southbound/byte-stream.ts';
import { openPersonalFile } from '../../gateway/store/personal.ts';
import { Store } from '../../gateway/store/store.ts';
import { isOperation, runOperation } from '../../gateway/web/operations.ts';
import { encodeBagCode } from '../../protocol/bag-code.ts';
import { type DecisionEntry, isGiven, replaceCredentials } from '../../protocol/capture-folder.ts';
import { hashCredential } from '../../protocol/credential.ts';
import { type EventDraft, eventSchemas } from '../../protocol/events.ts';
import { epochMs } from '../../protocol/units.ts';
import { ProcessClock, VirtualTime } from '../simulation/virtual-time.ts';
import { type Decision, eventDecision, toldDecision } from './compare.ts';
import { type BusySpan, PlayedWire, type Unanswered } from './played-wire.ts';
import { CaptureError, type PlayableCapture, type StateEvent } from './read-capture.ts';

export interface Replayed {
  readonly decisions: readonly Decision[];
  /** Requests the capture had no answer to, in order. */
  readonly unanswered: readonly Unanswered[];
  /** What a bug of the gateway said, when one ended it. */
  readonly failure: { readonly atMs: number; readonly message: string } | null;
}

/** A folder in memory where the machine has one: nothing in it outlives the replay. */
function makeReplayFolder(): string {
  try {
    return mkdtempSync('/dev/shm/sifen-replay-');
  } catch {
    // No such folder here: the ordinary one is as good, only slower.
    return mkdtempSync(join(tmpdir(), 'sifen-replay-'));
  }
}

/** @throws CaptureError when the gateway cannot begin with what the capture holds. */
export async function replay(capture: PlayableCapture): Promise<Replayed> {
  const folder = makeReplayFolder();
  try {
    const dataDir = join(folder, 'data');
    const places = placesIn(dataDir);
    createKeys(places.keys);
    const keys = loadKeys(places.keys);
    const households = seed(capture, places.ledger, keys);
    // A ledger with households wants its names: each gets its pseudonym for one.
    const personal = openPersonalFile({ path: places.personal, masterKey: keys.personalMasterKey });
    if (households.length > 0)
      personal.put(households.map((household) => ({ household, number: household, head: household, phone: null, house: null, cards: [] })));
    personal.close();
    return await new ReplayedVillage(capture, folder, dataDir, keys).live();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The ledger the capture began with, event by event. @returns its households. */
function seed({ state, manifest }: PlayableCapture, path: string, keys: GatewayKeys): string[] {
  let stamp: Pick<StateEvent, 'villageMs' | 'timeq'> = { villageMs: manifest.villageMs, timeq: 'none' };
  const store = new Store({
    ...{ path, gateway: manifest.gateway, signer: { keyid: keys.keyid, privateKey: keys.privateKey } },
    keys: (keyid) => (keyid === keys.keyid ? keys.publicKey : undefined),
    time: () => ({ nowMs: epochMs(stamp.villageMs), timeq: stamp.timeq }),
  });
  try {
    for (const [index, event] of state.entries()) {
      stamp = event;
      store.append([draftOf(event, keys, `state.jsonl:${index + 1}`)], { epoch: event.epoch });
    }
    return store.people.households().map(({ household }) => household);
  } finally {
    store.close();
  }
}

/** An event as the ledger of the replay takes it: its cards under the replay's own key. */
function draftOf({ name, subject, data }: Pick<StateEvent, 'name' | 'subject' | 'data'>, keys: GatewayKeys, place: string): EventDraft {
  const parsed = eventSchemas[name].safeParse(replaceCredentials(data, (standIn) => hashCredential(standIn, keys.credentialKey)));
  if (!parsed.success)
    throw new CaptureError(`${place}: it is damaged: ${name}: data.${parsed.error.issues[0]?.path.join('.')}: ${parsed.error.issues[0]?.message}.`);
  return { name, subject, data: parsed.data } as EventDraft;
}

type Recorded<Event extends DecisionEntry['event']> = Extract<DecisionEntry, { event: Event }>;

class ReplayedVillage {
  readonly #capture: PlayableCapture;
  readonly #keys: GatewayKeys;
  readonly #time = new VirtualTime();
  readonly #village: Village;
  readonly #decisions: Decision[] = [];
  readonly #unanswered: Unanswered[] = [];
  #failure: Replayed['failure'] = null;
  /** How far the wall clock was set since the beginning. Unit: ms. */
  #wallShiftMs = 0;
  #isSynchronized: boolean;

  constructor(capture: PlayableCapture, folder: string, dataDir: string, keys: GatewayKeys) {
    this.#capture = capture;
    this.#keys = keys;
    const { manifest } = capture;
    this.#isSynchronized = manifest.synchronized;
    const site = siteOfReplay(capture, folder);
    const training = manifest.pace === null ? null : { pace: manifest.pace, firstMs: epochMs(manifest.villageMs) };
    this.#village = openVillage({
      ...{ machine: this.#makeMachine(site), site, dataDir, training, log: openLog('silent'), withField: true, announce: true },
      ...(manifest.idlePollMs === null ? {} : { idlePollMs: manifest.idlePollMs }),
      onOutcome: ({ station, outcome }) => this.#decisions.push(toldDecision(this.#time.nowMs, station, { ...outcome })),
    });
    this.#village.store.onAppended(({ draft, cause }) => {
      const decision = eventDecision(this.#time.nowMs, { ...draft, asked: cause !== null });
      if (decision !== undefined) this.#decisions.push(decision);
    });
    this.#village.failed.catch((error: unknown) => this.#fail(error));
    for (const [index, entry] of capture.decisions.entries()) this.#plan(entry, index + 2);
    this.#time.stir();
  }

  async live(): Promise<Replayed> {
    const { untilMs } = this.#capture;
    while (this.#failure === null && this.#time.begin(untilMs)) if (this.#time.isStirred) await this.#time.end();
    const [decisions, unanswered, failure] = [[...this.#decisions], [...this.#unanswered], this.#failure];
    await this.#close();
    return { decisions, unanswered, failure };
  }

  async #close(): Promise<void> {
    let isClosed = false;
    const closing = this.#village.close().finally(() => {
      isClosed = true;
    });
    closing.catch((error: unknown) => this.#fail(error));
    this.#time.stir();
    await this.#time.end();
    while (!isClosed && (await this.#time.step(this.#time.nowMs + closeWithinMs)));
    await closing.catch(() => undefined);
  }

  #fail(error: unknown): void {
    this.#failure ??= { atMs: this.#time.nowMs, message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }

  #makeMachine(site: LoadedSite): Machine {
    const time = this.#time;
    const { manifest, wires } = this.#capture;
    const rows = [...site.config.lines, ...site.config.readers];
    const busy = busySpans(this.#capture.decisions);
    const players = new Map(
      wires.map((wire) => {
        const sealed = site.config.dispensers.filter(({ id, line }) => line === wire.id && manifest.sealed.includes(id));
        const sealedUnits = new Set(sealed.map(({ unit }) => unit));
        const player = new PlayedWire({
          ...{ wire, time, sealedUnits, busy, codeOf: (shown) => this.#codeOf(shown) },
          onUnanswered: (unanswered) => this.#unanswered.push(unanswered),
        });
        return [wire.id, player];
      }),
    );
    return {
      clock: new ProcessClock({ time, wallMs: () => manifest.startedAtMs + time.nowMs + this.#wallShiftMs, latenessMs: () => 0 }),
      random: () => 0.5,
      isClockSynchronized: () => this.#isSynchronized,
      openStream: (transport, listener, clock, signal) => {
        const name = nameOfTransport(transport);
        const player = players.get(rows.find((row) => nameOfTransport(row.transport) === name)?.id ?? '');
        if (player === undefined) throw new Error(`no wire ${name} in the capture`);
        return player.port.open(listener, clock, signal);
      },
    };
  }

  /** Labels get the proof of the replay's key; cards are the stand-ins themselves. */
  #codeOf(shown: string): string {
    const label = /^K1([0-9A-Z]{5})(\d{7})(\d{2})/.exec(shown);
    if (label === null) return shown;
    const [, village = '', roll, bag] = label;
    return encodeBagCode({ village, key: this.#keys.bagKey }, Number(roll), Number(bag));
  }

  /** What came from people and the machine, at its time. */
  #plan(entry: DecisionEntry, line: number): void {
    if (entry.atMs >= this.#capture.untilMs) return;
    const act = this.#actOf(entry, line);
    if (act === undefined) return;
    this.#time.after(entry.atMs, () => {
      this.#time.stir();
      act();
    });
  }

  #actOf(entry: DecisionEntry, line: number): (() => void) | undefined {
    const { store } = this.#village;
    if (entry.event === 'recorded') {
      if (!isGiven(entry)) return undefined;
      const draft = draftOf(entry, this.#keys, `decisions.jsonl:${line}`);
      // Told by somebody then, told by somebody now.
      return () => void store.append([draft], entry.asked ? { cause: `replayed-${line}.${'0'.repeat(16)}` } : {});
    }
    if (entry.event === 'ordered') return this.#orderOf(entry, line);
    if (entry.event === 'stopping') return () => void this.#village.finish().catch((error: unknown) => this.#fail(error));
    if (entry.event === 'late') this.#time.after(entry.sinceMs, () => this.#time.lag(entry.atMs));
    if (entry.event !== 'clock') return undefined;
    return () => {
      this.#wallShiftMs = entry.wallMs - this.#capture.manifest.startedAtMs - entry.atMs;
      this.#isSynchronized = entry.synchronized;
    };
  }

  #orderOf({ operation, input }: Recorded<'ordered'>, line: number): () => void {
    if (!isOperation(operation)) throw new CaptureError(`decisions.jsonl:${line}: this program knows no order ${operation}.`);
    return () =>
      void runOperation(this.#village.desk, operation, input).catch((error: unknown) => {
        // The person was told so, then as now.
        if (!isGatewayError(error)) this.#fail(error);
      });
  }
}

/** Spans without a turn, those that all but touch taken together. */
function busySpans(entries: readonly DecisionEntry[]): BusySpan[] {
  const spans: { fromMs: number; toMs: number }[] = [];
  for (const entry of entries) {
    if (entry.event !== 'late') continue;
    const last = spans.at(-1);
    if (last !== undefined && entry.sinceMs - last.toMs < busyGapMs) last.toMs = Math.max(last.toMs, entry.atMs);
    else spans.push({ fromMs: entry.sinceMs, toMs: entry.atMs });
  }
  return spans;
}
/** Unit: ms. */
const busyGapMs = 5;

/** Longest a stop may take. Unit: ms. */
const closeWithinMs = 60_000;

/** The recorded site without what is not at its wires; boards that want a MAC get one under a key of this replay. */
function siteOfReplay({ site, manifest }: PlayableCapture, folder: string): LoadedSite {
  const macKeyFile = join(folder, 'board.key');
  writeFileSync(macKeyFile, randomBytes(16).toString('hex'), { mode: 0o600 });
  const { config } = site;
  const dispensers = config.dispensers.map((row) => (manifest.sealed.includes(row.id) ? { ...row, macKeyFile } : row));
  const readers = config.readers.map(({ model: _setUp, ...row }) => row);
  return { ...site, config: { ...config, dispensers, readers, printers: [], alarms: null } };
}
