/**
 * Runs the steps of a check one after the other, every one even after a failure, so that one run shows everything there is to mend.
 */

/** One named part of a check. `run` says whether it passed; a throw is a failure too. */
export interface Step {
  readonly name: string;
  readonly run: () => boolean;
}

/**
 * Prints name, result and seconds of each step as it ends, and all of them together at the end.
 * @returns whether every step passed.
 */
export function runSteps(steps: readonly Step[], say: (line: string) => void, nowMs: () => number): boolean {
  const results = steps.map(({ name, run }) => {
    say(`--- ${name}`);
    const startMs = nowMs();
    const passed = attempt(run, say);
    const line = `${name.padEnd(16)} ${passed ? 'ok    ' : 'FAILED'} ${((nowMs() - startMs) / 1000).toFixed(1)} s`;
    say(line);
    return { passed, line };
  });
  say('---');
  for (const { line } of results) say(line);
  return results.every(({ passed }) => passed);
}

function attempt(run: () => boolean, say: (line: string) => void): boolean {
  try {
    return run();
  } catch (error) {
    say(String(error));
    return false;
  }
}
