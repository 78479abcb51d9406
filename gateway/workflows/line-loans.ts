/**
 * Lending a line to a technician's command: the gateway lets go of the port, the command opens it at whatever speed it likes, and the line
 * comes back when it is returned or when nobody has said for a minute that it is still needed. A line is never lent while a roll is on its
 * way, and only to one borrower at a time.
 */

import type { Clock } from '../clock.ts';
import { GatewayError } from '../errors.ts';
import { loanKeptMs, loanLookMs } from '../limits.ts';
import type { LineTransport } from '../southbound/line-wire.ts';

/** A line as the lender sees it, and what a borrower needs to open it. */
export interface LoanableLine {
  readonly line: { lend(reason: string): Promise<void>; takeBack(): void };
  readonly transport: LineTransport;
}

export interface LoanOptions {
  /** By name. */
  readonly lines: ReadonlyMap<string, LoanableLine>;
  /** Devices that have a port of their own, which the gateway cannot let go of while it runs. */
  readonly ports: readonly string[];
  /** Why a line cannot be let go of just now, in a sentence; null when it can. */
  readonly busy: (line: string) => string | null;
  /** The wire clock. */
  readonly wire: Clock;
}

interface Loan {
  readonly line: string;
  readonly borrower: string;
  keptAtMs: number;
  readonly returned: AbortController;
}

/** Why `line` cannot be had, and what to do. `lines` and `ports` are what the site has. */
export function refusalOf(line: string, lines: readonly string[], ports: readonly string[]): string {
  if (ports.includes(line))
    return `${line} has a port of its own, and the gateway lends only lines. Stop the gateway, then name the port of ${line} with --port.`;
  return `There is no line ${line}; this site has ${lines.join(', ') || 'none'}.`;
}

export class LineLoans {
  readonly #options: LoanOptions;
  readonly #loans = new Map<number, Loan>();
  #lastToken = 0;

  constructor(options: LoanOptions) {
    this.#options = options;
  }

  /**
   * Lets go of a line. `borrower` names who has it, in refusals and on the status page.
   * @throws GatewayError usage for a line this site does not have, or a port that is none; line_lent while somebody has it or a job is open on it.
   */
  async borrow(line: string, borrower: string): Promise<{ readonly token: number; readonly transport: LineTransport }> {
    const { lines, ports, busy, wire } = this.#options;
    const found = lines.get(line);
    if (found === undefined) throw new GatewayError('usage', refusalOf(line, [...lines.keys()], ports));
    const other = [...this.#loans.values()].find((loan) => loan.line === line);
    if (other !== undefined) throw new GatewayError('line_lent', `Line ${line} is lent to ${other.borrower}.`);
    const why = busy(line);
    if (why !== null) throw new GatewayError('line_lent', `Line ${line} cannot be lent now: ${why}`);
    this.#lastToken += 1;
    const token = this.#lastToken;
    const loan: Loan = { line, borrower, keptAtMs: wire.monotonicMs(), returned: new AbortController() };
    this.#loans.set(token, loan);
    await found.line.lend(`it is lent to ${borrower}`);
    void this.#watch(token, loan);
    return { token, transport: found.transport };
  }

  /** The borrower still needs the line. Returns whether it still has it. */
  keep(token: number): boolean {
    const loan = this.#loans.get(token);
    if (loan !== undefined) loan.keptAtMs = this.#options.wire.monotonicMs();
    return loan !== undefined;
  }

  /** Takes the line back into service. Returns whether it was lent. */
  giveBack(token: number): boolean {
    const loan = this.#loans.get(token);
    if (loan === undefined) return false;
    this.#loans.delete(token);
    loan.returned.abort();
    this.#options.lines.get(loan.line)?.line.takeBack();
    return true;
  }

  /** Gives back everything, for a stop. */
  close(): void {
    for (const token of [...this.#loans.keys()]) this.giveBack(token);
  }

  async #watch(token: number, loan: Loan): Promise<void> {
    const { wire } = this.#options;
    while (!loan.returned.signal.aborted && wire.monotonicMs() - loan.keptAtMs < loanKeptMs)
      await wire.sleep(loanLookMs, `loan of ${loan.line}`, loan.returned.signal).catch(() => undefined);
    this.giveBack(token);
  }
}
