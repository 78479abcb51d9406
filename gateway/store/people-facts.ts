/** What decisions may know about households and their credentials: pseudonyms and keyed hashes, never names (personal.ts has those). */
import type { Sqlite } from './database.ts';

export interface HouseholdRow {
  readonly household: string;
  readonly members: number;
}
export interface CredentialRow {
  readonly household: string;
  readonly state: 'active' | 'lost' | 'replaced';
}

export class PeopleFacts {
  readonly #all;
  readonly #one;
  readonly #credential;
  constructor(db: Sqlite) {
    this.#all = db.prepare<[], HouseholdRow>('SELECT household, members FROM household ORDER BY household');
    this.#one = db.prepare<[string], HouseholdRow>('SELECT household, members FROM household WHERE household = ?');
    this.#credential = db.prepare<[string], CredentialRow>('SELECT household, state FROM credential WHERE credential = ?');
  }
  households(): HouseholdRow[] {
    return this.#all.all();
  }
  household(household: string): HouseholdRow | undefined {
    return this.#one.get(household);
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
}
