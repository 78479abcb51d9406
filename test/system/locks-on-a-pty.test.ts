// Without this a lock board is proved in memory and on sockets only, while a village's hatches hang on serial ports.
import { onTestFinished } from 'vitest';
import { describeLocks } from '../contract/lock-contract.ts';
import { openScriptedPty } from '../support/scripted-pty.ts';
import { describeWith } from './tools.ts';

describeWith('socat')('serial', () =>
  describeLocks('a serial port', () => async (port) => {
    const pty = await openScriptedPty();
    onTestFinished(() => pty.stop());
    await pty.plug(port);
    return pty.transport;
  }),
);
