/** The devices of a site that have a plain line of their own and are neither scale nor dispenser. Each of them is alone on its line. */
import type { BinBoard } from './bin-board.ts';
import { openModem, openPrinter } from './counter-units.ts';
import type { FrameBoard } from './frame-board.ts';
import { openLockBoard } from './lock-unit.ts';
import { SiteError } from './site-error.ts';
import type { MachineEvent } from './site-event.ts';
import type { SiteFile } from './site-file.ts';

export interface FrameBoardsOptions {
  readonly site: Pick<SiteFile, 'locks' | 'printers' | 'modems'>;
  readonly bins: ReadonlyMap<string, BinBoard>;
  /** Says bytes on a plain line. */
  readonly sayOn: (line: string, bytes: Uint8Array) => boolean;
  readonly onEvent: (event: MachineEvent) => void;
}

export class FrameBoards {
  /** By name. */
  readonly boards: ReadonlyMap<string, FrameBoard>;
  readonly #options: FrameBoardsOptions;
  readonly #byLine: ReadonlyMap<string, FrameBoard>;

  constructor(options: FrameBoardsOptions) {
    this.#options = options;
    const { site, bins, onEvent } = options;
    const locks = site.locks.map((row) => {
      const hatches = bins.get(row.bin);
      if (hatches === undefined) throw new SiteError(`${row.id}: there is no bin ${row.bin}`);
      return { line: row.line, board: openLockBoard(row, hatches, onEvent) };
    });
    const printers = site.printers.map(({ id, line }) => ({ line, board: openPrinter(id, onEvent) }));
    const modems = site.modems.map(({ id, line }) => ({ line, board: openModem(id, onEvent) }));
    const placed = [...locks, ...printers, ...modems];
    this.boards = new Map(placed.map(({ board }) => [board.id, board]));
    this.#byLine = new Map(placed.map(({ line, board }) => [line, board]));
  }

  /** What the device of a plain line answers, null when a wire was opened; undefined when none of ours is on it. */
  hear(line: string, bytes: Uint8Array | null): readonly Uint8Array[] | undefined {
    const board = this.#byLine.get(line);
    if (bytes === null) board?.openWire();
    return board && (bytes === null ? [] : board.hear(bytes));
  }

  advance(elapsedMs: number): void {
    for (const [line, board] of this.#byLine) {
      board.advance(elapsedMs);
      for (const bytes of board.said()) this.#options.sayOn(line, bytes);
    }
  }
}
