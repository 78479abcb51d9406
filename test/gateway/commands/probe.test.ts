// Without this a slip in a port would be searched for as a serial device of that name, for as long as the file system takes to say no.
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addProbe } from '../../../gateway/commands/probe.ts';

test.each(['localhost:70000', '10.0.0.7:0', '10.0.0.7:123456'])('%s is no place of a port', async (place) => {
  const program = new Command();
  addProbe(program);
  await expect(program.parseAsync(['probe', '--port', place], { from: 'user' })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('65535'),
  });
});
