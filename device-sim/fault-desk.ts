/**
 * Where faults are injected and cleared while a site runs: it knows which wire, cable, board or proxy a name means, says no to what cannot
 * befall it, and tells what is in force. The faults themselves live where they strike; nothing is remembered here but pulled cables.
 */
import type { Board } from './board.ts';
import type { BoardFaultName } from './board-faults.ts';
import { boardFaults } from './board-faults.ts';
import { type FaultOrder, parseFault, writeFault } from './faults.ts';
import { FaultyWire } from './faulty-wire.ts';
import { frameDeviceOn, type PlainRows } from './plain-lines.ts';
import { randomFor } from './random.ts';
import type { SiteEvent } from './site-event.ts';
import type { SiteFile } from './site-file.ts';
import { scaleTwins } from './twins/catalogue.ts';
import { type ReplyTiming, reachOf, type WireFaultName, wireFaults } from './wire-faults.ts';

/** A network wire that can be disturbed. */
export interface FaultyNetwork {
  readonly fault: { readonly name: string; readonly ms?: number | undefined } | undefined;
  setFault(fault: { readonly name: string; readonly ms?: number | undefined } | undefined): void;
}

/** The machine the gateway runs on, where it is simulated with it. `name` is its target; an unknown fault is the caller's mistake. */
export interface FaultyHost {
  readonly name: string;
  /** In force now; a clock that jumped has jumped, and is not. */
  readonly faults: readonly { readonly name: string; readonly ms: number }[];
  inject(name: string, ms: number | undefined): void;
  clear(name: string): void;
}

export interface FaultDeskOptions {
  readonly site: Pick<SiteFile, 'lines' | 'readers'> & PlainRows;
  readonly seed: number;
  /** Boards come later than the wires. */
  readonly boards: () => ReadonlyMap<string, Board>;
  readonly timingOf: (line: string, unit: number) => ReplyTiming;
  /** By name; empty where the gateway's broker is not reached through us. */
  readonly networks: ReadonlyMap<string, FaultyNetwork>;
  /** Undefined where the gateway runs somewhere else. */
  readonly host?: FaultyHost;
  /** Unit: ms, never going back. */
  readonly wireMs: () => number;
  readonly tell: (event: SiteEvent) => void;
}

/** One fault in force, as text and in parts. */
export interface FaultInForce {
  readonly target: string;
  readonly name: string;
  readonly text: string;
}
type Answer = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** Where every fault can be had. */
const inOneProcess = '`npm run simulate -- --play FILE` plays the scenario so';
const done: Answer = { ok: true };
const keepsTare = (model: string): boolean => {
  const twin = scaleTwins[model];
  return twin !== undefined && 'say' in twin && twin.keepsTare === true;
};
const refuse = (reason: string): Answer => ({ ok: false, reason });

export class FaultDesk {
  readonly #options: FaultDeskOptions;
  readonly #wires: ReadonlyMap<string, FaultyWire>;
  readonly #mute = new Set<string>();

  constructor(options: FaultDeskOptions) {
    this.#options = options;
    const { site, seed, timingOf, wireMs } = options;
    const wireOf = (line: string) => new FaultyWire({ random: randomFor(seed, `wire ${line}`), timingOf: (unit) => timingOf(line, unit), wireMs });
    this.#wires = new Map(site.lines.map(({ id }) => [id, wireOf(id)]));
  }

  /** The faults of one line's wire. */
  wire(line: string): FaultyWire | undefined {
    return this.#wires.get(line);
  }

  /** Names of the networks that can be disturbed. */
  get networks(): readonly string[] {
    return [...this.#options.networks.keys()];
  }

  /** Whether the cable of a line or reader is out. */
  isCut(id: string): boolean {
    return this.#wires.get(id)?.isCut ?? this.#mute.has(id);
  }

  /** Everything in force now, in the order wires, cables, boards, networks. */
  inForce(): readonly FaultInForce[] {
    const row = (target: string, name: string, parameters: object = {}): FaultInForce => ({ target, name, text: writeFault(target, name, parameters) });
    const cut = [...this.#wires].filter(([, wire]) => wire.isCut).map(([line]) => line);
    return [
      ...[...this.#wires].flatMap(([line, wire]) => wire.faults.map(({ name, p, ...more }) => row(line, name, p === 1 ? more : { p, ...more }))),
      ...[...cut, ...this.#mute].map((target) => row(target, 'cable-pulled')),
      ...[...this.#options.boards()].flatMap(([id, board]) => board.faults.map(({ name, ...parameters }) => row(id, name, parameters))),
      ...[...this.#options.networks].flatMap(([id, { fault }]) => (fault === undefined ? [] : [row(id, fault.name, { ms: fault.ms })])),
      ...(this.#options.host?.faults ?? []).map(({ name, ms }) => row(this.#options.host?.name ?? '', name, { ms })),
    ];
  }

  /** Injects `TARGET:FAULT[:PARAMETERS]`; one of the same name at the same place is replaced. */
  inject(text: string): Answer {
    const order = parseFault(text);
    if (!order.ok) return order;
    const answer = this.#inject(order.value);
    if (answer.ok) this.#options.tell({ event: 'fault', fault: text, on: true });
    return answer;
  }

  /** Clears `TARGET:FAULT`, all faults of `TARGET`, or with an empty text everything. Clearing what is not in force is no mistake. */
  clear(text: string): Answer {
    const [target = '', name] = text.split(':');
    if (target !== '' && !this.#knows(target)) return refuse(`there is nothing called ${target}`);
    for (const fault of this.inForce()) {
      if ((target !== '' && fault.target !== target) || (name !== undefined && fault.name !== name)) continue;
      this.#clear(fault);
      this.#options.tell({ event: 'fault', fault: writeFault(fault.target, fault.name), on: false });
    }
    return done;
  }

  #knows(target: string): boolean {
    const { site, boards, networks, host } = this.#options;
    return host?.name === target || this.#wires.has(target) || site.readers.some(({ id }) => id === target) || boards().has(target) || networks.has(target);
  }

  #inject({ target, row, parameters }: FaultOrder): Answer {
    const { networks, host } = this.#options;
    if (row.layer === 'host' && host === undefined)
      return refuse(`${row.name} befalls the machine of the gateway, and can be had only where both run in one process: ${inOneProcess}`);
    if (row.layer === 'network' && networks.size === 0)
      return refuse(`${row.name} befalls the network before the broker: open it with --proxy ${target}=HOST:PORT>HOST:PORT, or ${inOneProcess}`);
    if (!this.#knows(target)) return refuse(`there is nothing called ${target}`);
    const wire = this.#wires.get(target);
    switch (row.layer) {
      case 'wire':
        if (wire === undefined) return refuse(`${row.name} befalls a line, and ${target} is none`);
        return this.#injectWire(wire, target, row.name as WireFaultName, parameters);
      case 'cable':
        return this.#setCable(target, true);
      case 'board':
        return this.#injectBoard(target, row.name as BoardFaultName, parameters);
      case 'network': {
        const network = networks.get(target);
        if (network === undefined) return refuse(`${row.name} befalls a network (${[...networks.keys()].join(', ')}), and ${target} is none`);
        network.setFault({ name: row.name, ms: parameters.ms });
        return done;
      }
      case 'host':
        if (host?.name !== target) return refuse(`${row.name} befalls the machine of the gateway (${host?.name}), and ${target} is not that`);
        host.inject(row.name, parameters.ms);
        return done;
    }
  }

  /** The wire faults that can befall a line; none where there is no such line. */
  wireFaultsOn(line: string): readonly WireFaultName[] {
    const names = Object.keys(wireFaults) as WireFaultName[];
    return this.#wires.has(line) ? names.filter((name) => this.#whyNot(line, name) === null) : [];
  }

  /** Why a wire fault cannot befall a line, in a sentence. */
  #whyNot(line: string, name: WireFaultName): string | null {
    const { site, boards } = this.#options;
    if (!this.#isPlain(line)) return null;
    const reach = reachOf(name);
    if (reach === 'modbus') return `${name} befalls answers in Modbus frames, and ${line} speaks others`;
    if (reach === 'answers' && frameDeviceOn(site, boards(), line)?.talk !== 'answers')
      return `${name} befalls an answer, and what is on ${line} speaks unasked`;
    return null;
  }

  #isPlain(line: string): boolean {
    return this.#options.site.lines.some(({ id, framing }) => id === line && framing === 'plain');
  }

  #injectWire(wire: FaultyWire, target: string, name: WireFaultName, parameters: FaultOrder['parameters']): Answer {
    const why = this.#whyNot(target, name);
    if (why !== null) return refuse(why);
    if (parameters.unit !== undefined && this.#isPlain(target)) return refuse(`unit chooses among Modbus units, and ${target} has none`);
    wire.inject({ ...parameters, p: parameters.p ?? 1, name });
    return done;
  }

  #injectBoard(target: string, name: BoardFaultName, parameters: FaultOrder['parameters']): Answer {
    const board = this.#options.boards().get(target);
    if (board === undefined) return refuse(`${name} befalls a device, and ${target} is none`);
    const kinds: readonly string[] = boardFaults[name].on;
    if (!kinds.includes(board.kind)) return refuse(`${name} befalls a ${kinds.join(' or ')}, and ${target} is a ${board.kind}`);
    if ((name === 'torn-read' || name === 'status-lag') && board.map === undefined) return refuse(`${name} befalls registers, and ${target} has none`);
    if (name === 'kept-tare' && !keepsTare(board.model))
      return refuse(`${name} befalls a scale whose frames carry a tare that is not in use, and ${target} is none`);
    board.setFaults([...board.faults.filter((fault) => fault.name !== name), { name, grams: parameters.grams, ms: parameters.ms }]);
    return done;
  }

  #setCable(target: string, out: boolean): Answer {
    const wire = this.#wires.get(target);
    if (wire !== undefined) wire.setCut(out);
    else if (!this.#options.site.readers.some(({ id }) => id === target)) return refuse(`${target} has no cable of its own; name a line or a reader`);
    else if (out) this.#mute.add(target);
    else this.#mute.delete(target);
    return done;
  }

  #clear({ target, name }: FaultInForce): void {
    if (name === 'cable-pulled') this.#setCable(target, false);
    this.#wires.get(target)?.clear(name as WireFaultName);
    this.#options.networks.get(target)?.setFault(undefined);
    if (target === this.#options.host?.name) this.#options.host.clear(name);
    const board = this.#options.boards().get(target);
    board?.setFaults(board.faults.filter((fault) => fault.name !== name));
  }
}
