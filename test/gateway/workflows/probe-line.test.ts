// Without this a search could miss a device, write to one, or read the wiring wrong on real bytes.
import { expect, it, onTestFinished } from 'vitest';
import { xk3190Format1 } from '../../../protocol/devices/xk3190.ts';
import { onlyUnit, probe, search } from '../../support/probe-search.ts';
import { honest, registersReply, type Script, startScriptedSlave, withCrc } from '../../support/scripted-slave.ts';

it('finds the unit that answers, asks the others the same question once, and writes nothing', async () => {
  const { units, symptoms, requests } = await probe(onlyUnit(2, honest));
  expect(units.map(({ unit }) => unit)).toEqual([2]);
  expect(symptoms).toEqual([]);
  expect(requests.filter(([unit, code, ...rest]) => unit === 1 && code === 3 && rest.slice(0, 4).join() === '0,0,0,1')).toHaveLength(1);
  expect(requests.filter(([, code]) => (code ?? 0) > 4)).toEqual([]);
});

it('hears an echo', async () => {
  const { symptoms } = await probe((request) => [{ raw: request }]);
  expect(symptoms).toContain('echo');
});

it('suspects two devices behind a number whose answers are spoilt, and not behind a clean one', async () => {
  let asked = 0;
  const spoilt: Script = (request) => {
    asked += 1;
    const right = registersReply(request);
    return [{ rtu: asked % 2 === 0 ? withCrc(...right.subarray(0, -3), 0x55).fill(0xff, 3) : right }];
  };
  const { symptoms } = await probe((request, count, adu) =>
    request[0] === 1 ? honest(request, count, adu) : request[0] === 2 ? spoilt(request, count, adu) : [],
  );
  expect(symptoms).toEqual(['address_shared']);
});

it('tells a line where nobody is from one where only rubbish comes back', async () => {
  const [silent, rubbish] = await Promise.all([probe(() => []), probe(() => [{ raw: Buffer.from('00ff00ff7f00', 'hex') }])]);
  expect(silent.symptoms).toEqual(['silent']);
  expect(rubbish.symptoms).toContain('swapped_or_speed');
});

it('names an indicator whose frames fit two models as one device with two possible names', async () => {
  const slave = await startScriptedSlave('rtu', () => []);
  onTestFinished(() => slave.stop());
  const frame = xk3190Format1.device.fromDevice.encode({ negative: false, digits: 3000, decimals: 3 });
  const talking = setInterval(() => slave.say(Buffer.from(frame)), 50);
  onTestFinished(() => clearInterval(talking));
  const { talkers, symptoms, rounds } = await search(slave.port);
  expect(talkers.map(({ models }) => models)).toEqual([['XK3190-F1', 'XK3190-F2']]);
  expect(symptoms).toEqual([]);
  // Half a frame at either end at most is left over.
  expect(rounds[0]?.sound.idleBytes).toBeLessThan(2 * frame.length);
  expect(slave.requests).toEqual([]);
});
