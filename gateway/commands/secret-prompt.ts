/**
 * A PIN typed at a terminal without being shown, or taken from the environment. It must never come from the command line, where every process of
 * the machine can read it.
 */
import { GatewayError } from '../errors.ts';

/** What a keypad can send at most before it is taken for something else. */
const typedMax = 64;

/** @throws GatewayError usage where there is nobody to ask, or whoever was asked called it off. */
export async function askSecret(variable: string, prompt: string): Promise<string> {
  const given = process.env[variable];
  if (given !== undefined) return given;
  if (!process.stdin.isTTY) throw new GatewayError('usage', `The PIN is missing: set ${variable}, or run this at a terminal.`);
  return await typed(prompt);
}

/** The same for a PIN that is set: a slip of the finger would lock its owner out. */
export async function askNewSecret(variable: string, prompt: string): Promise<string> {
  const first = await askSecret(variable, prompt);
  if (process.env[variable] !== undefined) return first;
  if ((await typed('The same again: ')) !== first)
    throw new GatewayError('usage', 'The two PINs are not the same.', { hint: 'Nothing was changed; run the command again.' });
  return first;
}

async function typed(prompt: string): Promise<string> {
  const { stdin, stderr } = process;
  stdin.setRawMode(true);
  stderr.write(prompt);
  let text = '';
  try {
    for await (const chunk of stdin.iterator({ destroyOnReturn: false })) {
      for (const key of String(chunk)) {
        if (key === '\r' || key === '\n') return text;
        if (key === '\u0003' || key === '\u0004') throw new GatewayError('usage', 'Called off.', { hint: 'Nothing was changed.' });
        text = key === '\u007f' ? text.slice(0, -1) : (text + key).slice(0, typedMax);
      }
    }
    return text;
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write('\n');
  }
}
