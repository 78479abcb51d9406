/**
 * Who may use what from outside, one row a package: the narrower the door, the less a library's habits spread.
 * A package or Node module without a row is for test and scripts/bench alone. A new row wants its reason in gateway/README.md too.
 */
import type { RoomName } from './rooms.ts';

interface PackageRow {
  readonly packages: readonly string[];
  readonly rooms: readonly RoomName[];
  /** Single files beside the rooms. */
  readonly files?: RegExp;
  readonly why: string;
}

const shell = ['device-sim', 'scripts'] as const;
const top = ['gateway/runtime', 'gateway/commands', 'gateway/main'] as const;
const adapters = ['gateway/store', 'gateway/southbound', 'gateway/northbound'] as const;
const everyRoomThatRuns = [...adapters, 'gateway/workflows', 'gateway/web', 'gateway/config', 'gateway/base', ...top, ...shell] as const;
const pureRooms = ['protocol', 'gateway/core', 'gateway/limits', 'device-sim/base', 'device-sim/firmware', 'device-sim/physics'] as const;

export const packageRows: readonly PackageRow[] = [
  { packages: ['better-sqlite3'], rooms: ['gateway/store'], why: 'gateway/store holds the only SQL: add a function there.' },
  {
    packages: ['modbus-serial'],
    rooms: ['gateway/southbound'],
    why: 'It trusts replies too far; only our own port in gateway/southbound stands between it and a line.',
  },
  {
    packages: ['serialport'],
    rooms: ['gateway/southbound'],
    files: /^device-sim\/serve-serial\.ts$/,
    why: 'Ports are opened late and reopened for ever in one place on each side.',
  },
  {
    packages: ['mqtt', 'aedes'],
    rooms: ['gateway/northbound'],
    files: /^scripts\/(?:fleet\b|simulation\/virtual-broker\.ts$)/,
    why: 'The uplink and the broker are gateway/northbound: hand it the message.',
  },
  {
    packages: ['fastify', '@fastify/static', '@fastify/helmet', '@fastify/rate-limit', '@fastify/cookie'],
    rooms: ['gateway/web'],
    files: /^device-sim\/panel\//,
    why: 'HTTP is spoken in gateway/web and by the simulator panel.',
  },
  { packages: ['pino'], rooms: [], files: /^gateway\/log\.ts$/, why: 'Redaction is set up once: take the Log type of gateway/log.ts as an argument.' },
  { packages: ['uqr'], rooms: [], files: /^gateway\/commands\/label-sheet\.ts$/, why: 'Symbols are drawn in one place: hand it the codes.' },
  { packages: ['commander'], rooms: ['gateway/main', 'gateway/commands'], why: 'Arguments end where commands begin.' },
  {
    packages: ['yaml'],
    rooms: [],
    files: /^gateway\/config-file\.ts$|^device-sim\/yaml-file\.ts$/,
    why: 'A site file is read in one place, with line numbers.',
  },
  { packages: ['csv-parse'], rooms: [], files: /^gateway\/(?:core|workflows|commands)\/[a-z-]*roster[a-z-]*\.ts$/, why: 'Only the roster is CSV.' },
  {
    packages: ['zod'],
    rooms: ['protocol', 'gateway/config', ...adapters, 'gateway/web', ...top, ...shell],
    // A story or view says what it asks, and is handed what came in.
    files: /^gateway\/workflows\/(?:story|view|(?:stories|views)\/[a-z-]+)\.ts$/,
    why: 'Untrusted input is parsed where it enters; inside, the types are enough.',
  },
  {
    packages: ['playwright-core'],
    rooms: [],
    files: /^scripts\/village\/browser\.ts$/,
    why: 'A browser is opened in one place, and only by tests and for pictures.',
  },
  { packages: ['oxc-parser'], rooms: [], files: /^scripts\/tidy\//, why: 'Only tidy reads our own syntax.' },
  { packages: ['vitest'], rooms: ['test', 'root'], why: 'Only tests know the test runner.' },
  { packages: ['node:assert'], rooms: [...pureRooms, ...everyRoomThatRuns], why: 'Our own mistake is an assertion, anywhere but in a page.' },
  {
    packages: ['node:crypto'],
    rooms: ['protocol', 'gateway/config', ...adapters, 'gateway/web', ...top, ...shell],
    why: 'Hashes and signatures are protocol; random numbers and keys are handed in from runtime.',
  },
  { packages: ['node:buffer'], rooms: ['protocol'], why: 'Buffer is a global elsewhere.' },
  {
    packages: ['node:timers'],
    rooms: shell,
    files: /^gateway\/clock\.ts$/,
    why: 'Every wait in the gateway goes through a Clock that is handed in: use clock.sleep.',
  },
  {
    packages: ['node:fs', 'node:path'],
    rooms: [...adapters, 'gateway/config', 'gateway/web', ...top, ...shell],
    why: 'Files are opened in the rooms that own them; pass the content to the others.',
  },
  {
    packages: ['node:net', 'node:tls'],
    rooms: ['gateway/southbound', 'gateway/northbound', 'gateway/web', ...top, ...shell],
    why: 'Sockets belong to the bus, the uplink, the web and the commands.',
  },
  {
    packages: ['node:http', 'node:https'],
    rooms: ['gateway/web', 'gateway/commands', ...shell],
    why: 'HTTP is spoken in gateway/web, and to it by the commands.',
  },
  {
    packages: ['node:events', 'node:stream'],
    rooms: [...adapters, 'gateway/web', 'gateway/base', ...top, ...shell],
    why: 'Events and streams wrap sockets and files; core and workflows are told in plain calls.',
  },
  { packages: ['node:child_process'], rooms: [...top, ...shell], why: 'Child processes are started at the top, where they can be stopped in order.' },
  {
    packages: ['node:url', 'node:util', 'node:os', 'node:readline', 'node:process', 'node:dns', 'node:zlib'],
    rooms: [...top, ...shell, 'gateway/config'],
    why: 'The machine and the terminal are known at the top; pass what you need.',
  },
];

/** Rooms, and the benchmarks of scripts, that may use any package at all. */
export const usesAnything = /^test\/|^scripts\/bench\b/;

/** `zod` of `zod/mini`, `@fastify/static` of `@fastify/static/x`, `node:fs` of `node:fs/promises`. */
export function packageName(specifier: string): string {
  const [first = '', second] = specifier.split('/');
  return first.startsWith('@') && second !== undefined ? `${first}/${second}` : first;
}
