/**
 * Which globals which rooms may touch. Time, chance, the terminal and the end of the process each have one place in the gateway; the pure
 * rooms touch none of them, so that a whole village can be replayed from one seed.
 */
import { roomOf } from '../rooms.ts';
import type { Finding, Rule } from '../rule.ts';
import type { Source, Use } from '../source.ts';

const impureGlobals = new Set([
  ...['Date', 'performance', 'setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate', 'queueMicrotask'],
  ...['process', 'console', 'fetch', 'crypto', 'globalThis', 'Promise', 'AbortSignal', 'WebSocket'],
]);
const randomNames = new Set([
  'randomBytes',
  'randomFill',
  'randomFillSync',
  'randomInt',
  'randomUUID',
  'generateKey',
  'generateKeySync',
  'generateKeyPair',
  'generateKeyPairSync',
  'webcrypto',
  'getRandomValues',
]);

const isChance = ({ name, member, as }: Use): boolean => name === 'Math' && (member === 'random' || (member === undefined && as === 'mention'));

/** `new Date(ms)`, `Date.UTC` and `Date.parse` compute; everything else of Date asks the machine. */
const readsDate = ({ name, member, as, argumentCount }: Use): boolean =>
  name === 'Date' && !(as === 'new' && argumentCount > 0) && member !== 'UTC' && member !== 'parse';

function asksForTime(use: Use): boolean {
  if (readsDate(use) || use.name === 'setTimeout' || use.name === 'setInterval' || use.name === 'performance') return true;
  return (use.name === 'process' && (use.member === 'hrtime' || use.member === 'uptime')) || (use.name === 'AbortSignal' && use.member === 'timeout');
}

const spell = ({ name, member, as }: Use): string => `${as === 'new' ? 'new ' : ''}${name}${member === undefined ? '' : `.${member}`}`;

/** Findings for each use in the files of `where` that `forbids` does not let pass. */
const inspectUses = (sources: readonly Source[], where: (path: string) => boolean, forbids: (use: Use) => boolean, instead: string): Finding[] =>
  sources
    .filter(({ path }) => where(path))
    .flatMap(({ path, uses }) => uses.filter(forbids).map((use) => ({ path, line: use.line, what: `${spell(use)}. ${instead}` })));

export const pureRooms: Rule = {
  name: 'pure-rooms',
  reason: 'protocol, core, firmware and physics decide and compute; what they need of the world is handed in, so that a run can be replayed.',
  inspect: ({ sources }) =>
    sources
      .filter(({ path }) => roomOf(path)?.pure)
      .flatMap(({ path, uses, asyncLines, mentions }) => [
        ...uses
          .filter((use) => impureGlobals.has(use.name) || isChance(use))
          .map((use) => ({ path, line: use.line, what: `${spell(use)} in a pure room. Take the value as an argument.` })),
        ...[...new Set(asyncLines)].map((line) => ({
          path,
          line,
          what: 'Asynchronous code in a pure room. Return what is to be done, and let the caller wait for it.',
        })),
        ...mentions.flatMap(({ names, line, specifier }) =>
          specifier === 'node:crypto'
            ? names
                .filter((name) => randomNames.has(name) || name === '*' || name === 'default')
                .map((name) => ({ path, line, what: `${name} of node:crypto in a pure room. Name what you use, and take random bytes and keys as arguments.` }))
            : [],
        ),
      ]),
};

const inGateway = (path: string): boolean => /^gateway\/(?!web\/pages\/)/.test(path) && !roomOf(path)?.pure;
const inDeviceSim = (path: string): boolean => path.startsWith('device-sim/') && !roomOf(path)?.pure;

export const oneClock: Rule = {
  name: 'one-clock',
  reason: 'Nothing in the gateway but gateway/clock.ts asks the machine for the time, or a test and a simulation could not hold it.',
  inspect: ({ sources }) =>
    inspectUses(
      sources,
      (path) => inGateway(path) && !/^gateway\/(?:clock|main|log)\.ts$/.test(path),
      asksForTime,
      'Take a Clock as an argument: now(), monotonicMs(), sleep(ms, name, signal).',
    ),
};

/** Where randomness enters: handed on to what needs it, and never drawn on the spot. */
const handsChanceIn = (path: string): boolean => /^gateway\/(?:runtime|commands)$/.test(roomOf(path)?.name ?? '');

export const seededChance: Rule = {
  name: 'seeded-chance',
  reason: 'Every failure is a seed: chance nobody can repeat hides the failure it caused.',
  inspect: ({ sources }) => {
    const instead = 'Take a seeded generator (device-sim/random.ts) or a function as an argument; runtime and commands hand Math.random in.';
    const drawn = inspectUses(
      sources,
      (path) => handsChanceIn(path),
      (use) => isChance(use) && use.as === 'call',
      instead,
    );
    return [
      ...drawn,
      ...inspectUses(sources, (path) => !handsChanceIn(path) && (inGateway(path) || inDeviceSim(path) || path.startsWith('test/')), isChance, instead),
    ];
  },
};

export const oneExit: Rule = {
  name: 'one-exit',
  reason: 'A process that ends in the middle of a file closes nothing in order; main ends it once everything has stopped.',
  inspect: ({ sources }) =>
    inspectUses(
      sources,
      (path) => !/^(?:gateway|device-sim)\/main\.ts$|^scripts\//.test(path),
      ({ name, member }) => name === 'process' && (member === 'exit' || member === 'abort' || member === 'reallyExit'),
      'Throw a GatewayError, or return an exit code to main.',
    ),
};

export const quietRooms: Rule = {
  name: 'quiet-rooms',
  reason: 'What a technician reads comes from the log, redacted, or from a command; a stray line on the terminal breaks --json.',
  inspect: ({ sources }) =>
    inspectUses(
      sources,
      (path) => inGateway(path) && !/^gateway\/(?:commands\/|main\.ts$|log\.ts$)/.test(path),
      ({ name, member }) => name === 'console' || (name === 'process' && (member === 'stdout' || member === 'stderr')),
      'Take a Log as an argument, or return the text to the command.',
    ),
};
