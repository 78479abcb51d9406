/**
 * The house as data: which files make a room, and which rooms it may reach into. The arrows run
 * protocol <- core <- {store, southbound, northbound: never each other} <- workflows <- web <- runtime <- commands.
 * Moving a line of this table is a design decision, never a way to quiet a finding.
 */

export type RoomName = (typeof rooms)[number]['name'];

interface RoomRow {
  readonly name: string;
  /** The first row whose pattern fits a path is its room. */
  readonly holds: RegExp;
  /** Rooms it may import from, its own not being implied. */
  readonly imports: readonly string[];
  /** Decides and computes only: no clock, chance, timer, console, process or promise. */
  readonly pure?: true;
  /** Why the arrows stop here, and where the line belongs instead. */
  readonly why: string;
}

const base = ['protocol', 'gateway/limits', 'gateway/base'] as const;
const adapters = ['gateway/store', 'gateway/southbound', 'gateway/northbound'] as const;
const upToWorkflows = [...base, 'gateway/core', ...adapters, 'gateway/workflows'] as const;
const wholeGateway = [...upToWorkflows, 'gateway/web', 'gateway/web/pages', 'gateway/config', 'gateway/runtime', 'gateway/commands', 'gateway/main'] as const;
const wholeSimulator = ['device-sim/base', 'device-sim/firmware', 'device-sim/physics', 'device-sim/twins', 'device-sim'] as const;

/** Rooms from the most particular pattern to the most general. */
export const rooms = [
  {
    name: 'protocol',
    holds: /^protocol\//,
    imports: ['protocol'],
    pure: true,
    why: 'Both parties depend on what is said between them, so it depends on neither. Move the line to the party that does it.',
  },
  {
    name: 'gateway/limits',
    holds: /^gateway\/limits\.ts$/,
    imports: ['protocol'],
    pure: true,
    why: 'Bounds are numbers with a reason; everything may lean on them, so they lean on nothing.',
  },
  {
    name: 'gateway/base',
    holds: /^gateway\/(?:clock|errors|log)\.ts$/,
    imports: base,
    why: 'Clock, errors and log lie below every room of the gateway. Let the room above import them, not the other way round.',
  },
  {
    name: 'gateway/config',
    holds: /^gateway\/config(?:-file)?\.ts$/,
    imports: [...base, 'gateway/config'],
    why: 'The site file is read once, at the top; nothing below runtime knows it. Declare the options a room needs and pass them in.',
  },
  {
    name: 'gateway/core',
    holds: /^gateway\/core\//,
    imports: ['protocol', 'gateway/limits', 'gateway/core'],
    pure: true,
    why: 'Core decides and does nothing. Hand it the facts, and let a workflow act on the answer.',
  },
  {
    name: 'gateway/store',
    holds: /^gateway\/store\//,
    imports: [...base, 'gateway/core', 'gateway/store'],
    why: 'Store, southbound and northbound never know each other. Join them in gateway/workflows.',
  },
  {
    name: 'gateway/southbound',
    holds: /^gateway\/southbound\//,
    imports: [...base, 'gateway/core', 'gateway/southbound'],
    why: 'Store, southbound and northbound never know each other. Join them in gateway/workflows.',
  },
  {
    name: 'gateway/northbound',
    holds: /^gateway\/northbound\//,
    imports: [...base, 'gateway/core', 'gateway/northbound'],
    why: 'Store, southbound and northbound never know each other. Join them in gateway/workflows.',
  },
  {
    name: 'gateway/workflows',
    holds: /^gateway\/workflows\//,
    imports: upToWorkflows,
    why: 'A workflow tells one story with the rooms below it; who starts it and who shows it stand above.',
  },
  {
    name: 'gateway/web/pages',
    holds: /^gateway\/web\/pages\//,
    imports: ['protocol', 'gateway/web/pages'],
    why: 'Pages run in a browser: of ours they know the protocol, and the gateway by its HTTP API only.',
  },
  {
    name: 'gateway/web',
    holds: /^gateway\/web\//,
    imports: [...upToWorkflows, 'gateway/web'],
    why: 'Web shows and calls workflows; settings and start-up are handed in by runtime.',
  },
  {
    name: 'gateway/commands',
    holds: /^gateway\/commands\//,
    imports: [...upToWorkflows, 'gateway/web', 'gateway/config', 'gateway/runtime', 'gateway/commands'],
    why: 'Commands know the whole gateway, but neither main, nor the simulator, nor the tests.',
  },
  {
    name: 'gateway/main',
    holds: /^gateway\/main\.ts$/,
    imports: [...base, 'gateway/config', 'gateway/runtime', 'gateway/commands'],
    why: 'Main turns arguments into a command and ends the process; everything else belongs in a command.',
  },
  {
    // runtime.ts and the parts it is put together from, which stand beside it.
    name: 'gateway/runtime',
    holds: /^gateway\/(?:[^/]+\.ts$|runtime\/)/,
    imports: [...upToWorkflows, 'gateway/web', 'gateway/config', 'gateway/runtime'],
    why: 'Runtime builds everything and knows no command: pass what a command decided as an argument.',
  },
  {
    name: 'device-sim/base',
    holds: /^device-sim\/(?:random|register-bank|limits)\.ts$/,
    imports: ['protocol', 'device-sim/base'],
    pure: true,
    why: 'What firmware and physics share is as pure as they are.',
  },
  {
    name: 'device-sim/firmware',
    holds: /^device-sim\/firmware\//,
    imports: ['protocol', 'device-sim/base', 'device-sim/firmware', 'device-sim/physics'],
    pure: true,
    why: 'A board knows the protocol and the metal it drives, not the process, the wire or the gateway around it.',
  },
  {
    name: 'device-sim/physics',
    holds: /^device-sim\/physics\//,
    imports: ['protocol', 'device-sim/base', 'device-sim/firmware', 'device-sim/physics'],
    pure: true,
    why: 'Metal, weight and villagers are seeded step functions; sockets and clocks stay in the device-sim files beside them.',
  },
  {
    name: 'device-sim/twins',
    holds: /^device-sim\/twins\//,
    imports: ['protocol', 'device-sim/base', 'device-sim/firmware', 'device-sim/twins'],
    pure: true,
    why: 'A twin puts what firmware shows into the words of one model; weighing, waiting and wires are not its business.',
  },
  {
    name: 'device-sim',
    holds: /^device-sim\//,
    imports: ['protocol', ...wholeSimulator],
    why: 'Simulator and gateway meet on the wire and in protocol, never in code; only test and scripts may join them.',
  },
  {
    name: 'scripts',
    holds: /^scripts\//,
    imports: ['protocol', ...wholeGateway, ...wholeSimulator, 'data', 'scripts'],
    why: 'Nobody imports test.',
  },
  {
    name: 'test',
    holds: /^test\//,
    imports: ['protocol', ...wholeGateway, ...wholeSimulator, 'data', 'scripts', 'test', 'root'],
    why: 'A test may join everything.',
  },
  {
    name: 'root',
    holds: /^[^/]+\.ts$/,
    imports: ['test'],
    why: 'A configuration file at the root sets up a tool; of ours it may name the reporter of the tests, nothing else.',
  },
] as const satisfies readonly RoomRow[];

/** A file imported for its content, such as package.json. Not a room: it holds no code. */
export const dataFile = /\.(?:json|ya?ml|csv|html|css|svg|sql)$/;

/** What may stand at the root (dot files and dot folders beside it). */
export const topLevel: ReadonlySet<string> = new Set([
  ...['gateway', 'device-sim', 'protocol', 'config', 'scripts', 'test'],
  ...['package.json', 'package-lock.json', 'tsconfig.json', 'README.md', 'README.zh-CN.md', 'LICENSE'],
  ...['vitest.config.ts', 'biome.json', 'knip.json'],
]);

/** The room of a path, or undefined where a TypeScript file lives in none. */
export const roomOf = (path: string): RoomRow | undefined => rooms.find((room) => room.holds.test(path));
