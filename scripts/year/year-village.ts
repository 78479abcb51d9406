/** A village that lives a year by its stories: the real ledger, names, keys, rules and background tasks, without devices. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Random, randomFor } from '../../device-sim/random.ts';
import { loadSite } from '../../gateway/config-file.ts';
import type { RefusalCode } from '../../gateway/core/refusals.ts';
import { openLog } from '../../gateway/log.ts';
import { openVillage, type Village } from '../../gateway/runtime.ts';
import { runOperation } from '../../gateway/web/operations.ts';
import { type StoryName, storyOf } from '../../gateway/workflows/stories.ts';
import { type Told, tellStory } from '../../gateway/workflows/story.ts';
import { CoarseTime } from './coarse-time.ts';
import { drawHouseholds, drawOperators, type Household, type Operator, rosterOf } from './people.ts';

export interface YearOptions {
  readonly folder: string;
  readonly households: number;
  readonly seed: number;
  readonly startedAtMs: number;
}

export class YearVillage {
  readonly time: CoarseTime;
  readonly random: Random;
  readonly people: readonly Household[];
  readonly operators: readonly Operator[];
  readonly village: Village;
  readonly logFile: string;
  readonly captureDir: string;
  /** How often a story was refused, by code: operators make mistakes, and the rules catch them. */
  readonly refusals = new Map<RefusalCode | 'malformed', number>();
  stories = 0;
  readonly #ids = new Map<string, string>();

  private constructor({ folder, households, seed, startedAtMs }: YearOptions) {
    this.random = randomFor(seed, 'year');
    this.time = new CoarseTime(startedAtMs);
    this.people = drawHouseholds(this.random, households);
    this.operators = drawOperators(this.random);
    this.logFile = join(folder, 'year.log');
    this.captureDir = join(folder, 'capture');
    this.village = openVillage({
      machine: this.time.machine(() => this.random.next()),
      site: loadSite(join(import.meta.dirname, '../../config/demo.yaml')),
      dataDir: join(folder, 'data'),
      training: null,
      log: openLog('debug', this.logFile),
      withField: false,
      announce: true,
      recordDir: this.captureDir,
    });
  }

  /** Opens it, imports the roster and enrols the operators. */
  static async open(options: YearOptions): Promise<YearVillage> {
    const made = new YearVillage(options);
    const { desk } = made.village;
    const fileBase64 = Buffer.from(rosterOf(made.people)).toString('base64');
    await runOperation(desk, 'roster.import', { fileBase64, skipBad: false, operator: 'founder' });
    for (const { operator, role, name, badge, pin } of made.operators) {
      const founded = desk.store.operators.list().length >= 2;
      const order = { story: 'operator.enrol', input: { enrolled: operator, name, roles: [role], badge, pin }, key: randomUUID() };
      const [first, second] = made.operators as [Operator, Operator];
      const who = founded ? { operator: first.operator, second: { badge: second.badge, pin: second.pin } } : { operator: 'founder', second: null };
      const told = (await runOperation(desk, 'story.tell', { ...order, ...who })) as Told;
      if (!told.ok) throw new Error(`${operator} was not enrolled: ${JSON.stringify(told)}`);
    }
    for (const household of made.people) made.idOf(household);
    return made;
  }

  get books() {
    return this.village.desk.books;
  }

  /** Tells a story, by an operator and a second one where a rule asks for it. */
  async tell(name: StoryName, input: unknown, by: string, second: string | null = null, key: string = randomUUID()): Promise<Told> {
    const actor = this.books.store.operators.one(by);
    const witness = second === null ? null : (this.books.store.operators.one(second) ?? null);
    if (actor === undefined) throw new Error(`there is no operator ${by}`);
    this.stories += 1;
    const told = await tellStory(this.books, name, storyOf(name), input, { actor, second: witness, key });
    if (!told.ok) {
      const code = 'issues' in told ? 'malformed' : told.refusal.code;
      this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
    }
    return told;
  }

  /** Counts what a counter refused. */
  note(code: string | null): void {
    if (code !== null) this.refusals.set(code as RefusalCode, (this.refusals.get(code as RefusalCode) ?? 0) + 1);
  }

  /** Pseudonym of a household of the roster, also when its name was erased. */
  idOf({ number }: Household): string {
    const known = this.#ids.get(number) ?? this.village.personal.find(number);
    if (known === undefined) throw new Error('a household of the roster was not imported');
    this.#ids.set(number, known);
    return known;
  }

  async close(): Promise<void> {
    await this.village.finish();
    await this.village.close();
  }
}
