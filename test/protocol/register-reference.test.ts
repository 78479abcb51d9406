// Lost if deleted: the proof that the reference lists every field of every model, and prints bounds, labels and bits as the codec has them.
import { expect, it } from 'vitest';
import { deviceCatalogue, deviceModels } from '../../protocol/devices/catalogue.ts';
import { describeDevices } from '../../protocol/register-reference.ts';

const text = describeDevices();
const lines = text.split('\n');

it('has a line for every field of every model', () => {
  const rows = deviceModels.flatMap((model) => Object.keys(deviceCatalogue[model].fields));
  expect(lines.filter((line) => line.startsWith('| 0x'))).toHaveLength(rows.length);
  for (const name of rows) expect(text).toContain(`| \`${name}\` |`);
  for (const model of deviceModels) expect(text).toContain(`### ${model}: `);
});

it.each([
  ['a number with its bounds and unit', '| 0x0058 | `divisionCode` | u16 | r | status |  | 0..17 code | 6 |'],
  ['a scaled command', '| 0x0000 | `foodLockPulseMs` | u16 | w | never |  | 100..2000 ms, one count is 100 ms |  |'],
  ['labels', '| 0x000A | `result` | enum | r | status | status | 0 none, 1 armed, 2 ok, 3 jam, 4 indeterminate, 5 fenced | none |'],
  [
    'bits and their initial',
    '| 0x0000 | `fitted` | bits | r | status |  | bit 0 food, bit 1 recyclable, bit 2 hazardous, bit 3 residual | food, recyclable, hazardous, residual |',
  ],
  ['a span of registers', '| 0x010D-0x0110 | `commandMac` | hex | w | never | command | 16 hex digits |  |'],
])('prints %s', (_name, start) => {
  expect(lines.filter((line) => line.startsWith(start))).toHaveLength(1);
});

it('gives every table row as many cells as its head', () => {
  const cells = lines.filter((line) => line.startsWith('|')).map((line) => line.replaceAll('\\|', '').split('|').length);
  expect(new Set(cells)).toEqual(new Set([11]));
});
