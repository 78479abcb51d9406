/**
 * What a person does during an examination: which weight goes on which scale, which key is pressed, and what the terminal says before and after.
 * Prompts go to standard error, so that the answer of the command stays clean. What an act means for the point is judged in the gateway.
 */
import { createInterface } from 'node:readline/promises';
import type { AcceptanceReason } from '../../protocol/acceptance.ts';
import { describeReason } from '../acceptance-text.ts';
import { describeRefusal, type Language } from '../core/timeline.ts';
import type { OperationName } from '../web/operations.ts';
import type { CheckOutcome } from '../workflows/check-scale.ts';
import type { CommissionPlan } from '../workflows/commission.ts';

/** One visit to a sorting point. `ask` names the examination in every question. */
export interface Visit {
  readonly plan: CommissionPlan;
  readonly stop: AbortController;
  readonly language: Language;
  readonly ask: (name: OperationName, input: object) => Promise<unknown>;
}

const tell = ({ language }: Pick<Visit, 'language'>, zh: string, en: string): void => void process.stderr.write(`${language === 'zh' ? zh : en}\n`);
const kilograms = (grams: number): string => `${grams / 1000} kg`;

/** Whether somebody sits at the terminal who can be asked for a number. */
const isAttended = (): boolean => process.stdin.isTTY === true;

/** One typed line. @throws AbortError when the visit is called off. */
async function askPerson({ stop, language }: Visit, zh: string, en: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  terminal.on('SIGINT', () => stop.abort(new Error('SIGINT')));
  try {
    return (await terminal.question(language === 'zh' ? zh : en, { signal: stop.signal })).trim();
  } finally {
    terminal.close();
  }
}

/** Weighs on every scale of the plan, in order. A scale whose weight nobody names stays unexamined. */
export async function examineScales(visit: Visit, weights: ReadonlyMap<string, number>): Promise<void> {
  for (const scale of visit.plan.scales) {
    const { online } = (await visit.ask('commission.canWeigh', { scale })) as { online: boolean };
    if (!online) {
      tell(visit, `${scale} 没有应答，跳过。`, `${scale} does not answer; it is passed over.`);
      continue;
    }
    const grams = weights.get(scale) ?? (await askWeight(visit, scale));
    if (grams === undefined) continue;
    do tell(visit, ...weighingPrompt(scale, grams));
    while (await isWanted(visit, scale, (await visit.ask('commission.weigh', { scale, grams })) as CheckOutcome));
  }
}

const weighingPrompt = (scale: string, grams: number): [zh: string, en: string] => [
  `清空 ${scale}，等它归零，再放上 ${kilograms(grams)}。期间不接待村民。`,
  `Clear the tray of ${scale}, wait until it shows zero, then put ${kilograms(grams)} on it. Nobody is served meanwhile.`,
];

async function askWeight(visit: Visit, scale: string): Promise<number | undefined> {
  if (!isAttended()) {
    tell(visit, `${scale} 没有检查：用 --scale ${scale}=克数 说明砝码。`, `${scale} is not examined: name its check weight with --scale ${scale}=GRAMS.`);
    return undefined;
  }
  for (;;) {
    const said = await askPerson(visit, `${scale} 的砝码多少克（回车跳过）：`, `Grams of the check weight for ${scale} (Enter passes it over): `);
    if (said === '') return undefined;
    if (/^\d{1,8}$/.test(said) && Number(said) >= 1 && Number(said) <= 10_000_000) return Number(said);
    tell(visit, '请输入 1 到 10000000 的整数。', 'A whole number from 1 to 10000000.');
  }
}

/** Says what came out, and asks whether to weigh again where nothing did. */
async function isWanted(visit: Visit, scale: string, outcome: CheckOutcome): Promise<boolean> {
  if (outcome.kind !== 'refused') {
    const { readGrams, limitGrams, kind } = outcome;
    const shown = kind === 'passed' ? ['合格', 'passed'] : ['不合格', 'FAILED'];
    tell(
      visit,
      `${scale} 显示 ${readGrams} 克，允差 ${limitGrams} 克：${shown[0]}。`,
      `${scale} shows ${readGrams} g, ${limitGrams} g may be wrong: ${shown[1]}.`,
    );
    return false;
  }
  tell(visit, `没有称出结果：${describeRefusal(outcome.code, 'zh')}。`, `Nothing was weighed: ${describeRefusal(outcome.code, 'en')}.`);
  return isAttended() && (await askPerson(visit, '再来一次？(y/回车跳过) ', 'Once more? (y, Enter goes on) ')).toLowerCase() === 'y';
}

/** Watches one roll come out of every dispenser of the plan, in order. */
export async function examineDispensers(visit: Visit): Promise<void> {
  for (const dispenser of visit.plan.dispensers) {
    const said = (await visit.ask('commission.watchRoll', { dispenser })) as { outcome: RollOutcome | null };
    if (said.outcome === null) tell(visit, `现在按 ${dispenser} 的检修键：应出一卷。`, `Press the service key of ${dispenser} now: one roll must come out.`);
    const outcome = said.outcome ?? ((await visit.ask('commission.roll', { dispenser })) as RollOutcome);
    if (outcome.refusal === null) tell(visit, `${dispenser} 出了一卷，已记账。`, `${dispenser} gave one roll, and it is booked.`);
    else tell(visit, `${dispenser}：${describeReason(outcome.refusal, 'zh')}。`, `${dispenser}: ${describeReason(outcome.refusal, 'en')}.`);
  }
}

interface RollOutcome {
  readonly refusal: AcceptanceReason | null;
}
