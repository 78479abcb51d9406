// Without this the gateway's drivers of boards, readers, printers and modems could agree with the simulator over one kind of wire only.
import { serveTcpPlain } from '../../device-sim/serve-plain.ts';
import { cable, plainNullModem } from '../support/null-modem.ts';
import { describeFrameTwins, type OpenFrameBench } from './frame-twin-contract.ts';

const overTcp: OpenFrameBench = async (hear) => {
  const wire = await serveTcpPlain('twin', '127.0.0.1', 0, hear);
  return { way: { transport: { kind: 'tcp', host: '127.0.0.1', port: wire.port ?? 0 } }, say: (bytes) => void wire.say(bytes), stop: () => wire.close() };
};
const overNullModem: OpenFrameBench = async (hear) => {
  const { openStream, say } = plainNullModem(hear);
  return { way: { transport: cable, openStream }, say, stop: async () => undefined };
};

describeFrameTwins('a null modem', overNullModem);
describeFrameTwins('TCP', overTcp);
