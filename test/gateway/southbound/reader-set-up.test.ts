// Without this a printed box could reconfigure a reader, or a reader that takes no set-up be trusted in silence.
import { createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { serveTcpReader } from '../../../device-sim/serve-reader.ts';
import { wireClock } from '../../../gateway/clock.ts';
import { openReader } from '../../../gateway/southbound/reader.ts';
import type { ReaderModel } from '../../../gateway/southbound/reader-set-up.ts';
import { eventually } from '../../support/eventually.ts';

function start(port: number, model: ReaderModel) {
  const heard: string[] = [];
  const reader = openReader({
    ...{ id: 'counter', model, transport: { kind: 'tcp', host: '127.0.0.1', port }, clock: wireClock },
    onScan: (text) => heard.push(text),
    onSetUp: (refused) => heard.push(refused === null ? 'set up' : `refused ${refused}`),
  });
  onTestFinished(() => reader.close());
  return heard;
}

it.each(['GM65', 'NEWLAND'] as const)('a %s closes its set-up codes, puts a CR behind each code, and says so', async (model) => {
  const wire = await serveTcpReader('counter', '127.0.0.1', 0, model);
  onTestFinished(() => wire.close());
  const heard = start(wire.port ?? 0, model);
  await eventually(
    () => heard.length === 1,
    () => heard.join(', '),
  );
  wire.say('CARD-1');
  await eventually(
    () => heard.length === 2,
    () => heard.join(', '),
  );
  expect(heard).toEqual(['set up', 'CARD-1']);
});

/** A reader that answers nothing, or what it is told to. */
async function startMute(onBytes: (socket: Socket, bytes: Buffer) => void) {
  const received: Buffer[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes: Buffer) => {
      received.push(bytes);
      onBytes(socket, bytes);
    });
    onTestFinished(() => void socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { port: (server.address() as { port: number }).port, received };
}

it('a reader that takes nothing is reported, asked twice a setting at most, and read all the same', async () => {
  const { port, received } = await startMute((socket, bytes) => {
    if (bytes.includes(Buffer.from('SETUPE0'))) socket.write('CARD-2\r');
  });
  const heard = start(port, 'NEWLAND');
  await eventually(
    () => heard.includes('refused SETUPE0'),
    () => heard.join(', '),
  );
  expect(heard).toContain('CARD-2');
  expect(
    Buffer.concat(received)
      .toString('latin1')
      .match(/SETUPE0/g),
  ).toHaveLength(2);
});

it('a GM65 that has the settings already is not written to', async () => {
  // Answers of the manual: one byte read. 13 73 and 23 10 are its CRC, as Python's binascii.crc_hqx gives them.
  const { port, received } = await startMute((socket, bytes) => {
    const zone = bytes[5];
    socket.write(Buffer.from(zone === 0x03 ? '02000001021373' : '02000001012310', 'hex'));
  });
  const heard = start(port, 'GM65');
  await eventually(
    () => heard.includes('set up'),
    () => heard.join(', '),
  );
  expect(Buffer.concat(received).toString('hex')).toBe(['7e000701000301', '7e000701006001'].map((frame, at) => frame + (at === 0 ? '5412' : '0a6b')).join(''));
});
