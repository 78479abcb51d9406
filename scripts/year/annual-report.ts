/**
 * The year in figures, added up from the verified events alone, and held against the balances the ledger kept meanwhile: points, cash, goods, rolls
 * and kilograms must agree to the last one.
 */
import type { Store } from '../../gateway/store/store.ts';
import { type LedgerUnit, ledgerUnits } from '../../protocol/events/fields.ts';
import { postingsOf } from '../../protocol/events.ts';

/** What moved between two kinds of account, in one unit. */
interface Flow {
  readonly unit: LedgerUnit;
  /** First part of an account name: `household`, `issuance`, `stock` ... */
  readonly kind: string;
  readonly amount: number;
}

export interface AnnualReport {
  readonly text: string;
  /** Empty when everything agrees. */
  readonly differences: readonly string[];
}

const kindOf = (account: string): string => account.slice(0, account.includes('/') ? account.indexOf('/') : undefined);
const shown = (unit: LedgerUnit, amount: number): string =>
  unit === 'grams'
    ? `${(amount / 1000).toFixed(3)} kg`
    : unit === 'points' || unit === 'fen'
      ? `${amount} (${(amount / 100).toFixed(2)} yuan)`
      : String(amount);

const unitNames: Readonly<Record<LedgerUnit, string>> = {
  points: '积分 points',
  fen: '现金 cash, fen',
  rolls: '垃圾袋 rolls',
  grams: '重量 kilograms',
  goods: '商品 goods',
};

/** @throws GatewayError store_damaged when an event does not verify. */
export function writeAnnualReport(store: Store): AnnualReport {
  const sums = new Map<string, number>();
  const accounts = new Map<string, number>();
  let events = 0;
  for (const { draft } of store.events()) {
    events += 1;
    for (const { account, unit, amount } of postingsOf(draft)) {
      const flow = `${unit} ${kindOf(account)}`;
      sums.set(flow, (sums.get(flow) ?? 0) + amount);
      accounts.set(`${unit} ${account}`, (accounts.get(`${unit} ${account}`) ?? 0) + amount);
    }
  }
  const flows = [...sums].map(([name, amount]): Flow => {
    const [unit, kind] = name.split(' ') as [LedgerUnit, string];
    return { unit, kind, amount };
  });
  return { text: wordReport(events, flows), differences: [...againstBalances(store, accounts), ...unbalanced(flows)] };
}

function wordReport(events: number, flows: readonly Flow[]): string {
  const lines = [`${events} events, every one verified`];
  for (const unit of ledgerUnits) {
    const own = flows.filter((flow) => flow.unit === unit).sort((a, b) => (a.kind < b.kind ? -1 : 1));
    if (own.length === 0) continue;
    lines.push('', `${unitNames[unit]}: where they came from (below zero) and where they are`);
    lines.push(...own.map(({ kind, amount }) => `  ${kind.padEnd(18)} ${shown(unit, amount)}`));
  }
  return lines.join('\n');
}

/** Each unit came from somewhere: what is anywhere adds up to nothing. */
const unbalanced = (flows: readonly Flow[]): string[] =>
  ledgerUnits.flatMap((unit) => {
    const sum = flows.filter((flow) => flow.unit === unit).reduce((total, { amount }) => total + amount, 0);
    return sum === 0 ? [] : [`${unit} add up to ${sum}`];
  });

function againstBalances(store: Store, accounts: ReadonlyMap<string, number>): string[] {
  const kept = new Map(store.ledger.balances().map(({ account, unit, amount }) => [`${unit} ${account}`, amount]));
  const names = new Set([...kept.keys(), ...accounts.keys()]);
  return [...names].flatMap((name) => {
    const [events, ledger] = [accounts.get(name) ?? 0, kept.get(name) ?? 0];
    return events === ledger ? [] : [`${name}: the events add up to ${events}, the ledger says ${ledger}`];
  });
}
