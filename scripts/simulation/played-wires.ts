/**
 * The wires of a scenario that is played in one process: each line and reader of the site file, found by the place where its gateway looks
 * for it, with the faults of the fault desk in it. Nothing is opened on the machine.
 */
import type { FaultDesk } from '../../device-sim/fault-desk.ts';
import { randomFor } from '../../device-sim/random.ts';
import type { Site } from '../../device-sim/site.ts';
import { SiteError } from '../../device-sim/site-error.ts';
import type { SiteFile } from '../../device-sim/site-file.ts';
import type { LoadedSite } from '../../gateway/config-file.ts';
import { nameOfTransport } from '../../gateway/southbound/byte-stream.ts';
import type { VirtualTime } from './virtual-time.ts';
import { VirtualLine, VirtualPort, VirtualReader } from './virtual-wires.ts';

export interface PlayedWiresOptions {
  readonly time: VirtualTime;
  readonly seed: number;
  readonly site: SiteFile;
  readonly gateway: LoadedSite;
  readonly desk: FaultDesk;
  /** Comes later than the wires. */
  readonly boards: () => Site;
}

/** Characters of a device with frames of its own, whatever its transport. Unit: ms each. */
const characterMs = 11_000 / 9600;
/** Time a device with frames of its own takes to answer, and a port takes to open. Unit: ms. */
const [turnAroundMs, openMs] = [5, 2];

export class PlayedWires {
  readonly #options: PlayedWiresOptions;
  readonly #ports = new Map<string, VirtualPort>();
  readonly #readers = new Map<string, VirtualReader>();
  readonly #plain = new Map<string, VirtualPort>();

  /** @throws SiteError for a line that cannot be played so. */
  constructor(options: PlayedWiresOptions) {
    this.#options = options;
    const { site, time } = options;
    for (const { id, listen, framing } of site.lines) this.#ports.set(listen, framing === 'plain' ? this.#openPlain(id) : this.#openLine(id, listen));
    for (const { id, listen } of site.readers) {
      const reader = new VirtualReader(id, time);
      this.#readers.set(id, reader);
      this.#ports.set(listen, reader.port);
    }
  }

  /** Port by the name of its transport. Where the site has nothing, there is a port that does not open. */
  portOf(name: string): VirtualPort {
    const port = this.#ports.get(name) ?? new VirtualPort({ id: name, time: this.#options.time, onWrite: () => undefined, onSettle: () => undefined });
    if (!this.#ports.has(name)) port.unplug();
    this.#ports.set(name, port);
    return port;
  }

  say(reader: string, text: string): void {
    if (!this.#options.desk.isCut(reader)) this.#readers.get(reader)?.say(text);
  }

  isHeard(reader: string): boolean {
    return !this.#options.desk.isCut(reader) && (this.#readers.get(reader)?.port.isHeld ?? false);
  }

  /** Says bytes on a plain line. Returns whether anybody listens. */
  sayOn(line: string, bytes: Uint8Array): boolean {
    const port = this.#plain.get(line);
    if (port === undefined || !port.isHeld || this.#options.desk.isCut(line)) return false;
    this.#deliver(line, port, bytes, null);
    return true;
  }

  #openLine(id: string, listen: string): VirtualPort {
    const { time, seed, gateway, desk, boards } = this.#options;
    const transport = gateway.config.lines.map((row) => row.transport).find((one) => nameOfTransport(one) === listen);
    const faults = desk.wire(id);
    if (faults === undefined) throw new Error(`no wire ${id}`);
    if (transport?.kind === 'modbus-tcp')
      throw new SiteError(`${id}: a scenario in one process has RTU and plain lines, and the gateway speaks Modbus TCP there`);
    const line = new VirtualLine({
      ...{ id, time, faults, random: randomFor(seed, `line ${id}`), baud: transport?.baud ?? 9600 },
      kind: transport?.kind === 'serial' ? 'serial' : 'rtu-over-tcp',
      boards: { hasUnit: (unit) => boards().line(id).hasUnit(unit), service: (unit, request) => boards().line(id).service(unit, request) },
      onShortGap: () => undefined,
    });
    return line.port;
  }

  #openPlain(id: string): VirtualPort {
    const { time, desk, boards } = this.#options;
    const hear = (bytes: Buffer | null) => {
      if (bytes !== null && desk.isCut(id)) return;
      for (const reply of boards().hear(id, bytes)) this.#deliver(id, port, reply, bytes);
    };
    const port: VirtualPort = new VirtualPort({
      ...{ id, time, onSettle: () => undefined },
      onWrite: (bytes) => void time.after(bytes.length * characterMs, () => hear(bytes)),
      untilOpen: async (clock, signal) => {
        await clock.sleep(openMs, 'open', signal);
        hear(null);
      },
    });
    this.#plain.set(id, port);
    return port;
  }

  /** Lets bytes leave as the faults of the wire will have it. `request` is what they answer; null: nobody asked. */
  #deliver(line: string, port: VirtualPort, said: Uint8Array, request: Buffer | null): void {
    const { time, desk } = this.#options;
    for (const { afterMs, bytes } of desk.wire(line)?.plain(Buffer.from(said), request) ?? []) {
      const leaveMs = afterMs + (request === null ? 0 : turnAroundMs);
      time.after(leaveMs + bytes.length * characterMs, () => {
        if (!desk.isCut(line) && bytes.length > 0) port.deliver(bytes);
      });
    }
  }
}
