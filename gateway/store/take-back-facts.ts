/** What is known of hazardous waste and pesticide packaging. */
import type { TakeBackStream } from '../../protocol/take-back.ts';
import type { Campaign, OpenBalance } from '../core/take-back.ts';
import type { Sqlite } from './database.ts';

/** One line of the ledger the law asks for. `household` and `farm` are pseudonym and keyed hash. */
export interface TakeBackEntry {
  readonly seq: number;
  readonly direction: 'in' | 'out';
  readonly day: string;
  readonly household: string | null;
  readonly farm: string | null;
  readonly receiver: string | null;
  readonly signature: string | null;
  readonly transfer: number | null;
  readonly lines: readonly { readonly kind: string; readonly pieces: number }[];
  readonly netGrams: number;
}
type StoredEntry = Omit<TakeBackEntry, 'lines'> & { readonly lines: string };

export class TakeBackFacts {
  readonly #campaigns;
  readonly #last;
  readonly #open;
  readonly #entries;
  constructor(db: Sqlite) {
    this.#campaigns = db.prepare<[], Campaign>('SELECT campaign, stream, from_day AS "from", to_day AS "to" FROM campaign ORDER BY from_day, campaign');
    this.#last = db.prepare<[string], number>('SELECT COALESCE(MAX(transfer), 0) FROM take_back WHERE stream = ?').pluck();
    this.#open = db.prepare<[string], OpenBalance>(`SELECT stream, since_ms AS sinceMs, last_received_ms AS lastReceivedMs,
      last_handed_over_ms AS lastHandedOverMs FROM take_back_open WHERE stream = ?`);
    this.#entries = db.prepare<[string, string, string, number, number], StoredEntry>(`SELECT seq, direction, day, household, farm, receiver, signature,
      transfer, lines, net_grams AS netGrams FROM take_back WHERE stream = ? AND day BETWEEN ? AND ? AND seq > ? ORDER BY seq LIMIT ?`);
  }
  /** By their first day. */
  campaigns(): Campaign[] {
    return this.#campaigns.all();
  }
  /** Number of the next transfer of a stream. */
  nextTransfer(stream: TakeBackStream): number {
    return (this.#last.get(stream) ?? 0) + 1;
  }
  open(stream: TakeBackStream): OpenBalance {
    return this.#open.get(stream) ?? { stream, sinceMs: null, lastReceivedMs: null, lastHandedOverMs: null };
  }
  /** Entries after `after` of days `from` to `to`, in order. */
  entries(stream: TakeBackStream, days: { readonly from: string; readonly to: string }, after: number, limit: number): TakeBackEntry[] {
    return this.#entries.all(stream, days.from, days.to, after, limit).map((row) => ({ ...row, lines: JSON.parse(row.lines) as TakeBackEntry['lines'] }));
  }
}
