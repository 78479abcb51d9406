/**
 * A real MQTT broker in the process of the simulation, and a follower who listens there as a platform would: every event is verified, and
 * what came is held against what the log has. The network before it is a BrokerLink.
 */
import { Aedes } from 'aedes';
import type { GatewayFacts } from '../../device-sim/scenario.ts';
import type { KeyLookup } from '../../protocol/envelope.ts';
import { openEvent } from '../../protocol/signed-event.ts';
import { allEventsFilter } from '../../protocol/topics.ts';
import { BrokerLink } from './broker-link.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface VirtualBrokerOptions {
  readonly time: VirtualTime;
  readonly keys: KeyLookup;
  /** Each event as it comes; what does not verify has no number. */
  readonly onArrived: (sequence: number | null) => void;
}

/** Longer than any run takes in real time: the broker's own timers have no part in it. It sets some four times as long, and a timer has a bound. Unit: ms. */
const neverMs = 2 ** 28;

export class VirtualBroker {
  readonly link: BrokerLink;
  readonly #broker: Aedes;
  readonly #seen = new Set<number>();
  #highest = 0;
  #repeated = 0;
  #disordered = 0;

  private constructor(broker: Aedes, { time }: VirtualBrokerOptions) {
    this.#broker = broker;
    this.link = new BrokerLink({ time, onConnection: (stream) => void broker.handle(stream) });
  }

  static async open(options: VirtualBrokerOptions): Promise<VirtualBroker> {
    const broker = await Aedes.createBroker({ connectTimeout: neverMs, heartbeatInterval: neverMs });
    const virtual = new VirtualBroker(broker, options);
    await new Promise<void>((resolve) => {
      const hear = ({ payload }: { readonly payload: Buffer | string }, done: () => void) => {
        options.time.stir();
        options.onArrived(virtual.#judge(Buffer.from(payload), options.keys));
        done();
      };
      broker.subscribe(allEventsFilter, hear, resolve);
    });
    return virtual;
  }

  /** What came so far, where the log goes to `head`. */
  facts(head: number): NonNullable<GatewayFacts['broker']> {
    return { arrived: this.#seen.size, missing: head - this.#seen.size, repeated: this.#repeated, disordered: this.#disordered };
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#broker.close(resolve));
  }

  /** A repeated event is harmless wherever it comes; a new one has its place behind the one before, and one that does not verify has none. */
  #judge(envelope: Buffer, keys: KeyLookup): number | null {
    const opened = openEvent(envelope, keys);
    if (!opened.ok) {
      this.#disordered += 1;
      return null;
    }
    const { sequence } = opened.event;
    if (this.#seen.has(sequence)) this.#repeated += 1;
    else if (sequence !== this.#highest + 1) this.#disordered += 1;
    this.#seen.add(sequence);
    this.#highest = Math.max(this.#highest, sequence);
    return sequence;
  }
}
