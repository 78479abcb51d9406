// Without this the 25 wire faults are proven on sockets only, while a village's boards hang on serial ports.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveSerialLine } from '../../device-sim/serve-serial.ts';
import { startChild } from '../../scripts/village/children.ts';
import { describeWireFaults } from '../contract/wire-faults-contract.ts';
import { eventually } from '../support/eventually.ts';
import type { OpenFaultBench } from '../support/fault-bench.ts';
import { describeWith } from './tools.ts';

const settings = { baud: 19_200, parity: 'none', dataBits: 8, stopBits: 1 } as const;

/** The simulated board at one end of a pty pair, the gateway's line at the other. */
const overPty: OpenFaultBench = async (line, faults) => {
  const folder = await mkdtemp(join(tmpdir(), 'sifen-faults-'));
  const [board, gateway] = [join(folder, 'board'), join(folder, 'gateway')];
  const socat = startChild('socat', 'socat', [`pty,raw,echo=0,link=${board}`, `pty,raw,echo=0,link=${gateway}`]);
  await eventually(
    () => existsSync(board) && existsSync(gateway),
    () => socat.err.join('\n'),
  );
  const wire = serveSerialLine({ path: board, ...settings, line, faults, onState: () => undefined });
  return {
    transport: { kind: 'serial', path: gateway, ...settings },
    async stop() {
      await wire.close();
      await socat.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

describeWith('socat')('serial', () => {
  describeWireFaults('a pty', overPty);
});
