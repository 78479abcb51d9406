/**
 * One life of a gateway process: the village of gateway/runtime on a machine of its own, with a virtual clock and virtual wires, over real
 * files. It can be killed at any commit, write, answer or moment: then it never hears or says anything again, and the next life starts
 * from the files exactly as they were at that instant. It decides nothing: when it dies is the scenario's business.
 */
import { cpSync } from 'node:fs';
import type { Random } from '../../device-sim/random.ts';
import type { LoadedSite } from '../../gateway/config-file.ts';
import type { FieldOutcome } from '../../gateway/field.ts';
import { openLog } from '../../gateway/log.ts';
import type { Machine } from '../../gateway/machine.ts';
import { openVillage, type Village } from '../../gateway/runtime.ts';
import { nameOfTransport, type OpenByteStream } from '../../gateway/southbound/byte-stream.ts';
import type { StoredEvent } from '../../gateway/store/event-log.ts';
import { ProcessClock, type VirtualTime } from './virtual-time.ts';
import type { VirtualPort } from './virtual-wires.ts';

/** Where in its work a process may be killed: just after a commit; before, in the middle of and after a write; before it sees an answer. */
export const killPoints = ['commit', 'beforeWrite', 'midWrite', 'afterWrite', 'beforeAnswer'] as const;
export type KillPoint = (typeof killPoints)[number];

export interface ProcessOptions {
  readonly time: VirtualTime;
  readonly site: LoadedSite;
  readonly dataDir: string;
  readonly random: Random;
  readonly wallMs: () => number;
  readonly isClockSynchronized: () => boolean;
  readonly idlePollMs: number | undefined;
  /** How long the disk takes over a commit: the one thread stands still meanwhile, inside the append. Unit: ms; 0 where it is not given. */
  readonly commitMs?: () => number;
  /** Captures the run there. */
  readonly recordDir?: string | undefined;
  /** Port by the name of its transport. */
  readonly portOf: (name: string) => VirtualPort;
  readonly onEvent: (event: StoredEvent) => void;
  readonly onOutcome: (outcome: FieldOutcome) => void;
  /** Bytes about to leave, by the name of the transport. */
  readonly onSent: (name: string, bytes: Buffer) => void;
  /** For tests of the watch: what a broken gateway would send as well, just before `bytes`. */
  readonly alsoSends: ((name: string, bytes: Buffer) => Buffer | undefined) | undefined;
  /** A background task failed: the process would have ended. */
  readonly onFailed: (error: unknown) => void;
  /** Asked at every kill point. */
  readonly isKilledAt: (point: KillPoint) => boolean;
  /** It is dead, and `image` holds its files as they were at that instant. */
  readonly onKilled: () => void;
}

/** Most a timer is late on a machine that has other things to do. Unit: ms. */
const latenessMsMax = 2;
const silentLog = openLog('silent');

export class GatewayProcess {
  readonly village: Village;
  /** What the process has of its machine. */
  readonly machine: Machine;
  readonly #options: ProcessOptions;
  readonly #clock: ProcessClock;
  #isDead = false;

  /** Opens the village. @throws GatewayError as openVillage does. */
  constructor(options: ProcessOptions) {
    this.#options = options;
    const { time, random, wallMs, dataDir, site, isClockSynchronized, idlePollMs, recordDir, onOutcome, onEvent, onFailed } = options;
    this.#clock = new ProcessClock({ time, wallMs, latenessMs: () => random.next() * latenessMsMax });
    this.machine = {
      clock: this.#clock,
      random: () => random.next(),
      isClockSynchronized,
      openStream: (...args) => this.#open(...args),
    };
    this.village = openVillage({
      ...{ machine: this.machine, site, dataDir, training: null, log: silentLog, withField: true, announce: true, recordDir },
      onOutcome: (outcome) => {
        if (!this.#isDead) onOutcome(outcome);
      },
      ...(idlePollMs === undefined ? {} : { idlePollMs }),
    });
    this.village.store.onAppended((event) => {
      if (this.#isDead) return;
      // Once a commit, which may be several events.
      if (event.sequence === this.village.store.head.sequence) time.lag(time.nowMs + (options.commitMs?.() ?? 0));
      onEvent(event);
      this.#dieIf('commit');
    });
    this.village.failed.catch((error: unknown) => {
      if (!this.#isDead) onFailed(error);
    });
    time.stir();
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** Ends the process here and now, and puts its files as they are into `imageDir`. */
  kill(imageDir: string): void {
    this.#isDead = true;
    this.#clock.kill();
    cpSync(this.#options.dataDir, imageDir, { recursive: true });
  }

  /** Gives the file handles of a killed process back to the machine. Not before everything it was doing at that instant has run out. */
  bury(): void {
    this.village.store.close();
    this.village.personal.close();
  }

  #dieIf(point: KillPoint): boolean {
    if (this.#isDead) return true;
    if (!this.#options.isKilledAt(point)) return false;
    this.#options.onKilled();
    return true;
  }

  #open(...[transport, listener, clock, signal]: Parameters<OpenByteStream>): ReturnType<OpenByteStream> {
    const name = nameOfTransport(transport);
    const { portOf, onSent, random, alsoSends } = this.#options;
    const heard = {
      onBytes: (bytes: Buffer) => {
        if (!this.#dieIf('beforeAnswer')) listener.onBytes(bytes);
      },
      onClose: (reason: string) => {
        if (!this.#isDead) listener.onClose(reason);
      },
    };
    return portOf(name)
      .open(heard, clock, signal)
      .then((stream) => ({
        ...stream,
        write: (bytes) => {
          const whole = Buffer.from(bytes);
          if (this.#dieIf('beforeWrite')) return;
          // Of one byte there is no middle.
          const part = random.whole(1, Math.max(1, whole.length - 1));
          if (this.#dieIf('midWrite')) return stream.write(whole.subarray(0, part));
          for (const frame of [alsoSends?.(name, whole), whole]) {
            if (frame === undefined) continue;
            onSent(name, frame);
            stream.write(frame);
          }
          this.#dieIf('afterWrite');
        },
        settle: () => (this.#isDead ? new Promise(() => undefined) : stream.settle()),
      }));
  }
}
