/**
 * A line of the village in the hands of a command: borrowed from the gateway that runs on the data folder and given back at the end, or
 * taken from the site file when none runs. Ctrl-C gives it back too; a command that is killed loses it after a minute.
 */
import { wireClock } from '../clock.ts';
import { ownPorts } from '../config.ts';
import { socketIn } from '../data-folder.ts';
import { GatewayError } from '../errors.ts';
import { loanKeepEveryMs } from '../limits.ts';
import type { LineTransport } from '../southbound/line-wire.ts';
import { askGateway, noGateway } from '../web/socket-client.ts';
import { refusalOf } from '../workflows/line-loans.ts';
import { siteOf, type VillageFlags } from './access.ts';
import { stopSignal } from './stop-signal.ts';

/** Runs `use` with the line in hand. `signal` aborts on Ctrl-C and when the gateway took the line back. @throws GatewayError line_lent, usage. */
export async function withLine<Result>(
  flags: VillageFlags & { readonly operator: string },
  line: string,
  use: (transport: LineTransport, signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const socket = socketIn(flags.data);
  const stop = stopSignal();
  const loan = (await askGateway(socket, 'line.borrow', { line, operator: flags.operator })) as { token: number; transport: LineTransport } | typeof noGateway;
  if (loan === noGateway) return await use(transportOf(flags, line), stop.signal);
  const done = new AbortController();
  const kept = keep(socket, loan.token, done.signal, () => stop.abort(new GatewayError('line_lent', `The gateway took line ${line} back.`)));
  try {
    return await use(loan.transport, stop.signal);
  } finally {
    done.abort();
    await kept;
    await askGateway(socket, 'line.return', { token: loan.token });
  }
}

async function keep(socket: string, token: number, signal: AbortSignal, onLost: () => void): Promise<void> {
  while (!signal.aborted) {
    await wireClock.sleep(loanKeepEveryMs, 'a borrowed line', signal).catch(() => undefined);
    if (signal.aborted) return;
    const answer = (await askGateway(socket, 'line.keep', { token }).catch(() => null)) as { kept: boolean } | typeof noGateway | null;
    if (answer !== null && (answer === noGateway || !answer.kept)) return onLost();
  }
}

function transportOf(flags: VillageFlags, line: string): LineTransport {
  const { config } = siteOf(flags);
  const { lines } = config;
  const found = lines.find(({ id }) => id === line);
  if (found === undefined)
    throw new GatewayError(
      'usage',
      refusalOf(
        line,
        lines.map(({ id }) => id),
        ownPorts(config),
      ),
    );
  return found.transport;
}
