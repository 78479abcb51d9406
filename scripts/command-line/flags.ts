/**
 * The switches of our own scripts: `--name` or nothing. A switch nobody knows, and any argument beside them, is wrong usage, never ignored.
 */
import { parseArgs } from 'node:util';

/** Exit code of wrong usage. */
export const usageExitCode = 2;

/** Reads switches. `reason` says in one sentence what was not understood. */
export function parseFlags<Name extends string>(
  names: readonly Name[],
  args: readonly string[],
): { readonly ok: true; readonly value: ReadonlySet<Name> } | { readonly ok: false; readonly reason: string } {
  const { tokens } = parseArgs({ args: [...args], strict: false, tokens: true, allowPositionals: true });
  const known = (name: string): name is Name => names.some((one) => one === name);
  const given = new Set<Name>();
  for (const token of tokens) {
    if (token.kind === 'option' && known(token.name) && token.value === undefined) given.add(token.name);
    else return { ok: false, reason: `${token.kind === 'positional' ? token.value : args[token.index]} is not understood.` };
  }
  return { ok: true, value: given };
}

/** Runs `parse`; when it throws, says why together with `usage` and gives undefined: wrong usage. */
export function orUsage<Options>(parse: () => Options, usage: string): Options | undefined {
  try {
    return parse();
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage}`);
    return undefined;
  }
}

/** The whole number an option holds. @throws RangeError naming the bounds. */
export function parseWhole(text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) throw new RangeError(`${text} is no whole number from ${least} to ${most}`);
  return value;
}
