// Without this the gateway's driver and the simulator's board could read one device map two ways, and only the demo would notice.
import { serveTcpLine } from '../../device-sim/serve-tcp.ts';
import { deviceCatalogue, deviceModels } from '../../protocol/devices/catalogue.ts';
import { cable, nullModem } from '../support/null-modem.ts';
import { describeOverWire, type OpenModelBench } from './model-wire-contract.ts';

const overTcp =
  (kind: 'rtu-over-tcp' | 'modbus-tcp'): OpenModelBench =>
  async (line) => {
    const listener = await serveTcpLine({ id: 'line-1', kind, host: '127.0.0.1', port: 0, line });
    return { way: { transport: { kind, host: '127.0.0.1', port: listener.port, baud: 115_200 } }, stop: () => listener.close() };
  };
const overNullModem: OpenModelBench = async (board) => ({ way: { transport: cable, openStream: nullModem(board) }, stop: async () => undefined });

for (const model of deviceModels) {
  describeOverWire('a null modem', model, deviceCatalogue[model], overNullModem);
  describeOverWire('RTU over TCP', model, deviceCatalogue[model], overTcp('rtu-over-tcp'));
  describeOverWire('Modbus TCP', model, deviceCatalogue[model], overTcp('modbus-tcp'));
}
