/** The end of a demo: what happened, and whether every invariant held. Everything is counted from the log and the boards, not remembered. */

import { yuan } from '../core/line.ts';
import type { Language } from '../core/timeline.ts';
import type { Village } from '../runtime.ts';

export interface DemoSummary {
  readonly seconds: number;
  readonly rolls: number;
  readonly weighings: number;
  readonly points: number;
  readonly events: number;
  readonly verified: number;
  readonly overMqtt: number;
  readonly problems: readonly string[];
  readonly sound: boolean;
}

/** `watch` is what our own subscriber saw over MQTT: verified events, and messages that did not verify or left a gap. */
export function summarize(village: Village, watch: { readonly verified: number; readonly bad: number; readonly last: number }, seconds: number): DemoSummary {
  const { store, field } = village;
  const chain = store.verify();
  const problems = store.ledger.problems().map(({ check, detail }) => `${check}: ${detail}`);
  if (chain.problem !== null) problems.push(`event ${chain.problem.sequence}: ${chain.problem.detail}`);
  if (watch.bad > 0) problems.push(`${watch.bad} message(s) over MQTT did not verify or left a gap`);
  if (watch.last < store.head.sequence) problems.push(`events ${watch.last + 1} to ${store.head.sequence} did not arrive over MQTT`);
  for (const row of store.ledger.dispensers()) {
    const status = field?.dispensers.get(row.device)?.status;
    if (status !== null && status !== undefined && status.ctrOut !== row.ctrOut)
      problems.push(`${row.device} counted ${status.ctrOut} rolls, the ledger ${row.ctrOut}`);
    if (store.jobs.open(row.device) !== undefined) problems.push(`${row.device} has an open job`);
    if (row.suspense !== 0) problems.push(`${row.device} has ${row.suspense} roll(s) in suspense`);
  }
  const counts = store.counts();
  const points = -store.ledger.balance('issuance/recyclables', 'points');
  const facts = { seconds, rolls: counts['bag.roll.issued'] ?? 0, weighings: counts['weigh.committed'] ?? 0, points, events: store.head.sequence };
  return { ...facts, verified: chain.checked, overMqtt: watch.verified, problems, sound: problems.length === 0 };
}

export function describeSummary(summary: DemoSummary, language: Language): string {
  const { rolls, weighings, points, events, verified, overMqtt, problems } = summary;
  const seconds = summary.seconds.toFixed(0);
  const lines =
    language === 'zh'
      ? [
          `\n运行 ${seconds} 秒。账本共有：发袋 ${rolls} 卷，称重 ${weighings} 次，积分 ${points} 分（${yuan(points)} 元）。`,
          `事件 ${events} 条，验证通过 ${verified} 条；经 MQTT 收到并验证 ${overMqtt} 条。`,
        ]
      : [
          `\n${seconds} s. The ledger holds ${rolls} rolls issued, ${weighings} weighings, ${points} points (${yuan(points)} yuan).`,
          `${events} events, ${verified} verified (signature and chain); ${overMqtt} received over MQTT and verified.`,
        ];
  const verdict =
    problems.length === 0
      ? language === 'zh'
        ? '账目平衡，计数相符。'
        : 'Ledger sums are zero, counters agree, no hold is open.'
      : problems.map((problem) => `WRONG  ${problem}`).join('\n');
  return [...lines, verdict].join('\n');
}
