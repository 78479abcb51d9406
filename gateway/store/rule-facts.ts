/** Rules and price lists the village has recorded, in the order they were. Those of the site file stand before them. */
import type { Tariff } from '../../protocol/tariff.ts';
import type { VillageRules } from '../../protocol/village-rules.ts';
import type { DatedRules } from '../core/rule-book.ts';
import type { Sqlite } from './database.ts';

export class RuleFacts {
  readonly #rules;
  readonly #tariffs;
  constructor(db: Sqlite) {
    this.#rules = db.prepare<[], { version: string; from_day: string; rules: string }>('SELECT version, from_day, rules FROM rule_set ORDER BY seq');
    this.#tariffs = db.prepare<[], string>('SELECT tariff FROM tariff ORDER BY seq').pluck();
  }
  rules(): DatedRules[] {
    return this.#rules.all().map(({ version, from_day: from, rules }) => ({ version, from, rules: JSON.parse(rules) as VillageRules }));
  }
  tariffs(): Tariff[] {
    return this.#tariffs.all().map((text) => JSON.parse(text) as Tariff);
  }
}
