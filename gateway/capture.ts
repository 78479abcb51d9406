/**
 * A run of the gateway written down so that it can be lived through again: the wires (southbound/recording.ts), the rules and the ledger it began
 * with, what people ordered, what the wall clock did, and what was decided. Nothing in it names a person: households are pseudonyms already, cards become
 * stand-ins under a key that is never written. It is written behind the back of the gateway and never holds it up or ends it.
 */
import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cardStandIn, redactScan } from '../protocol/capture.ts';
import { type CaptureManifest, captureFiles, type DecisionFact, type DecisionsHeader, replaceCredentials, type StateLine } from '../protocol/capture-folder.ts';
import type { EventDraft } from '../protocol/events.ts';
import type { LoadedSite } from './config-file.ts';
import type { FieldOutcome } from './field.ts';
import type { GatewayKeys } from './keys.ts';
import { captureStateBytesMax, captureStatePauseMs, verifyTurnEvents } from './limits.ts';
import type { Log } from './log.ts';
import type { ClockFact, Machine } from './machine.ts';
import { CaptureFile } from './southbound/capture-file.ts';
import { Recording } from './southbound/recording.ts';
import type { StoredEvent } from './store/event-log.ts';
import type { Store } from './store/store.ts';
import { version } from './version.ts';
import type { VillageTime } from './village-time.ts';

export interface CaptureOptions {
  readonly folder: string;
  readonly machine: Machine;
  readonly site: LoadedSite;
  readonly store: Store;
  readonly keys: GatewayKeys;
  readonly time: VillageTime;
  /** Of training; null in service. */
  readonly pace: number | null;
  readonly idlePollMs: number | undefined;
  readonly log: Log;
}

/** Whatever a site file says of places and secrets that no decision depends on is left out. */
function shownSite({ config }: LoadedSite): object {
  const { mqtt: _broker, http: _page, alarms: _numbers, printers: _slips, dispensers, rules, ...rest } = config;
  return { ...rest, dispensers: dispensers.map(({ macKeyFile: _key, ...row }) => row), rules: { ...rules, tariff: captureFiles.tariff } };
}

/** A running capture; it begins when it is made. */
export class Capture {
  readonly wires: Recording;
  readonly #options: CaptureOptions;
  readonly #id = randomBytes(16).toString('hex');
  /** Of the stand-ins. Made for this run, and nowhere else. */
  readonly #standInKey = randomBytes(32);
  readonly #decisions: CaptureFile<DecisionFact>;
  readonly #unlisten: () => void;
  readonly #beginning: Promise<void>;
  /** Nobody has to be spared any more: the gateway has stopped. */
  #isHurried = false;

  constructor(options: CaptureOptions) {
    this.#options = options;
    const { folder, machine, store, log } = options;
    const { clock } = machine;
    const capture = this.#id;
    const redact = (text: string) => this.#redact(text);
    const onFailed = (wire: string, error: unknown) => log.warn({ wire, err: error }, 'the capture of a wire ended: its file cannot be written');
    this.wires = new Recording({ folder, capture, clock, redact, onFailed });
    const header: Omit<DecisionsHeader, 'part'> = { format: 'sifen-decisions-1', capture };
    const { startedMs } = this.wires;
    const name = captureFiles.decisions.replace('.jsonl', '');
    this.#decisions = new CaptureFile({ folder, name, header, clock, startedMs, onFailed: (error) => this.#tellFailure(error) });
    this.#unlisten = store.onAppended((event) => this.#decisions.add({ event: 'recorded', ...this.#show(event), asked: event.cause !== null }));
    const manifest = this.#manifest();
    this.#beginning = this.#writeBeginning(manifest, store.head.sequence).catch((error: unknown) => this.#tellFailure(error));
  }

  /** A person gave an order. */
  order(operation: string, input: object): void {
    const { card } = input as { readonly card?: unknown };
    this.#decisions.add({ event: 'ordered', operation, input: { ...input, ...(typeof card === 'string' ? { card: this.#redact(card) } : {}) } });
  }

  /** Somebody at a counter was told something. */
  told({ station, outcome }: FieldOutcome): void {
    this.#decisions.add({ event: 'told', station, outcome: { ...outcome } });
  }

  /** Something happened to the time of the machine. */
  clock(fact: ClockFact): void {
    if (fact.event === 'clock') this.#decisions.add(fact);
    else this.#decisions.add({ event: 'late', sinceMs: Math.max(0, fact.sinceMs - this.wires.startedMs) });
  }

  /** The gateway lets nothing new begin. */
  stopping(): void {
    this.#decisions.add({ event: 'stopping' });
  }

  /** The gateway lets go of its wires. */
  closing(): void {
    this.#decisions.add({ event: 'closing' });
  }

  /** Writes what is missing and closes the files. The wires are closed with the field. */
  async close(): Promise<void> {
    this.#unlisten();
    this.#isHurried = true;
    await this.#beginning;
    await this.#decisions.close();
  }

  #tellFailure(error: unknown): void {
    this.#options.log.warn({ folder: this.#options.folder, err: error }, 'a capture cannot be written and will not replay');
  }

  #redact(text: string): string {
    const { site, keys } = this.#options;
    const bags = { village: site.config.village.bagVillage, key: keys.bagKey };
    const materials = site.tariffs.flatMap((tariff) => Object.keys(tariff.materials));
    return redactScan(text, { bags, materials }, { standIn: this.#standInKey, credential: keys.credentialKey });
  }

  #show({ draft, atMs, timeq }: StoredEvent): Pick<EventDraft, 'name' | 'subject'> & { data: Record<string, unknown>; villageMs: number; timeq: typeof timeq } {
    const { name, subject, data } = draft;
    return { name, subject, data: replaceCredentials(data, (hash) => cardStandIn(hash, this.#standInKey)), villageMs: atMs, timeq };
  }

  #manifest(): CaptureManifest {
    const { site, machine, time, pace, idlePollMs = null } = this.#options;
    const { config } = site;
    return {
      ...{ format: 'sifen-capture-folder-1', capture: this.#id, version, gateway: config.gateway.id, startedAtMs: this.wires.startedAtMs },
      ...{ villageMs: time.clock.now(), pace, synchronized: machine.isClockSynchronized(), idlePollMs },
      sealed: config.dispensers.filter(({ macKeyFile }) => macKeyFile !== undefined).map(({ id }) => id),
      unrecorded: [...config.printers.map(({ id }) => id), ...(config.alarms === null ? [] : ['alarms'])],
    };
  }

  async #writeBeginning(manifest: CaptureManifest, lastSequence: number): Promise<void> {
    const { folder, site } = this.#options;
    await mkdir(folder, { recursive: true, mode: 0o750 });
    const write = (name: string, value: unknown) => writeFile(join(folder, name), `${JSON.stringify(value, null, 2)}\n`, { mode: 0o640 });
    await write(captureFiles.manifest, manifest);
    await write(captureFiles.site, shownSite(site));
    await write(captureFiles.tariff, site.tariffs[0]);
    const file = await open(join(folder, captureFiles.state), 'w', 0o640);
    try {
      await this.#writeState(file, lastSequence);
    } finally {
      await file.close();
    }
  }

  /** The log is never changed, so that it may be copied while it grows: a few events at a time, and the bus comes first. */
  async #writeState(file: FileHandle, lastSequence: number): Promise<void> {
    const { store, machine } = this.#options;
    let done = 0;
    let bytes = 0;
    const append = async (lines: readonly StateLine[]) => {
      const text = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      bytes += text.length;
      await file.appendFile(text);
    };
    while (done < lastSequence && bytes < captureStateBytesMax) {
      const turn = store.list(done, Math.min(verifyTurnEvents, lastSequence - done));
      await append(turn.map((event) => ({ ...this.#show(event), epoch: event.epoch })));
      done += turn.length;
      if (!this.#isHurried) await machine.clock.sleep(captureStatePauseMs, 'capture');
    }
    await append([{ end: done === lastSequence ? 'whole' : 'too_large', events: done }]);
  }
}
