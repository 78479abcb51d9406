// Without this every register map is proved in memory and on sockets only, while a village's devices hang on serial ports.
import { serveSerialLine } from '../../device-sim/serve-serial.ts';
import { deviceCatalogue, deviceModels } from '../../protocol/devices/catalogue.ts';
import { describeOverWire, type OpenModelBench } from '../contract/model-wire-contract.ts';
import { openPtyPair, ptySettings } from '../support/pty-pair.ts';
import { describeWith } from './tools.ts';

/** The simulated board at one end of a pty pair, the gateway's line at the other. */
const overPty: OpenModelBench = async (line) => {
  const pair = await openPtyPair();
  const wire = serveSerialLine({ path: pair.board, ...ptySettings, line, onState: () => undefined });
  return {
    way: { transport: { kind: 'serial', path: pair.master, ...ptySettings } },
    async stop() {
      await wire.close();
      await pair.stop();
    },
  };
};

describeWith('socat')('serial', () => {
  for (const model of deviceModels) describeOverWire('a pty', model, deviceCatalogue[model], overPty);
});
