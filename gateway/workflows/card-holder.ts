/** Whose card is this? The one place where the text of a card meets the households; nothing else may ask with a card in its hand. */
import { hashCredential } from '../../protocol/credential.ts';
import type { PeopleFacts } from '../store/people-facts.ts';

export type CardHolder = { readonly ok: true; readonly household: string } | { readonly ok: false; readonly code: 'card_unknown' | 'card_revoked' };

/** `code` is a card as credential.ts reads it, or undefined when what was read is no card; `key` is the gateway's credential secret. */
export function findCardHolder(people: Pick<PeopleFacts, 'credential'>, key: Uint8Array, code: string | undefined): CardHolder {
  const row = code === undefined ? undefined : people.credential(hashCredential(code, key));
  if (row === undefined) return { ok: false, code: 'card_unknown' };
  return row.state === 'active' ? { ok: true, household: row.household } : { ok: false, code: 'card_revoked' };
}
