/**
 * The slip printers of a village, by the station they stand at: what happened there goes on paper where there is one. It knows no name and no
 * household, and holds nothing up.
 */

import type { LoadedSite } from './config-file.ts';
import { formatLocal } from './core/calendar.ts';
import { emptyMagazineSlip, weighingSlip } from './core/slips.ts';
import type { Log } from './log.ts';
import type { Machine } from './machine.ts';
import { Printer, type PrinterState } from './southbound/printer.ts';
import type { Store } from './store/store.ts';
import type { VillageTime } from './village-time.ts';
import type { DispenserOutcome } from './workflows/draw.ts';
import type { WeighOutcome } from './workflows/weigh-for-points.ts';

export interface CounterPrintersOptions {
  readonly machine: Machine;
  readonly site: LoadedSite;
  readonly store: Pick<Store, 'head'>;
  readonly time: VillageTime;
  readonly signal: AbortSignal;
  readonly background: (name: string, task: Promise<void>) => void;
  readonly log: Log;
}

export class CounterPrinters {
  readonly #options: CounterPrintersOptions;
  readonly #printers: ReadonlyMap<string, Printer>;

  constructor(options: CounterPrintersOptions) {
    this.#options = options;
    const { machine, log, background, signal, site } = options;
    this.#printers = new Map(
      site.config.printers.map(({ id, serves, transport }) => {
        const onChange = (state: PrinterState) => log.info({ printer: id, state }, 'a printer came, went or wants paper');
        // Never recorded: time and number of a slip lead to whoever it was for.
        const printer = new Printer({ transport, clock: machine.clock, openStream: machine.openStream, onChange });
        background(`printer ${id}`, printer.run(signal));
        return [serves, printer];
      }),
    );
  }

  print(station: string, outcome: DispenserOutcome | WeighOutcome): void {
    const printer = this.#printers.get(station);
    if (printer === undefined) return;
    const { store, time } = this.#options;
    const place = { time: formatLocal(time.clock.now()), number: store.head.sequence };
    if (outcome.kind === 'awarded') printer.print(weighingSlip(place, outcome.netGrams, outcome.points));
    if (outcome.kind === 'refused' && outcome.code === 'magazine_empty') printer.print(emptyMagazineSlip(place));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#printers.values()].map((printer) => printer.close()));
  }
}
