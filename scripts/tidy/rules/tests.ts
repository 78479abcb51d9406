/**
 * What a test may not do: leave itself or its neighbours out, or stand on a fake where a real part can stand.
 */
import type { Finding, Rule } from '../rule.ts';
import type { Source } from '../source.ts';

/** The one place where a test is skipped: by name, with the reason, and never with CI=true. */
const skipsWithReason = 'test/system/tools.ts';
const isFake = (name: string): boolean => /^vi[.{]/.test(name);

const switchesIn = (source: Source, wanted: (name: string) => boolean, instead: string): Finding[] =>
  source.testSwitches.filter(({ name }) => wanted(name)).map(({ name, line }) => ({ path: source.path, line, what: `${name}. ${instead}` }));

export const wholeTests: Rule = {
  name: 'whole-tests',
  reason: 'A test that is left out proves nothing and looks like one that passed.',
  inspect: ({ sources }) =>
    sources
      .filter(({ path }) => path.startsWith('test/') && path !== skipsWithReason)
      .flatMap((source) => [
        ...switchesIn(source, (name) => !isFake(name), 'Run it or delete it; where a tool may be missing, use describeWith of test/system/tools.ts.'),
        ...source.uses
          .filter(({ name, as }) => name === 'skip' && as === 'call')
          .map(({ line }) => ({
            path: source.path,
            line,
            what: 'skip(). Run it or delete it; where a tool may be missing, use describeWith of test/system/tools.ts.',
          })),
      ]),
};

export const realParts: Rule = {
  name: 'real-parts',
  reason: 'Timers faked around I/O hang, and a mocked module proves the mock: clocks are handed in, and the fakes are the simulator itself.',
  inspect: ({ sources }) =>
    sources
      .filter(({ path }) => path.startsWith('test/'))
      .flatMap((source) => switchesIn(source, isFake, 'Hand in a Clock, or use the simulator over an in-memory line.')),
};
