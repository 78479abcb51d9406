/**
 * What a line's answers to a search mean: which model a unit is likely to be, and what is wrong with the wiring. Pure; asking is
 * workflows/probe-line.ts. A guess is only ever a guess: the register map that fits best is named first, with what it read.
 */

/** A serial setting the search tries. `label` is for people: `9600 8N1`. */
export interface ProbeSetting {
  readonly baud: number;
  readonly parity: 'none' | 'even' | 'odd';
}

/** How one question to one unit ended. `stray`: right, but bytes nobody asked for came with it. */
export type ProbeAnswer = 'answered' | 'refused' | 'silent' | 'garbled' | 'stray';

/** A model whose map could be read from the unit, with how many registers it covered and how many of them were not zero. */
export interface ModelFit {
  readonly model: string;
  readonly registers: number;
  readonly nonZero: number;
  /** A few readings in words, for a person to compare with the device's own display. */
  readonly reading: string;
}

/** What came back on a wire nobody was asked on, and after a question to a unit that is not there. */
export interface WireSound {
  /** Without those of frames that some model says. */
  readonly idleBytes: number;
  /** The question itself came back. */
  readonly echo: boolean;
}

/** One setting searched. `answers` by unit. */
export interface ProbeRound {
  readonly setting: ProbeSetting | null;
  readonly sound: WireSound;
  readonly answers: ReadonlyMap<number, readonly ProbeAnswer[]>;
}

/** A device that talks by itself: frames were heard that are right for each of these models. */
export interface TalkerFound {
  readonly models: readonly string[];
  readonly setting: ProbeSetting | null;
  readonly frames: number;
}
/** A device that gave a right answer, twice, to the question of its own protocol. */
export interface AnswererFound {
  readonly model: string;
  /** Null where the protocol knows no units. */
  readonly unit: number | null;
  readonly setting: ProbeSetting | null;
}
/** All that a search brought, besides who answers in Modbus. */
export interface ProbeFindings {
  readonly rounds: readonly ProbeRound[];
  readonly talkers: readonly TalkerFound[];
  readonly answerers: readonly AnswererFound[];
}

export type ProbeSymptom =
  | { readonly code: 'echo' }
  | { readonly code: 'talks_unasked'; readonly bytes: number }
  | { readonly code: 'address_shared'; readonly unit: number }
  | { readonly code: 'swapped_or_speed' }
  | { readonly code: 'silent' };

/** Share of spoilt answers at one unit, others being clean, from which two devices are suspected behind it. */
const sharedShare = 0.3;

const isAnswer = (answer: ProbeAnswer): boolean => answer === 'answered' || answer === 'refused' || answer === 'stray';
const isSpoilt = (answer: ProbeAnswer): boolean => answer === 'garbled' || answer === 'stray';

/** Units that answered in a round, in order. */
export const unitsFound = ({ answers }: ProbeRound): readonly number[] =>
  [...answers].filter(([, list]) => list.some(isAnswer) || list.filter((answer) => answer === 'garbled').length > 1).map(([unit]) => unit);

/**
 * What is wrong on a line, from all that a search brought. Nothing is said of a line on which everything is as it should be; where a device was
 * recognised by its own frames, that nobody else answers and what other speeds made of it says nothing of the wiring.
 */
export function judgeLine({ rounds, talkers, answerers }: ProbeFindings): readonly ProbeSymptom[] {
  const symptoms: ProbeSymptom[] = [];
  if (rounds.some(({ sound }) => sound.echo)) symptoms.push({ code: 'echo' });
  const answered = rounds.filter(({ answers }) => [...answers.values()].some((list) => list.some(isAnswer)));
  const loudest = Math.max(0, ...rounds.map(({ sound }) => sound.idleBytes));
  for (const { answers } of answered)
    for (const [unit, list] of answers) {
      const others = [...answers].some(([other, theirs]) => other !== unit && theirs.some(isSpoilt));
      if (!others && list.length > 1 && list.filter(isSpoilt).length / list.length >= sharedShare) symptoms.push({ code: 'address_shared', unit });
    }
  if (answered.length + talkers.length + answerers.length > 0) return symptoms;
  const garbled = rounds.some(({ answers }) => [...answers.values()].some((list) => list.includes('garbled')));
  if (loudest > 0) symptoms.push({ code: 'talks_unasked', bytes: loudest });
  if (garbled) symptoms.push({ code: 'swapped_or_speed' });
  if (loudest === 0 && !garbled) symptoms.push({ code: 'silent' });
  return symptoms;
}

/** Best fit first: the map that found most registers in use, then the one that covers most of them. */
export const rankFits = (fits: readonly ModelFit[]): readonly ModelFit[] =>
  [...fits].sort((a, b) => b.nonZero - a.nonZero || b.registers - a.registers || a.model.localeCompare(b.model));

const sentences: { readonly [Code in ProbeSymptom['code']]: (symptom: Extract<ProbeSymptom, { code: Code }>) => string } = {
  echo: () => 'Every question comes back: the adapter echoes. Switch its echo off (RE tied to DE), or use another adapter.',
  talks_unasked: ({ bytes }) =>
    `${bytes} bytes came without a question and made no sense: a device that streams at another speed, noise on an open line (termination, bias), or A and B swapped.`,
  address_shared: ({ unit }) =>
    `Unit ${unit} answers, but its answers are spoilt while others are clean: two devices with the same unit number. Take one off the line and probe again.`,
  swapped_or_speed: () => 'Something answers, but never a right frame: A and B swapped, a speed or parity that was not tried, or no common ground.',
  silent: () => 'Nothing answers: no power, a wire off, A and B swapped, or a speed or unit number that was not tried.',
};

/** A symptom with what to do about it. */
export const describeSymptom = (symptom: ProbeSymptom): string => (sentences[symptom.code] as (symptom: ProbeSymptom) => string)(symptom);
