/** What decisions may know about learning, volunteering and grades of doors. */
import { dayOf } from '../core/calendar.ts';
import type { DoorDay, Evaluation } from '../core/evaluation.ts';
import type { VolunteerList } from '../core/volunteering.ts';
import type { Sqlite } from './database.ts';

type EvaluationRow = Omit<Evaluation, 'enteredOn'> & { readonly enteredMs: number };
type ListRow = Omit<VolunteerList, 'households'> & { readonly households: string };
const evaluationColumns =
  'household, stream, day, revision, grade, reason, outcome, operator, second, entered_ms AS enteredMs, observed_ms AS observedMs, state, appeal';
const read = ({ enteredMs, ...row }: EvaluationRow): Evaluation => ({ ...row, enteredOn: dayOf(enteredMs) });

/** What was rewarded counts until the points are rejected or taken back. */
const rewarded = (table: 'learning_attendance' | 'volunteering', name: 'session' | 'activity', source: 'learning' | 'volunteering'): string =>
  `SELECT COUNT(*) FROM ${table} a WHERE a.household = ? AND a.month = ? AND a.outcome IN ('awarded', 'queued', 'gift')
    AND NOT EXISTS (SELECT 1 FROM point_queue q WHERE q.household = a.household AND q.reference = a.${name} AND q.source = '${source}' AND q.state = 'rejected')
    AND NOT EXISTS (SELECT 1 FROM point_entry e WHERE e.household = a.household AND e.reference = a.${name} AND e.source = '${source}'
      AND e.source <> 'recyclables' AND e.undone IS NOT NULL)`;

export class EarningFacts {
  readonly #session;
  readonly #attended;
  readonly #sessions;
  readonly #list;
  readonly #events;
  readonly #grade;
  readonly #revisions;
  readonly #warned;
  readonly #graded;
  readonly #appeals;
  constructor(db: Sqlite) {
    this.#session = db.prepare<[string], { session: string; day: string }>('SELECT session, day FROM learning_session WHERE session = ?');
    this.#attended = db.prepare<[string, string], number>('SELECT 1 FROM learning_attendance WHERE session = ? AND household = ?').pluck();
    this.#sessions = db.prepare<[string, string], number>(rewarded('learning_attendance', 'session', 'learning')).pluck();
    this.#list = db.prepare<[string], ListRow>('SELECT activity, day, households, listed_by AS listedBy, state FROM volunteer_list WHERE activity = ?');
    this.#events = db.prepare<[string, string], number>(rewarded('volunteering', 'activity', 'volunteering')).pluck();
    this.#grade = db.prepare<[string, string, string], EvaluationRow>(
      `SELECT ${evaluationColumns} FROM evaluation WHERE household = ? AND stream = ? AND day = ? AND outcome <> 'outdated' ORDER BY revision DESC LIMIT 1`,
    );
    this.#revisions = db.prepare<[string, string, string], number>('SELECT COUNT(*) FROM evaluation WHERE household = ? AND stream = ? AND day = ?').pluck();
    this.#warned = db.prepare<[string], number>("SELECT COUNT(*) FROM evaluation WHERE household = ? AND state = 'effective' AND outcome = 'warned'").pluck();
    this.#graded = db.prepare<[string, string, string, number], EvaluationRow>(
      `SELECT ${evaluationColumns} FROM evaluation WHERE household = ? AND day BETWEEN ? AND ? ORDER BY day DESC, stream, revision DESC LIMIT ?`,
    );
    this.#appeals = db.prepare<[number], EvaluationRow>(
      `SELECT ${evaluationColumns} FROM evaluation WHERE appeal = 'open' AND state = 'effective' ORDER BY entered_ms LIMIT ?`,
    );
  }
  session(session: string): { readonly session: string; readonly day: string } | undefined {
    return this.#session.get(session);
  }
  /** Whether a household is on a list of a session. */
  attended(session: string, household: string): boolean {
    return this.#attended.get(session, household) !== undefined;
  }
  /** Sessions of a month, `YYYY-MM`, a household was rewarded for or waits for. */
  rewardedSessions(household: string, month: string): number {
    return this.#sessions.get(household, month) ?? 0;
  }
  volunteerList(activity: string): VolunteerList | undefined {
    const row = this.#list.get(activity);
    return row && { ...row, households: JSON.parse(row.households) as string[] };
  }
  /** Volunteering of a month a household was rewarded for or waits for. */
  rewardedVolunteering(household: string, month: string): number {
    return this.#events.get(household, month) ?? 0;
  }
  /** The grade of a door, stream and day that counts, or the one the supervisors took away. */
  grade({ household, stream, day }: DoorDay): Evaluation | undefined {
    const row = this.#grade.get(household, stream, day);
    return row && read(row);
  }
  /** Grades of a door, stream and day that were ever told. */
  revisions({ household, stream, day }: DoorDay): number {
    return this.#revisions.get(household, stream, day) ?? 0;
  }
  /** Effective grades that only warned, ever. */
  warned(household: string): number {
    return this.#warned.get(household) ?? 0;
  }
  /** Grades of a household from day to day, newest first, superseded ones too. */
  grades(household: string, from: string, to: string, limit: number): Evaluation[] {
    return this.#graded.all(household, from, to, limit).map(read);
  }
  /** Appeals nobody has decided on, oldest grade first. */
  openAppeals(limit: number): Evaluation[] {
    return this.#appeals.all(limit).map(read);
  }
}
