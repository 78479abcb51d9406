/**
 * Which handhelds a village takes a day's work from, and what one may be told to check bags and cards without a network. Pure. Rule: R-49
 * (a handheld works offline for a day; one that is lost is revoked). Who uses one is known by badge and PIN, never by the device.
 */
import type { EventDraft } from '../../protocol/events.ts';
import { type Refused, refuse } from './refusals.ts';

export interface Handheld {
  readonly device: string;
  /** X25519, 64 hex digits. */
  readonly publicKey: string;
  readonly state: 'enrolled' | 'revoked';
  readonly sinceMs: number;
}
interface Ordered {
  readonly operator: string;
  readonly second: string | null;
}
type Drafted = { readonly ok: true; readonly drafts: readonly EventDraft[] } | Refused;

/** a name serves once, so that a revoked handheld cannot come back under it. */
export function decideHandheldEnrolment(known: Handheld | undefined, device: string, publicKey: string, { operator, second }: Ordered): Drafted {
  if (known !== undefined) return refuse('handheld_known', { device });
  return { ok: true, drafts: [{ name: 'handheld.enrolled', subject: device, data: { operator, second, device, publicKey } }] };
}

/** a handheld that is lost, broken or replaced; said again it changes nothing. */
export function decideRevocation(known: Handheld | undefined, device: string, reason: 'lost' | 'broken' | 'replaced', { operator, second }: Ordered): Drafted {
  if (known === undefined) return refuse('handheld_unknown', { device });
  if (known.state === 'revoked') return { ok: true, drafts: [] };
  return { ok: true, drafts: [{ name: 'handheld.revoked', subject: device, data: { operator, second, device, reason } }] };
}

/** null when work may be taken from this handheld and the table given to it. */
export function judgeHandheld(known: Handheld | undefined, device: string): Refused | null {
  if (known === undefined) return refuse('handheld_unknown', { device });
  return known.state === 'revoked' ? refuse('handheld_revoked', { device }) : null;
}
