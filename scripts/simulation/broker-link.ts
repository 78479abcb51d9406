/**
 * The network between a gateway and its broker, in memory and under the virtual clock: TCP connections that take their time, and that can be
 * cut, half open or slow in the same ways as behind the proxy of device-sim. It passes bytes and never looks at them.
 */
import { Duplex } from 'node:stream';
import type { FaultyNetwork } from '../../device-sim/fault-desk.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface BrokerLinkOptions {
  readonly time: VirtualTime;
  /** Takes the broker's end of a new connection. */
  readonly onConnection: (stream: Duplex) => void;
}

/** Way of a byte through a sound network, and delay of `slow` where none is given. Unit: ms. */
const wayMs = 1;
const slowMs = 3_000;

export class BrokerLink implements FaultyNetwork {
  readonly #options: BrokerLinkOptions;
  readonly #pairs = new Set<readonly [LinkEnd, LinkEnd]>();
  #fault: FaultyNetwork['fault'];

  constructor(options: BrokerLinkOptions) {
    this.#options = options;
  }

  get fault(): FaultyNetwork['fault'] {
    return this.#fault;
  }

  setFault(next: FaultyNetwork['fault']): void {
    const before = this.#fault;
    this.#fault = next;
    this.#options.time.stir();
    // Behind a half-open link one end may be gone long ago; the other learns it now.
    if (next?.name === 'down' || before?.name === 'half-open') for (const pair of this.#pairs) this.#cut(pair);
  }

  /** The gateway's end of a new connection. It is there at once, like a socket that is still connecting. */
  open(): Duplex {
    const { time, onConnection } = this.#options;
    const [here, there] = [new LinkEnd(), new LinkEnd()];
    const pair = [here, there] as const;
    this.#pairs.add(pair);
    this.#join(pair, here, there);
    this.#join(pair, there, here);
    time.after(wayMs, () => {
      time.stir();
      if (this.#fault?.name === 'down') this.#cut(pair);
      else onConnection(there);
    });
    return here;
  }

  #join(pair: readonly [LinkEnd, LinkEnd], one: LinkEnd, other: LinkEnd): void {
    const { time } = this.#options;
    /** What was sent later never comes earlier, however slow the network was in between. */
    let clearMs = 0;
    const later = (act: () => void) => {
      clearMs = Math.max(clearMs, time.nowMs + wayMs + (this.#fault?.name === 'slow' ? (this.#fault.ms ?? slowMs) : 0));
      time.after(clearMs - time.nowMs, () => {
        time.stir();
        if (!other.destroyed) act();
      });
    };
    one.onBytes = (bytes) => {
      if (this.#fault?.name !== 'half-open') later(() => other.push(bytes));
    };
    one.once('close', () => {
      if (this.#fault?.name === 'half-open') return;
      this.#pairs.delete(pair);
      later(() => other.destroy());
    });
    // Whoever holds the end hears of it as well; a cut must not end the process where nobody does.
    one.on('error', () => undefined);
  }

  #cut(pair: readonly [LinkEnd, LinkEnd]): void {
    this.#pairs.delete(pair);
    for (const end of pair) end.destroy(new Error('connection reset'));
  }
}

/** One end of a connection. Nothing waits in it: the network takes what is written, and whoever reads reads. */
class LinkEnd extends Duplex {
  onBytes: (bytes: Buffer) => void = () => undefined;

  override _read(): void {
    // Bytes are pushed when they come.
  }

  override _write(bytes: Buffer, _encoding: string, done: () => void): void {
    this.onBytes(Buffer.from(bytes));
    done();
  }

  override _final(done: () => void): void {
    done();
    this.destroy();
  }
}
