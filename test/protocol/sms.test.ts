// Without this a fire alarm could go to a wrong number, or arrive as question marks.
import { describe, expect, it } from 'vitest';
import { modemAt } from '../../protocol/devices/modem-at.ts';
import { decodeSms, encodeSms } from '../../protocol/sms.ts';
import { bytesOf, expectFrame, expectNothing } from '../support/spelt-frames.ts';

describe('a short message', () => {
  // Neoway N11 V2 AT Command Manual, appendix A.1, with the service centre left out as it says: 0 for its length and nothing of it.
  it('is the SMS-SUBMIT of a modem manual', () => {
    expect(encodeSms('13421839693', 'hello')).toEqual({ pdu: '0001000B813124819396F300080A00680065006C006C006F', length: 23 });
  });

  // 3GPP TS 23.040, 9.1.2.5: type 91 with the digits after the plus; the text is Python's utf-16-be.
  it('carries Chinese and an international number', () => {
    expect(encodeSms('+8613421839693', '火警！1号箱第2格').pdu).toBe('0001000D91683124819396F3000812706B8B66FF01003153F77BB17B2C0032683C');
  });

  it.each(['13421839693', '+8613421839693', '110', '+123'])('comes back as it was sent to %s', (number) => {
    expect(decodeSms(encodeSms(number, '火警 fire').pdu)).toEqual({ number, text: '火警 fire' });
  });

  it.each(['', '0001000B813124819396F300080B00680065006C006C006F', '0041000B813124819396F300080A00680065006C006C006F'])('is nothing in %s', (pdu) =>
    expect(decodeSms(pdu)).toBeUndefined(),
  );

  it('never says the number it could not use', () => {
    expect(() => encodeSms('12a34', 'x')).toThrow(/^(?!.*12a34)/);
  });
});

describe('AT lines', () => {
  // 3GPP TS 27.005, 3.5.1 and ITU-T V.250, 5.7.1: answers between CR LF, a prompt of > and blank.
  it('are commands, messages, answers and prompts', () => {
    expectFrame(modemAt.toDevice, '41 54 2B 43 4D 47 46 3D 30 0D', { kind: 'command', text: 'AT+CMGF=0' });
    expectFrame(modemAt.toDevice, '30 30 30 31 1A', { kind: 'message', pdu: '0001' });
    expectFrame(modemAt.fromDevice, '0D 0A 4F 4B 0D 0A', { kind: 'line', text: 'OK' });
    expectFrame(modemAt.fromDevice, '0D 0A 3E 20', { kind: 'prompt' });
  });

  it('are read without the line end in front too, and echoes are not answers', () => {
    const parser = modemAt.fromDevice.parser();
    const read = parser.push(bytesOf('41 54 0D 0D 0A 4F 4B 0D 0A 4F 4B 0D 0A')).flatMap((result) => (result.ok ? [result.message] : []));
    expect(read).toEqual([
      { kind: 'line', text: 'OK' },
      { kind: 'line', text: 'OK' },
    ]);
  });

  it('hold no control characters', () => {
    expectNothing(modemAt.fromDevice, '4F 01 0D 0A');
    expect(() => modemAt.toDevice.encode({ kind: 'command', text: 'AT\r' })).toThrow();
    expect(() => modemAt.toDevice.encode({ kind: 'message', pdu: '0' })).toThrow();
  });
});
