/**
 * The vending boards of a site: each alone on a plain line, with the rolls it holds kept over a restart of the simulator. Nobody comes to them
 * by himself: cards are typed, rolls are loaded by hand. What a board does with bytes is vending-board.ts's business.
 */
import { z } from 'zod';
import type { BoardMemory } from './dispenser-board.ts';
import { emptyMechanism } from './physics/dispenser-mechanism.ts';
import type { Random } from './random.ts';
import { SiteError } from './site-error.ts';
import type { MachineEvent } from './site-event.ts';
import type { SiteFile } from './site-file.ts';
import { VendingBoard } from './vending-board.ts';

export interface VendingMachinesOptions {
  readonly rows: SiteFile['vending'];
  readonly randomOf: (id: string) => Random;
  readonly memoryOf: (id: string) => BoardMemory;
  readonly wireMs: () => number;
  readonly sayOn: (line: string, bytes: Uint8Array) => boolean;
  readonly onEvent: (event: MachineEvent) => void;
  /** Holds a label before a reader. */
  readonly scan: (reader: string, label: string) => void;
}

type Row = SiteFile['vending'][number];

const magazineSchema = z.strictObject({ magazine: z.array(z.string().min(1).max(128)) });

export class VendingMachines {
  readonly #scan: VendingMachinesOptions['scan'];
  readonly #boards: ReadonlyMap<string, { readonly row: Row; readonly board: VendingBoard; readonly keep: () => void }>;

  constructor(options: VendingMachinesOptions) {
    this.#scan = options.scan;
    this.#boards = new Map(options.rows.map((row) => [row.id, open(row, options)]));
  }

  get isMoving(): boolean {
    return [...this.#boards.values()].some(({ board }) => board.mechanism.motorOn);
  }

  /** What the board of a plain line answers to bytes; undefined when none of ours is on it. */
  hear(line: string, bytes: Uint8Array | null): readonly Uint8Array[] | undefined {
    const found = [...this.#boards.values()].find(({ row }) => row.line === line);
    return found && (bytes === null ? [] : found.board.hear(bytes));
  }

  advance(elapsedMs: number): void {
    for (const { board } of this.#boards.values()) board.advance(elapsedMs);
  }

  /** By name. What was done by hand to one is kept with `keep`. */
  get boards(): ReadonlyMap<string, VendingBoard> {
    return new Map([...this.#boards].map(([id, { board }]) => [id, board]));
  }

  /** Puts rolls into one of ours, and holds each label before its exit reader as a keeper does. Returns why it cannot be done. */
  load(id: string, labels: readonly string[]): string | undefined {
    const found = this.#boards.get(id);
    if (found === undefined || !found.board.load(labels)) return `there is no room for ${labels.length} rolls`;
    for (const label of labels) if (found.row.exit !== undefined) this.#scan(found.row.exit, label);
    found.keep();
    return undefined;
  }

  keep(id: string): void {
    this.#boards.get(id)?.keep();
  }
}

function open(row: Row, { randomOf, memoryOf, wireMs, sayOn, onEvent }: VendingMachinesOptions) {
  const { id, model, line, capacity, jamProbability } = row;
  const memory = memoryOf(id);
  const kept = magazineSchema.safeParse(memory.value ?? { magazine: [] });
  if (!kept.success) throw new SiteError(`the memory of ${id} was written by another version; move it away to start with an empty magazine`);
  const counts = { ctrStart: 0, ctrOut: 0 };
  const keep = () => memory.commit({ magazine: board.mechanism.magazine });
  const board = new VendingBoard(
    {
      ...{ id, model, mechanism: { capacity, jamProbability }, random: randomOf(id), wireMs },
      onPower: (on) => onEvent({ event: 'power', device: id, on }),
      onMotion(what, label) {
        if (what === 'motor-start') {
          counts.ctrStart += 1;
          onEvent({ event: 'motor-start', device: id, job: null, label, ctrStart: counts.ctrStart });
        } else if (label !== null) {
          counts.ctrOut += 1;
          keep();
          onEvent({ event: 'roll-out', device: id, job: null, label, ctrOut: counts.ctrOut, ctrTest: 0 });
        }
      },
    },
    { ...emptyMechanism, magazine: kept.data.magazine },
  );
  board.stream((bytes) => sayOn(line, bytes));
  return { row, board, keep };
}
