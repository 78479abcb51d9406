/**
 * Where the demo's lines, readers, printer and modem are: eight TCP ports from one base, or eight pty pairs made by socat. Both the gateway's site file and the
 * simulator's command line are given the same places.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { wireClock } from '../clock.ts';
import type { LoadedSite } from '../config-file.ts';
import { GatewayError } from '../errors.ts';

/** The wires of the demo, in the order of their ports; the simulator uses the same names. */
const channels = ['dispenser-line', 'scale-line', 'bin-line', 'dispenser-reader', 'exit-reader', 'scale-reader', 'printer-line', 'modem-line'] as const;

/** Ports in a row that the demo needs from `--field-port` on. */
export const fieldPorts = channels.length;

export interface FieldAddresses {
  readonly listen: readonly string[];
  /** Makes sure that nobody else is there: a gateway that speaks to another site's boards would lock them. @throws GatewayError port_in_use. */
  claim(): Promise<void>;
  /** The site with these places in its transports. */
  readonly apply: (site: LoadedSite) => LoadedSite;
  close(): Promise<void>;
}

/** @throws GatewayError usage when ptys are asked for and socat is not there. */
export function fieldAddresses({ serial, fieldPort, data }: { readonly serial: boolean; readonly fieldPort: number; readonly data: string }): FieldAddresses {
  return serial ? ptyAddresses(join(data, 'tty')) : tcpAddresses(fieldPort);
}

function tcpAddresses(base: number): FieldAddresses {
  const portOf = (id: string) => base + (channels as readonly string[]).indexOf(id);
  return {
    listen: channels.map((id) => `${id}=127.0.0.1:${portOf(id)}`),
    async claim() {
      for (const id of channels) await bindOnce(id, portOf(id));
    },
    apply: (site) => rewire(site, (id, transport) => ({ ...transport, port: portOf(id) })),
    close: () => Promise.resolve(),
  };
}

/** Takes a port and gives it back. */
async function bindOnce(id: string, port: number): Promise<void> {
  const { promise, resolve: taken, reject } = Promise.withResolvers<void>();
  const server = createServer();
  server.once('error', reject);
  server.listen(port, '127.0.0.1', taken);
  try {
    await promise;
  } catch (cause) {
    throw new GatewayError('port_in_use', `Port ${port} on 127.0.0.1 (${id} of the simulated site) is in use by another program.`, {
      cause,
      hint: 'Stop that program, perhaps another demo, or choose other ports with --field-port.',
    });
  } finally {
    await new Promise<void>((closed) => void server.close(() => closed()));
  }
}

/** socat for two addresses, until standard input closes: also when this process is killed. */
const endsWithUs = 'socat "$1" "$2" & read -r _; kill $!';

function ptyAddresses(folder: string): FieldAddresses {
  if (spawnSync('socat', ['-V'], { stdio: 'ignore' }).error)
    throw new GatewayError('usage', '--serial needs socat, which is not installed.', {
      hint: 'Install it (scripts/install-test-tools does), or leave --serial out.',
    });
  mkdirSync(folder, { recursive: true });
  const end = (id: string, side: 'gateway' | 'board') => resolve(folder, `${id}.${side}`);
  const pairs: ChildProcess[] = channels.map((id) => {
    for (const side of ['gateway', 'board'] as const) rmSync(end(id, side), { force: true });
    const ends = [`pty,raw,echo=0,link=${end(id, 'board')}`, `pty,raw,echo=0,link=${end(id, 'gateway')}`];
    return spawn('sh', ['-c', endsWithUs, 'socat', ...ends], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  });
  waitForPtys(channels.flatMap((id) => [end(id, 'board'), end(id, 'gateway')]));
  return {
    listen: channels.map((id) => `${id}=${end(id, 'board')}`),
    claim: () => Promise.resolve(),
    apply: (site) => rewire(site, (id) => ({ kind: 'serial', path: end(id, 'gateway'), baud: 115_200, parity: 'none', dataBits: 8, stopBits: 1 })),
    async close() {
      for (const pair of pairs) pair.stdin?.end();
      await wireClock.sleep(50, 'end of socat');
    },
  };
}

/** socat makes a pair in a few ms; 5 s is patience for a busy machine. */
function waitForPtys(paths: readonly string[]): void {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const allThere = () => paths.every((path) => existsSync(path));
  for (let tries = 0; tries < 250 && !allThere(); tries += 1) Atomics.wait(cell, 0, 0, 20);
  if (!allThere()) throw new GatewayError('file_unreadable', 'socat did not make its pty pairs within 5 s.');
}

function rewire(site: LoadedSite, place: (id: string, transport: object) => object): LoadedSite {
  const rewireRow = <Row extends { id: string; transport: object }>(row: Row): Row => ({ ...row, transport: place(row.id, row.transport) as Row['transport'] });
  const { lines, readers, printers, alarms } = site.config;
  const placed = {
    lines: lines.map(rewireRow),
    readers: readers.map(rewireRow),
    printers: printers.map((row) => ({ ...row, transport: place('printer-line', row.transport) as typeof row.transport })),
    alarms: alarms && { ...alarms, modem: place('modem-line', alarms.modem) as typeof alarms.modem },
  };
  return { ...site, config: { ...site.config, ...placed } };
}
