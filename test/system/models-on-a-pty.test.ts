// Without this every register map and every device with frames of its own is proved in memory and on sockets only, while a village's devices hang on serial ports.
import { serveSerialPlain } from '../../device-sim/serve-plain.ts';
import { serveSerialLine } from '../../device-sim/serve-serial.ts';
import { deviceCatalogue, deviceModels } from '../../protocol/devices/catalogue.ts';
import { describeFrameTwins, type OpenFrameBench } from '../contract/frame-twin-contract.ts';
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

/** The same for a device with frames of its own. */
const plainOverPty: OpenFrameBench = async (hear) => {
  const pair = await openPtyPair();
  const wire = serveSerialPlain({ path: pair.board, ...ptySettings }, { hear, onState: () => undefined });
  return {
    way: { transport: { kind: 'serial', path: pair.master, ...ptySettings } },
    say: (bytes) => void wire.say(bytes),
    async stop() {
      await wire.close();
      await pair.stop();
    },
  };
};

describeWith('socat')('serial', () => {
  describeFrameTwins('a pty', plainOverPty);
  for (const model of deviceModels) describeOverWire('a pty', model, deviceCatalogue[model], overPty);
});
