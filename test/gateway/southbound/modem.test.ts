// Without this a modem that is switched off would be reported as one that refuses, and a technician sent to look at the card instead of the plug.
import { expect, onTestFinished, test } from 'vitest';
import { serveTcpPlain } from '../../../device-sim/serve-plain.ts';
import { type Clock, wireClock } from '../../../gateway/clock.ts';
import { Modem } from '../../../gateway/southbound/modem.ts';
import { modemAt } from '../../../protocol/devices/modem-at.ts';
import { eventually } from '../../support/eventually.ts';

/** A modem that gives each command of `answers` its line, says `OK` or its prompt to the others, and nothing to a command whose answer is null. */
async function startModem(answers: Readonly<Record<string, string | null>>) {
  const parser = modemAt.toDevice.parser();
  let isConnected = false;
  const answerTo = (text: string): readonly Uint8Array[] => {
    const [, answer = text.startsWith('AT+CMGS') ? '>' : 'OK'] = Object.entries(answers).find(([start]) => text.startsWith(start)) ?? [];
    if (answer === null) return [];
    return [modemAt.fromDevice.encode(answer === '>' ? { kind: 'prompt' } : { kind: 'line', text: answer })];
  };
  const wire = await serveTcpPlain('modem-1', '127.0.0.1', 0, (bytes) => {
    isConnected ||= bytes === null;
    if (bytes === null) return [];
    return parser.push(bytes).flatMap((result) => {
      if (!result.ok || result.message.kind === 'escape') return [];
      return answerTo(result.message.kind === 'command' ? result.message.text : 'message');
    });
  });
  onTestFinished(() => wire.close());
  // What a modem does not say within this, it would not have said within 60 s.
  const clock: Clock = { ...wireClock, sleep: (ms, what, signal) => wireClock.sleep(what === 'answer of a modem' ? Math.min(ms, 150) : ms, what, signal) };
  const modem = new Modem({ transport: { kind: 'tcp', host: '127.0.0.1', port: wire.port ?? 0 }, clock });
  onTestFinished(() => modem.close());
  await eventually(
    () => isConnected,
    () => 'no connection',
  );
  return modem;
}

test.each([
  [{}, 'sent'],
  [{ ATE0: null }, 'silent'],
  [{ ATE0: 'ERROR' }, 'refused'],
  [{ 'AT+CMGF': null }, 'silent'],
  [{ 'AT+CMGF': 'ERROR' }, 'refused'],
  [{ 'AT+CMGS': null }, 'silent'],
  [{ 'AT+CMGS': '+CMS ERROR: 310' }, 'refused'],
  [{ message: null }, 'unknown'],
  [{ message: '+CMS ERROR: 331' }, 'refused'],
])('a modem that answers %j: %s', async (answers, outcome) => {
  const modem = await startModem(answers);
  expect(await modem.sendSms('13800000001', '火警', AbortSignal.timeout(10_000))).toBe(outcome);
});
