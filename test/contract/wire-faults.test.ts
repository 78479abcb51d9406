// Without this a fault of the wire that the bus was never shown could become a weight or a roll on TCP lines.
import { serveTcpLine } from '../../device-sim/serve-tcp.ts';
import type { OpenFaultBench } from '../support/fault-bench.ts';
import { describeWireFaults } from './wire-faults-contract.ts';

const overTcp =
  (kind: 'rtu-over-tcp' | 'modbus-tcp'): OpenFaultBench =>
  async (line, faults) => {
    const listener = await serveTcpLine({ id: 'line-1', kind, host: '127.0.0.1', port: 0, line, faults });
    const place = { host: '127.0.0.1', port: listener.port };
    return { transport: kind === 'modbus-tcp' ? { kind, ...place } : { kind, ...place, baud: 115_200 }, stop: () => listener.close() };
  };

describeWireFaults('RTU over TCP', overTcp('rtu-over-tcp'));
describeWireFaults('Modbus TCP', overTcp('modbus-tcp'));
