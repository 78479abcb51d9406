/**
 * Whether a sorting point can be accepted: each thing looked at gets a result by a bound that stands here or where doctor has it, and the
 * report as a whole the verdict of its worst result. Pure: facts in, checks out. It must never soften a finding of doctor's, and what was not
 * examined never counts as good.
 */
import type { AcceptanceCheck, AcceptanceReason, AcceptanceReport } from '../../protocol/acceptance.ts';
import type { CompartmentReading } from '../../protocol/bin-reading.ts';
import { type BusSymptom, judgeTraffic, rememberTraffic, type UnitTraffic } from './bus-symptoms.ts';
import {
  backlogHigh,
  diagnoseMachine,
  diagnoseVillage,
  diskLowBytes,
  type Finding,
  fullShare,
  type MachineFacts,
  spoiltShare,
  type VillageFacts,
} from './diagnosis.ts';

/** Fewer answers during an examination say little about a wire: a remark. */
const answersMin = 15;
/** Share of lost or spoilt answers from which a device is not accepted at all. */
const mostlyLostShare = 0.2;
/** Share of the deadline of its model from which the mean answer is called slow: the next longer cable would break it. */
const slowShare = 0.5;
/** What a thermometer in a bin may show in a village, fire being another matter. Unit: 0.1 degC. */
const temperatureDeciC = { least: -400, most: 600 };

/** Whether something was to be examined by hand: everything is, unless the order named others. */
export type Wanted = 'wanted' | 'left_out';
type Judged = Pick<AcceptanceCheck, 'result' | 'reasons'>;
type Level = Judged['result'];

const rank: Readonly<Record<Level, number>> = { failed: 0, remark: 1, passed: 2 };
const worst = (levels: readonly Level[]): Level => levels.reduce((so, level) => (rank[level] < rank[so] ? level : so), 'passed');

/** A reason with how bad it is. */
type Said = readonly [code: AcceptanceReason, level: Exclude<Level, 'passed'>];
/** Reasons together, worst first, each once. */
function judge(said: readonly Said[]): Judged {
  const sorted = [...said].sort(([, a], [, b]) => rank[a] - rank[b]);
  return { result: worst(said.map(([, level]) => level)), reasons: [...new Set(sorted.map(([code]) => code))] };
}

const saidBy = (findings: readonly Finding[], subject: string): Said[] =>
  findings.flatMap(({ level, code, subject: one }): Said[] =>
    one !== subject || level === 'ok' || code === 'note' || code === 'folder_unusable' ? [] : [[code, level === 'bad' ? 'failed' : 'remark']],
  );
const permille = (share: number): number => Math.min(1000, Math.max(0, Math.round(share * 1000)));
const megabytes = (bytes: number): number => Math.floor(bytes / 1024 ** 2);

/** Requests of one device or line that came to an end. Units as in southbound/traffic.ts. */
export interface Counters {
  readonly answered: number;
  readonly exceptions: number;
  readonly timeouts: number;
  readonly garbled: number;
  readonly doubled: number;
  readonly meanMs: number;
}

/** One device over an examination. */
export interface DeviceRun {
  readonly id: string;
  readonly model: string;
  /** Null for a device with a port of its own: whether it answers is judged, its traffic is not. */
  readonly place: { readonly line: string; readonly unit: number } | null;
  readonly state: 'unknown' | 'online' | 'offline';
  readonly identity: readonly { readonly field: string; readonly value: number }[];
  readonly deadlineMs: number | null;
  /** Counters when it began and now; null where there are none. */
  readonly traffic: { readonly before: Counters; readonly now: Counters } | null;
}

/** What came of a known weight. Units: gram. */
export interface ScaleExam {
  readonly id: string;
  readonly wanted: Wanted;
  /** Null when nobody put a weight on. */
  readonly outcome:
    | {
        readonly kind: 'weighed';
        readonly nominalGrams: number;
        readonly readGrams: number;
        readonly limitGrams: number;
        readonly passed: boolean;
        readonly event: number | null;
      }
    | { readonly kind: 'refused'; readonly nominalGrams: number; readonly code: string }
    | null;
}

/** What came of a press of the service key. */
export interface DispenserExam {
  readonly id: string;
  readonly reliability: 'A' | 'B' | 'C';
  readonly wanted: Wanted;
  readonly outcome: {
    readonly refusal: AcceptanceReason | null;
    readonly ctrTestBefore: number | null;
    readonly ctrTestAfter: number | null;
    readonly event: number | null;
  } | null;
}

/** One look at a bin; null: nothing of it could be read. */
export interface BinExam {
  readonly id: string;
  readonly readings: readonly CompartmentReading[] | null;
}

export interface PointFacts {
  readonly machine: MachineFacts;
  readonly keysNeeded: number;
  /** Counters of lines and devices since the examination began: what was repaired before it is not held against anybody. */
  readonly village: VillageFacts;
  readonly devices: readonly DeviceRun[];
  readonly scales: readonly ScaleExam[];
  readonly dispensers: readonly DispenserExam[];
  readonly bins: readonly BinExam[];
}

/** Everything that was looked at, judged, in the order of the report. */
export function judgePoint(facts: PointFacts): AcceptanceCheck[] {
  const { machine, village } = facts;
  const findings = [...diagnoseMachine(machine), ...diagnoseVillage(village)];
  const symptoms = judgeTraffic(rememberTraffic(new Map(), facts.devices.flatMap(trafficOf)));
  return [
    ...judgeMachine(facts, findings),
    ...village.lines.map((line) => judgeLine(line, findings)),
    ...facts.devices.map((device) => judgeDevice(device, { lines: village.lines, symptom: symptoms.get(device.id), findings })),
    ...facts.scales.map(judgeScale),
    ...facts.dispensers.map(judgeDispenser),
    ...facts.bins.flatMap((bin) => judgeBin(bin, village)),
  ];
}

/** The verdict of a report: that of its worst check. */
export function decideVerdict(checks: readonly AcceptanceCheck[]): AcceptanceReport['verdict'] {
  const level = worst(checks.map(({ result }) => result));
  return level === 'failed' ? 'not_accepted' : level === 'remark' ? 'accepted_with_remarks' : 'accepted';
}

function judgeMachine({ machine, keysNeeded, village }: PointFacts, findings: readonly Finding[]): AcceptanceCheck[] {
  const by = (subject: string) => judge(saidBy(findings, subject));
  const { freeDiskBytes, missingKeys, missingPorts, isServing } = machine;
  const { timeq, problem, uplink } = village;
  const missing = missingPorts.map(({ id }) => id);
  return [
    { check: 'disk', freeMegabytes: megabytes(freeDiskBytes), leastMegabytes: megabytes(diskLowBytes), ...by('disk') },
    { check: 'keys', present: keysNeeded - missingKeys.length, needed: keysNeeded, ...by('keys') },
    { check: 'ports', missing, ...judge(missing.map((): Said => ['port_missing', 'failed'])) },
    { check: 'ledger', sound: problem === null, ...by('ledger') },
    { check: 'clock', timeq, ...by('clock') },
    {
      ...{ check: 'uplink', state: uplink?.state ?? 'none', backlog: uplink?.backlog ?? 0, mostBacklog: backlogHigh },
      ...judge([...saidBy(findings, 'uplink'), ...(isServing ? [] : saidBy(findings, 'gateway'))]),
    },
  ];
}

function judgeLine({ id, open, utilisation, strayBytes }: VillageFacts['lines'][number], findings: readonly Finding[]): AcceptanceCheck {
  // A port that is not there has its own check, under the same name.
  const said = saidBy(findings, id).filter(([code]) => code !== 'port_missing');
  return {
    ...{ check: 'line', line: id, open, busyPermille: permille(utilisation), mostBusyPermille: permille(fullShare), strayBytes },
    ...judge(said),
  };
}

interface Surroundings {
  readonly lines: VillageFacts['lines'];
  readonly symptom: BusSymptom | undefined;
  readonly findings: readonly Finding[];
}

function judgeDevice({ id, model, place, state, identity, deadlineMs, traffic }: DeviceRun, { lines, symptom, findings }: Surroundings): AcceptanceCheck {
  const run = traffic === null ? null : runOf(traffic.before, traffic.now);
  const said: Said[] = saidBy(findings, id).filter(([code]) => code !== 'fire_alarm' && code !== 'no_answer');
  if (state !== 'online')
    said.push([isBabble(lines.find((line) => line.id === place?.line)?.strayBytes ?? 0, run) ? 'unreadable_answers' : 'no_answer', 'failed']);
  else said.push(...judgeRun(run, deadlineMs));
  if (symptom !== undefined) said.push([symptom, 'failed']);
  return {
    ...{ check: 'device', device: id, model, line: place?.line ?? null, unit: place?.unit ?? null, state, identity: [...identity] },
    ...{ tries: run?.tries ?? 0, lost: run?.lost ?? 0, mostLostPermille: permille(spoiltShare), meanMicros: run?.meanMicros ?? null, deadlineMs },
    ...judge(said),
  };
}

interface Run {
  readonly tries: number;
  readonly lost: number;
  readonly garbled: number;
  readonly answered: number;
  readonly meanMicros: number | null;
}

/** What its traffic since the examination began says of a device that stands on a line. */
function trafficOf({ id, place, traffic }: DeviceRun): UnitTraffic[] {
  if (place === null || traffic === null) return [];
  const { before, now } = traffic;
  const since = (name: keyof Counters) => now[name] - before[name];
  const replies = { answered: since('answered'), exceptions: since('exceptions'), garbled: since('garbled'), doubled: since('doubled') };
  return [{ id, ...place, ...replies, timeouts: since('timeouts') }];
}

/** What passed between two looks at the same counters. */
function runOf(before: Counters, now: Counters): Run {
  const replies = ({ answered, exceptions }: Counters) => answered + exceptions;
  const answered = replies(now) - replies(before);
  const garbled = now.garbled - before.garbled;
  const lost = garbled + now.timeouts - before.timeouts;
  const sumMs = now.meanMs * replies(now) - before.meanMs * replies(before);
  return { tries: answered + lost, lost, garbled, answered, meanMicros: answered === 0 || sumMs <= 0 ? null : Math.round((sumMs / answered) * 1000) };
}

/**
 * Whether an examination may end for this device: one that answers has done so often enough, and one that does not was asked at least once, so
 * that silence can be told from babble. Behind a wire that is away there is nothing to wait for.
 */
export function isHeardEnough(state: DeviceRun['state'], isLineOpen: boolean, before: Counters, now: Counters): boolean {
  const run = runOf(before, now);
  return state === 'online' ? run.answered >= answersMin : !isLineOpen || run.tries >= 1;
}

/** Bytes came, and none of them were an answer: the wires are there, and something about them or the speed is wrong. */
const isBabble = (strayBytes: number, run: Run | null): boolean => run !== null && run.answered === 0 && (run.garbled > 0 || strayBytes > 0);

function judgeRun(run: Run | null, deadlineMs: number | null): Said[] {
  if (run === null) return [];
  const said: Said[] = [];
  if (run.answered < answersMin) said.push(['few_answers', 'remark']);
  const share = run.tries === 0 ? 0 : run.lost / run.tries;
  if (run.tries >= answersMin && share >= mostlyLostShare) said.push(['answers_mostly_lost', 'failed']);
  else if (run.tries >= answersMin && share >= spoiltShare) said.push(['answers_lost', 'remark']);
  if (deadlineMs !== null && run.meanMicros !== null && run.meanMicros >= deadlineMs * 1000 * slowShare) said.push(['slow_answers', 'remark']);
  return said;
}

const unexamined = (wanted: Wanted): Said => (wanted === 'wanted' ? ['not_examined', 'failed'] : ['left_out', 'remark']);

function judgeScale({ id, wanted, outcome }: ScaleExam): AcceptanceCheck {
  const empty = {
    check: 'scale',
    scale: id,
    nominalGrams: outcome?.nominalGrams ?? null,
    readGrams: null,
    limitGrams: null,
    refusal: null,
    event: null,
  } as const;
  if (outcome === null) return { ...empty, ...judge([unexamined(wanted)]) };
  if (outcome.kind === 'refused') return { ...empty, refusal: outcome.code, ...judge([['nothing_weighed', 'failed']]) };
  const { readGrams, limitGrams, event, passed } = outcome;
  return { ...empty, readGrams, limitGrams, event, ...judge(passed ? [] : [['scale_off', 'failed']]) };
}

function judgeDispenser({ id, reliability, wanted, outcome }: DispenserExam): AcceptanceCheck {
  const empty = { check: 'dispenser', dispenser: id, reliability, ctrTestBefore: null, ctrTestAfter: null, event: null } as const;
  if (reliability !== 'A') return { ...empty, ...judge([['no_service_key', 'remark']]) };
  if (outcome === null) return { ...empty, ...judge([unexamined(wanted)]) };
  const { refusal, ctrTestBefore, ctrTestAfter, event } = outcome;
  return { ...empty, ctrTestBefore, ctrTestAfter, event, ...judge(refusal === null ? [] : [[refusal, 'failed']]) };
}

function judgeBin({ id, readings }: BinExam, { alarms }: VillageFacts): AcceptanceCheck[] {
  const nothing = { check: 'compartment', bin: id, compartment: null, wasteClass: null, levelPercent: null, full: null, doorOpen: null, smoke: null } as const;
  if (readings === null) return [{ ...nothing, temperatureDeciC: null, ...judge([['bin_unreadable', 'failed']]) }];
  return readings.map((reading) => {
    const burns = alarms.some(({ bin, compartment }) => bin === id && compartment === reading.compartment);
    return { check: 'compartment', bin: id, ...reading, ...judge([...(burns ? ([['fire_alarm', 'failed']] as const) : []), ...judgeCompartment(reading)]) };
  });
}

function judgeCompartment({ levelPercent, full, doorOpen, smoke, temperatureDeciC: deciC }: CompartmentReading): Said[] {
  const said: Said[] = [];
  if (smoke === true) said.push(['smoke_seen', 'failed']);
  if (deciC !== null && (deciC < temperatureDeciC.least || deciC > temperatureDeciC.most)) said.push(['temperature_implausible', 'failed']);
  // Behind an open hatch the sensor sees the arm, not the waste.
  if (doorOpen === true) said.push(['door_open', 'remark']);
  else if (levelPercent === null && full === null) said.push(['level_unreadable', 'failed']);
  return said;
}
