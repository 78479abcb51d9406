/**
 * The people of a simulated year: households with names, phones, identity numbers and cards that nobody else has, so that any of them found outside
 * the personal file is a leak, and operators of every function.
 */
import type { Random } from '../../device-sim/random.ts';
import { encodeCredential } from '../../protocol/credential.ts';
import type { Role } from '../../protocol/roles.ts';

const surnames = [...'竺裘俞潘盛蔺鄢阙澹宓'];
/** Characters no sentence of ours is made of, so that a name found is a name. */
const given = [...'翀媗璟昶倞彧玥甯芃茕荻莙萁葭蕤薏藜蘅虓蝾衎褚诩谌豫赟赪逵遫邕郗酡钊铨锳镒阗阮陟隽霁靖韫颉颢飏馥骐髦魁鸿麒黻黾'];
const members = [1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6] as const;

export interface Household {
  readonly number: string;
  readonly head: string;
  readonly phone: string;
  readonly identity: string;
  card: string;
  readonly members: number;
}

/** So many households; the names are all different. */
export function drawHouseholds(random: Random, count: number): Household[] {
  const names = random.shuffle(
    surnames.flatMap((surname) => given.flatMap((one, index) => given.slice(index + 1, index + 25).map((other) => surname + one + other))),
  );
  return Array.from({ length: count }, (_, index) => ({
    number: String(index + 1).padStart(4, '0'),
    head: names[index] as string,
    phone: `138${String(random.whole(0, 99_999_999)).padStart(8, '0')}`,
    identity: `330624${random.whole(1940, 2005)}0${random.whole(1, 9)}1${random.whole(0, 9)}${random.whole(1000, 9999)}`,
    card: newCard(random),
    members: random.pick(members),
  }));
}

export const newCard = (random: Random): string => encodeCredential(Uint8Array.from({ length: 10 }, () => random.whole(0, 255)));

/** The roster as a village has it, with a column of identity numbers that is none of our business. */
export const rosterOf = (households: readonly Household[]): string =>
  ['户号,户主,人数,电话,身份证号,卡号', ...households.map((row) => [row.number, row.head, row.members, row.phone, row.identity, row.card].join(','))].join(
    '\r\n',
  );

export interface Operator {
  readonly operator: string;
  readonly name: string;
  readonly role: Role;
  readonly badge: string;
  readonly pin: string;
}

const functions: readonly (readonly [string, Role])[] = [
  ['committee-1', 'committee'],
  ['committee-2', 'committee'],
  ['supervisor-1', 'supervisor'],
  ['supervisor-2', 'supervisor'],
  ['clerk-1', 'clerk'],
  ['clerk-2', 'clerk'],
  ['collector-1', 'collector'],
  ['collector-2', 'collector'],
  ['organiser-1', 'organiser'],
  ['organiser-2', 'organiser'],
];

export const drawOperators = (random: Random): Operator[] =>
  functions.map(([operator, role]) => ({
    operator,
    role,
    name: `欧阳${random.pick(given)}`,
    badge: newCard(random),
    pin: String(random.whole(100_000, 999_999)),
  }));
