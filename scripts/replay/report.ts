/** What a replay found, in words: the same decisions, or the first that came out otherwise, with the moment to look at in the capture. */
import type { LoadedSite } from '../../gateway/config-file.ts';
import { formatLocal } from '../../gateway/core/calendar.ts';
import { version } from '../../gateway/version.ts';
import { compareDecisions, type Decision, type Difference, eventDecision, toldDecision, toleranceMs, valueAt } from './compare.ts';
import { inSeconds, type PlayableCapture } from './read-capture.ts';
import type { Replayed } from './replay-village.ts';

export interface Verdict {
  readonly same: boolean;
  /** For people, a line each. */
  readonly lines: readonly string[];
  readonly compared: number;
  readonly difference: Difference | null;
}

/** The decisions of a capture, as far as it is whole. */
const recordedDecisions = ({ decisions, untilMs }: PlayableCapture): Decision[] =>
  decisions.flatMap((entry) => {
    if (entry.atMs > untilMs) return [];
    if (entry.event === 'told') return [toldDecision(entry.atMs, entry.station, entry.outcome)];
    const decision = entry.event === 'recorded' ? eventDecision(entry.atMs, entry) : undefined;
    return decision === undefined ? [] : [decision];
  });

export function judge(capture: PlayableCapture, replayed: Replayed): Verdict {
  const { manifest, untilMs } = capture;
  const { differences, compared } = compareDecisions(recordedDecisions(capture), replayed.decisions, { untilMs, pace: manifest.pace ?? 1 });
  const [difference = null] = differences;
  const same = difference === null && replayed.failure === null;
  const moment = (atMs: number) => `${inSeconds(atMs)} (${formatLocal(villageMsAt(capture, atMs))})`;
  // So near the end of a sound replay, the other gateway had only stopped asking.
  const [unanswered] = replayed.unanswered.filter(({ atMs }) => !same || atMs < untilMs - toleranceMs);
  const lines = [
    `Capture of ${manifest.gateway}, ${inSeconds(untilMs)} from ${formatLocal(manifest.villageMs)}, software ${manifest.version}${manifest.version === version ? '' : `, replayed by ${version}`}.`,
    ...capture.notes,
    ...ruleNotes(capture),
    ...differences.flatMap((one, at) => describeDifference(one, at === 0 ? 'First difference' : 'And then', moment)).slice(0, linesMax),
    ...(unanswered === undefined
      ? []
      : [`First request the capture has no answer to: ${unanswered.hex} on ${unanswered.wire} at ${moment(unanswered.atMs)}: ${unanswered.why}.`]),
    ...(replayed.failure === null ? [] : [`The gateway failed at ${moment(replayed.failure.atMs)}: ${replayed.failure.message}`]),
    same ? `${compared} decisions came out the same.` : `${compared} decisions came out the same before others came.`,
  ];
  return { same, lines, compared, difference };
}

const villageMsAt = ({ manifest }: PlayableCapture, atMs: number): number => Math.round(manifest.villageMs + atMs * (manifest.pace ?? 1));

const rollsOf = (bands: unknown): string => (Array.isArray(bands) ? bands.map(({ rolls }: { rolls?: unknown }) => String(rolls)).join('/') : '?');

/** Rules somebody changed since the recording are named, or their effect would be looked for elsewhere. */
function ruleNotes({ site, state }: PlayableCapture): string[] {
  const recorded = state.findLast(({ name }) => name === 'config.activated')?.data;
  if (recorded === undefined || recorded['digest'] === site.digest) return [];
  const shown = ({ config, tariffs }: LoadedSite) => `${rollsOf(config.rules.bags.bands)} roll(s) a month, tariff ${tariffs[0]?.version}`;
  return [
    `The rules in the folder (${shown(site)}) are not those that were recorded (${rollsOf(recorded['bands'])} roll(s) a month, tariff ${recorded['tariffVersion']}).`,
  ];
}

/** What follows from the first difference soon fills a screen. */
const linesMax = 9;

function describeDifference({ atMs, of, field, recorded, replayed }: Difference, what: string, moment: (atMs: number) => string): string[] {
  const told = (decision: Decision | null) =>
    decision === null ? 'nothing' : `${decision.name} ${JSON.stringify(decision.data)} at ${inSeconds(decision.atMs)}`;
  const head = `${what} at ${moment(atMs)}: ${of}`;
  const sides = [`  recorded  ${told(recorded)}`, `  replayed  ${told(replayed)}`];
  if (field === null) return [head, ...sides];
  const value = (decision: Decision | null) => (field === 'the moment' ? inSeconds(decision?.atMs ?? 0) : JSON.stringify(valueAt(decision, field)));
  return [`${head}, ${recorded?.name}, ${field}: recorded ${value(recorded)}, replayed ${value(replayed)}`, ...sides];
}
