/**
 * Who is at a page or a handheld: a badge and a PIN open a session, its token is named in every request, and it ends by itself. Sessions
 * live in memory only: after a restart everybody shows the badge again. Wrong PINs lock the badge for a while; nothing else is kept.
 */
import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { hashBadge } from '../../protocol/credential.ts';
import type { Role } from '../../protocol/roles.ts';
import type { Clock } from '../clock.ts';
import type { Actor } from '../core/authority.ts';
import { type Refused, refuse } from '../core/refusals.ts';
import { pinLockMs, pinTriesMax, sessionIdleMs, sessionMaxMs, sessionsMax } from '../limits.ts';
import type { OperatorRow } from '../store/operator-facts.ts';
import type { PersonalFile } from '../store/personal.ts';
import { checkPin, pinSchema } from '../store/pin.ts';
import type { Store } from '../store/store.ts';
import { badgeSchema } from '../workflows/stories/operators.ts';

export interface SessionsOptions {
  readonly store: Pick<Store, 'operators'>;
  readonly personal: Pick<PersonalFile, 'operators'>;
  readonly credentialKey: Uint8Array;
  /** Monotonic time only: a set clock neither ends nor prolongs a session. */
  readonly clock: Pick<Clock, 'monotonicMs'>;
}

/** What a badge and a PIN open. The token is shown once and kept as a hash. */
export interface OpenedSession {
  readonly ok: true;
  readonly token: string;
  readonly operator: string;
  readonly roles: readonly Role[];
  /** Without a request for this long the session ends. Unit: ms. */
  readonly idleMs: number;
}

interface Session {
  readonly operator: string;
  /** A session ends with its badge. */
  readonly badge: string;
  readonly openedMs: number;
  lastMs: number;
}
interface Failures {
  tries: number;
  lastMs: number;
}

/** What opens a session. */
export const badgeAndPin = z.strictObject({ badge: badgeSchema, pin: pinSchema });

const digest = (token: string): string => createHash('sha256').update(token).digest('hex');

export class Sessions {
  readonly #options: SessionsOptions;
  /** By hash of the token, the one used longest ago first. */
  readonly #sessions = new Map<string, Session>();
  /** By hash of the badge; at most one for each badge of the ledger. */
  readonly #failures = new Map<string, Failures>();

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** Opens a session, or says why not. */
  async open(badge: string, pin: string): Promise<OpenedSession | Refused> {
    const known = await this.identify(badge, pin);
    if ('ok' in known) return known;
    const token = randomBytes(24).toString('base64url');
    const nowMs = this.#nowMs();
    this.#sessions.set(digest(token), { operator: known.operator, badge: known.badge, openedMs: nowMs, lastMs: nowMs });
    if (this.#sessions.size > sessionsMax) this.#sessions.delete(this.#sessions.keys().next().value as string);
    return { ok: true, token, operator: known.operator, roles: known.roles, idleMs: sessionIdleMs };
  }

  /** Whose badge and PIN these are, without a session: for a second person who confirms one thing. */
  async identify(badge: string, pin: string): Promise<OperatorRow | Refused> {
    const { store, personal, credentialKey } = this.#options;
    const row = store.operators.byBadge(hashBadge(badge, credentialKey));
    if (row === undefined) return refuse('badge_unknown');
    if (row.state === 'suspended') return refuse('operator_suspended', { operator: row.operator });
    const failures = this.#failures.get(row.badge);
    if (failures !== undefined && this.#nowMs() - failures.lastMs >= pinLockMs) this.#failures.delete(row.badge);
    else if (failures !== undefined && failures.tries >= pinTriesMax) return refuse('pin_locked', { minutes: pinLockMs / 60_000 });
    const secret = personal.operators.read(row);
    // Counted before it is known whether it is right: tries that come all at once are all counted.
    this.#count(row.badge);
    if (secret === undefined || !(await checkPin(pin, secret.pin))) return refuse('pin_wrong');
    this.#failures.delete(row.badge);
    return row;
  }

  /** Whoever holds this token; undefined when the session is over or the operator may no longer do anything. */
  resolve(token: string): Actor | undefined {
    const key = digest(token);
    const session = this.#sessions.get(key);
    if (session === undefined) return undefined;
    this.#sessions.delete(key);
    const row = this.#options.store.operators.one(session.operator);
    const nowMs = this.#nowMs();
    const isOver = nowMs - session.lastMs >= sessionIdleMs || nowMs - session.openedMs >= sessionMaxMs;
    if (isOver || row === undefined || row.state === 'suspended' || row.badge !== session.badge) return undefined;
    session.lastMs = nowMs;
    this.#sessions.set(key, session);
    return row;
  }

  close(token: string): void {
    this.#sessions.delete(digest(token));
  }

  #count(badge: string): void {
    const tries = (this.#failures.get(badge)?.tries ?? 0) + 1;
    this.#failures.set(badge, { tries, lastMs: this.#nowMs() });
  }

  #nowMs(): number {
    return this.#options.clock.monotonicMs();
  }
}
