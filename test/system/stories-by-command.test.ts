// Lost if deleted: that a story told by a command is the same beside a running gateway and on the files alone, asks for a second person, and repeats itself without harm.
import { expect, it } from 'vitest';
import { startChild } from '../../scripts/village/children.ts';
import { filesOf, gatewayProgram, startGateway, startSimulator, writeGatewaySite, writeSimulatedSite } from '../../scripts/village/village.ts';
import { endEachTest } from '../support/endings.ts';

const endings = endEachTest();

it('founds a village by commands, changes its rules by two people, and finds them in force from their day on', { timeout: 120_000 }, async () => {
  const folder = await endings.folder();
  writeSimulatedSite(folder);
  const simulated = await startSimulator(folder, { pace: 10 });
  endings.add(() => simulated.child.stop());
  writeGatewaySite(folder, simulated.places, {});
  const { data } = filesOf(folder);
  const tell = async (environment: Record<string, string>, ...args: readonly string[]) => {
    const child = startChild(`sifen ${args.slice(0, 2).join(' ')}`, process.execPath, [gatewayProgram, ...args, '--data', data, '--json'], {
      LANG: 'en_US.UTF-8',
      ...environment,
    });
    const { code } = await child.ended;
    const out = child.out.join('\n');
    return { code, answer: out === '' ? child.err.join('\n') : JSON.parse(out) };
  };
  const gateway = await startGateway(folder, 10);
  endings.add(() => gateway.child.stop());
  const enrol = (name: string, role: string, pin: string) =>
    tell({ SIFEN_PIN: pin }, 'operator', 'enrol', '--enrolled', name, '--name', '张三', '--roles', role, '--badge', `badge-${name}`, '--operator', 'founder');
  expect(await enrol('committee-1', 'committee', '111111')).toMatchObject({ code: 0, answer: { ok: true, repeated: false } });
  expect(await enrol('supervisor-1', 'supervisor', '222222')).toMatchObject({ code: 0 });
  // From here on the founder is nobody.
  expect(await enrol('clerk-1', 'clerk', '333333')).toMatchObject({ code: 1, answer: { refusal: { code: 'operator_unknown' } } });
  const change = ['rules', 'change', '--version', '2030-1', '--from', '2030-01-01', '--rules', '{"bags":{"bagsPerRoll":20}}', '--operator', 'committee-1'];
  expect(await tell({}, ...change)).toMatchObject({ code: 1, answer: { refusal: { code: 'second_person_needed' } } });
  const second = ['--second-badge', 'badge-supervisor-1', '--key', 'change-of-2030'];
  expect(await tell({ SIFEN_SECOND_PIN: '000000' }, ...change, ...second)).toMatchObject({ code: 1, answer: { refusal: { code: 'pin_wrong' } } });
  expect(await tell({ SIFEN_SECOND_PIN: '222222' }, ...change, ...second)).toMatchObject({ code: 0, answer: { repeated: false } });
  await gateway.child.stop();
  // The same on the files: what was done is known, what is in force is read.
  expect(await tell({ SIFEN_SECOND_PIN: '222222' }, ...change, ...second)).toMatchObject({ code: 0, answer: { repeated: true } });
  const show = (day: string) => tell({}, 'rules', 'show', '--day', day, '--operator', 'committee-1');
  expect((await show('2029-12-31')).answer.rules).toMatchObject({ version: 'site', bags: { bagsPerRoll: 30 } });
  expect((await show('2030-01-01')).answer.rules).toMatchObject({ version: '2030-1', bags: { bagsPerRoll: 20 } });
  expect(await tell({}, 'rules', 'show', '--day', 'tomorrow', '--operator', 'committee-1')).toMatchObject({ code: 2 });
});
