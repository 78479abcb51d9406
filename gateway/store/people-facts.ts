/** What decisions may know about households and their credentials: pseudonyms and keyed hashes, never names (personal.ts has those). */
import type { Standing } from '../core/consent.ts';
import type { Sqlite } from './database.ts';

export interface HouseholdRow {
  readonly household: string;
  readonly members: number;
}
/** A household with its days; `closedMs` is null while it lives. */
export interface HouseholdLife extends HouseholdRow {
  readonly registeredMs: number;
  readonly closedMs: number | null;
  readonly successor: string | null;
}
export interface CredentialRow {
  readonly household: string;
  readonly state: 'active' | 'lost' | 'replaced' | 'closed';
}
/** One card of a household, by its keyed hash. */
export interface OwnCredential {
  readonly credential: string;
  readonly state: CredentialRow['state'];
  readonly sinceMs: number;
}
/** Somebody looked at a household, or knew it without a card. */
export interface Look {
  readonly seq: number;
  readonly household: string;
  readonly kind: 'identified' | 'exported';
  readonly operator: string;
  readonly second: string | null;
  readonly atMs: number;
}

const lookColumns = 'seq, household, kind, operator, second, at_ms AS atMs';

export class PeopleFacts {
  readonly #all;
  readonly #one;
  readonly #life;
  readonly #credential;
  readonly #credentials;
  readonly #commitment;
  readonly #consents;
  readonly #looks;
  readonly #look;
  readonly #known;
  readonly #pending;
  readonly #due;
  readonly #erased;
  readonly #isErased;
  constructor(db: Sqlite) {
    this.#all = db.prepare<[], HouseholdRow>('SELECT household, members FROM household WHERE closed_ms IS NULL ORDER BY household');
    this.#one = db.prepare<[string], HouseholdRow>('SELECT household, members FROM household WHERE household = ? AND closed_ms IS NULL');
    this.#life = db.prepare<[string], HouseholdLife>(
      'SELECT household, members, registered_ms AS registeredMs, closed_ms AS closedMs, successor FROM household WHERE household = ?',
    );
    this.#credential = db.prepare<[string], CredentialRow>('SELECT household, state FROM credential WHERE credential = ?');
    this.#credentials = db.prepare<[string], OwnCredential>(
      'SELECT credential, state, since_ms AS sinceMs FROM credential WHERE household = ? ORDER BY since_ms, credential',
    );
    this.#commitment = db.prepare<[string], NonNullable<Standing['commitment']>>('SELECT state, day FROM commitment WHERE household = ?');
    this.#consents = db.prepare<[string], { readonly purpose: 'processing' | 'honourList'; readonly state: 'given' | 'withdrawn' }>(
      'SELECT purpose, state FROM consent WHERE household = ?',
    );
    this.#looks = db.prepare<[string, number], Look>(`SELECT ${lookColumns} FROM household_look WHERE household = ? ORDER BY seq DESC LIMIT ?`);
    this.#look = db.prepare<[number], Look>(`SELECT ${lookColumns} FROM household_look WHERE seq = ?`);
    this.#known = db
      .prepare<[string, string], number>("SELECT MAX(at_ms) FROM household_look WHERE household = ? AND operator = ? AND kind = 'identified'")
      .pluck();
    this.#pending = db
      .prepare<{ household: string }, number>(`SELECT (SELECT COUNT(*) FROM job WHERE household = @household AND state IN ('open', 'indeterminate'))
        + (SELECT COUNT(*) FROM redemption WHERE household = @household AND state = 'held')
        + (SELECT COUNT(*) FROM point_queue WHERE household = @household AND state = 'queued')
        + (SELECT COUNT(*) FROM evaluation WHERE household = @household AND appeal = 'open' AND state = 'effective')`)
      .pluck();
    this.#due = db
      .prepare<[number, number], string>(`SELECT household FROM household WHERE closed_ms IS NOT NULL AND closed_ms <= ?
        AND NOT EXISTS (SELECT 1 FROM erasure WHERE subject = household.household) ORDER BY closed_ms LIMIT ?`)
      .pluck();
    this.#isErased = db.prepare<[string], number>("SELECT 1 FROM erasure WHERE subject = ? AND kind = 'household'").pluck();
    this.#erased = db.prepare<[string], string>('SELECT subject FROM erasure WHERE kind = ? ORDER BY subject').pluck();
  }
  /** Every household there is; closed ones are none any more. */
  households(): HouseholdRow[] {
    return this.#all.all();
  }
  /** Undefined for a closed one. */
  household(household: string): HouseholdRow | undefined {
    return this.#one.get(household);
  }
  /** A household, closed or not. */
  life(household: string): HouseholdLife | undefined {
    return this.#life.get(household);
  }
  /** By keyed hash, 32 hex digits; revoked ones too. */
  credential(credential: string): CredentialRow | undefined {
    return this.#credential.get(credential);
  }
  /** Household of a credential that counts. */
  credentialOwner(credential: string): string | undefined {
    const row = this.credential(credential);
    return row?.state === 'active' ? row.household : undefined;
  }
  /** Every card a household ever had, oldest first. */
  credentials(household: string): OwnCredential[] {
    return this.#credentials.all(household);
  }
  /** What a household said; null for what it never said. */
  standing(household: string): Standing {
    const said = new Map(this.#consents.all(household).map(({ purpose, state }) => [purpose, state]));
    return { commitment: this.#commitment.get(household) ?? null, processing: said.get('processing') ?? null, honourList: said.get('honourList') ?? null };
  }
  /** Who looked or knew the household without a card, newest first. */
  looks(household: string, limit: number): Look[] {
    return this.#looks.all(household, limit);
  }
  /** By the number of its event. */
  look(sequence: number): Look | undefined {
    return this.#look.get(sequence);
  }
  /** When this operator last knew the household without a card. Unit: ms since 1970; null for never. */
  identifiedAt(household: string, operator: string): number | null {
    return this.#known.get(household, operator) ?? null;
  }
  /** What has no end yet: orders at dispensers, goods held at the shop, points that wait for the committee, appeals. */
  pending(household: string): number {
    return this.#pending.get({ household }) ?? 0;
  }
  /** Households closed at or before `untilMs` whose record is not erased, oldest first. */
  erasuresDue(untilMs: number, limit: number): string[] {
    return this.#due.all(untilMs, limit);
  }
  /** Whether the record of a household was destroyed. */
  isErased(household: string): boolean {
    return this.#isErased.get(household) !== undefined;
  }
  /** Everybody whose record was destroyed: pseudonyms of households, or functions of operators. */
  erased(kind: 'household' | 'operator'): string[] {
    return this.#erased.all(kind);
  }
}
