/**
 * How the API says no: application/problem+json with a stable code and a sentence in Chinese and English. Source: RFC 9457. A stack, a path
 * or a name never leaves through here.
 */
import { type Refusal, type refusals, sayRefusal } from '../core/refusals.ts';
import type { GatewayError } from '../errors.ts';

export interface Problem {
  /** `urn:sifen:problem:` and the code. */
  readonly type: string;
  readonly status: number;
  readonly code: string;
  /** Chinese, as pages show it. */
  readonly title: string;
  /** English. */
  readonly detail: string;
  readonly facts?: Refusal['facts'];
  /** Bad fields, by path in the input. */
  readonly issues?: readonly { readonly path: string; readonly message: string }[];
}

export const problemType = 'application/problem+json; charset=utf-8';
const typeOf = (code: string): string => `urn:sifen:problem:${code}`;

/** Codes that say who may not, rather than what may not be. */
const forbidden: ReadonlySet<string> = new Set<keyof typeof refusals>([
  ...(['role_missing', 'second_person_needed', 'second_person_same', 'second_role_missing', 'own_household', 'second_own_household'] as const),
  ...(['badge_unknown', 'second_session_needed', 'pin_wrong', 'pin_locked', 'operator_suspended', 'handheld_unknown', 'handheld_revoked'] as const),
]);

export function problemOf(refusal: Refusal): Problem {
  const { zh, en } = sayRefusal(refusal);
  const status = refusal.code === 'session_needed' ? 401 : forbidden.has(refusal.code) ? 403 : 409;
  return { type: typeOf(refusal.code), status, code: refusal.code, title: zh, detail: en, facts: refusal.facts };
}

/** A request that is no request: a bad field, a missing header, a body that is no JSON. */
export function malformed(issues: readonly { readonly path: string; readonly message: string }[]): Problem {
  const first = issues[0];
  const place = first === undefined || first.path === '' ? '' : `${first.path}: `;
  return {
    type: typeOf('malformed'),
    status: 400,
    code: 'malformed',
    title: '请求的内容有误，什么都没有改。',
    detail: `${place}${first?.message ?? 'not a request'}`,
    issues,
  };
}

export const unknownPlace: Problem = { type: typeOf('unknown'), status: 404, code: 'unknown', title: '没有这个功能。', detail: 'There is nothing here.' };
export const tooLarge: Problem = { type: typeOf('too_large'), status: 413, code: 'too_large', title: '内容太大。', detail: 'The body is too large.' };
export const ownFault: Problem = {
  type: typeOf('gateway_fault'),
  status: 500,
  code: 'gateway_fault',
  title: '网关自身出错，请联系技术员。',
  detail: 'The gateway met a fault of its own; its log says more.',
};

/** The outside world failing: a full disk, a gateway that stops. */
export const failure = ({ code, message, hint }: GatewayError): Problem => ({
  type: typeOf(code),
  status: 503,
  code,
  title: '网关现在办不了，请稍后再试。',
  detail: `${message} ${hint}`,
});
