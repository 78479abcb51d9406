/**
 * From what a gateway knows of itself to what a technician should look at: one finding a fact that is not as it should be, the worst first,
 * each with what to do. Pure. It must never soften or repeat: what is in order is said in one line, what is not gets its own.
 */
import type { AcceptanceReason } from '../../protocol/acceptance.ts';
import type { TimeQuality } from '../../protocol/signed-event.ts';
import { isTrusted } from './clock-trust.ts';

export type Level = 'bad' | 'warn' | 'ok';
export interface Finding {
  readonly level: Level;
  /** The same for machines; a device that only has something to say has none. */
  readonly code: AcceptanceReason | 'folder_unusable' | 'note';
  /** Device, line or part concerned. */
  readonly subject: string;
  readonly what: string;
  /** What to do next; null when all is well. */
  readonly todo: string | null;
}

/** The machine and the folder, as the command finds them. */
export interface MachineFacts {
  readonly freeDiskBytes: number;
  readonly missingKeys: readonly string[];
  /** Serial lines whose port does not exist now. */
  readonly missingPorts: readonly { readonly id: string; readonly path: string }[];
  readonly isServing: boolean;
}

/**
 * How requests and unasked frames ended, lately or since an examination began, with fractions; a device that speaks by itself is sent nothing, and its
 * frames count as answered or garbled.
 */
interface Traffic {
  readonly answered: number;
  readonly exceptions: number;
  readonly timeouts: number;
  readonly garbled: number;
  readonly utilisation: number;
}
/** A running gateway's own report. */
export interface VillageFacts {
  readonly timeq: TimeQuality;
  readonly problem: string | null;
  /** Null where no gateway runs. */
  readonly uplink: { readonly state: 'connecting' | 'online' | 'offline'; readonly backlog: number; readonly failure?: string | undefined } | null;
  readonly devices: readonly {
    readonly id: string;
    readonly state: 'unknown' | 'online' | 'offline';
    readonly note: string;
    readonly locked: string | null;
    /** What damaged replies say about the wiring, in words; null when nothing. */
    readonly symptom: string | null;
  }[];
  readonly lines: readonly (Traffic & { readonly id: string; readonly open: boolean; readonly strayBytes: number })[];
  readonly traffic: readonly (Traffic & { readonly id: string })[];
  readonly alarms: readonly { readonly bin: string; readonly compartment: number }[];
}

/** A month of a village is some 20 MB; below this a backup beside the ledger no longer fits. Unit: byte. */
export const diskLowBytes = 1024 ** 3;
/** Below this the ledger itself may soon be refused. Unit: byte. */
const diskBadBytes = 200 * 1024 ** 2;
/** Share of lost or spoilt answers from which wiring is suspected; a sound line has none in ten thousand. */
export const spoiltShare = 0.01;
/** Answers and failures before a share means anything. */
const spoiltTriesMin = 100;
/** Share of its time from which a line is full. */
export const fullShare = 0.8;
/** A backlog above this means days without a link. Unit: events. */
export const backlogHigh = 2000;

const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 ** 2)} MB`;
const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;

export function diagnoseMachine(facts: MachineFacts): Finding[] {
  const { freeDiskBytes, missingKeys, missingPorts, isServing } = facts;
  const findings: Finding[] = [];
  if (freeDiskBytes < diskBadBytes)
    findings.push({
      level: 'bad',
      code: 'disk_full',
      subject: 'disk',
      what: `only ${megabytes(freeDiskBytes)} free`,
      todo: 'Make room at once: a full disk stops drawing and weighing.',
    });
  else if (freeDiskBytes < diskLowBytes)
    findings.push({
      level: 'warn',
      code: 'disk_low',
      subject: 'disk',
      what: `${megabytes(freeDiskBytes)} free`,
      todo: 'Make room before the next visit: move old captures and backups away.',
    });
  for (const key of missingKeys)
    findings.push({
      level: 'bad',
      code: 'key_missing',
      subject: 'keys',
      what: `${key} is missing`,
      todo: 'Put it back from its backup; nothing makes it anew.',
    });
  for (const { id, path } of missingPorts)
    findings.push({
      level: 'bad',
      code: 'port_missing',
      subject: id,
      what: `${path} is not there`,
      todo: 'Plug the adapter in, or write its present place into the site file (usb:VID:PID survives re-plugging).',
    });
  if (!isServing)
    findings.push({
      level: 'warn',
      code: 'gateway_not_running',
      subject: 'gateway',
      what: 'no gateway runs on this folder',
      todo: 'Start it with sifen run; devices and uplink can be judged only then.',
    });
  return findings;
}

export function diagnoseVillage(facts: VillageFacts): Finding[] {
  return [
    ...diagnoseBooks(facts),
    ...diagnoseUplink(facts),
    ...facts.devices.flatMap((device) => diagnoseDevice(device, facts)),
    ...facts.lines.flatMap(diagnoseLine),
  ];
}

function diagnoseBooks({ problem, timeq, alarms }: VillageFacts): Finding[] {
  const findings: Finding[] = [];
  if (problem !== null)
    findings.push({
      level: 'bad',
      code: 'ledger_unsound',
      subject: 'ledger',
      what: problem,
      todo: 'Stop the gateway, keep the folder as it is, and run sifen events verify and sifen ledger on it.',
    });
  for (const { bin, compartment } of alarms)
    findings.push({
      level: 'bad',
      code: 'fire_alarm',
      subject: bin,
      what: `fire alarm in compartment ${compartment}`,
      todo: `Look, and when it is over: sifen device reset-alarm ${bin} ${compartment} --operator NAME`,
    });
  if (!isTrusted(timeq))
    findings.push({
      level: 'bad',
      code: 'date_uncertain',
      subject: 'clock',
      what: `the date is not certain (${timeq})`,
      todo: 'Connect the network, or say what day it is: sifen clock confirm "YYYY-MM-DD HH:MM"; change the battery of the PC.',
    });
  return findings;
}

function diagnoseUplink({ uplink }: VillageFacts): Finding[] {
  if (uplink === null) return [];
  const waiting = `${uplink.backlog} event(s) wait`;
  if (uplink.state === 'offline')
    return [
      {
        level: 'warn',
        code: 'uplink_down',
        subject: 'uplink',
        what: `no connection${uplink.failure === undefined ? '' : ` (${uplink.failure})`}; ${waiting}`,
        todo: 'Check broker address and network; nothing is lost meanwhile.',
      },
    ];
  if (uplink.backlog > backlogHigh)
    return [
      {
        level: 'warn',
        code: 'backlog_high',
        subject: 'uplink',
        what: waiting,
        todo: 'Look whether the number falls within minutes; if not, the broker takes too little.',
      },
    ];
  return [];
}

function diagnoseDevice({ id, state, note, locked, symptom }: VillageFacts['devices'][number], { traffic }: VillageFacts): Finding[] {
  if (locked !== null)
    return [
      {
        level: 'bad',
        code: 'device_locked',
        subject: id,
        what: `locked (${locked})`,
        todo: lockTodo[locked] ?? `Look at the device, then: sifen device rebaseline ${id} --operator NAME`,
      },
    ];
  if (symptom !== null)
    return [
      {
        level: 'bad',
        code: 'garbled',
        subject: id,
        what: symptom,
        todo: 'Switch the devices of the line off one by one and look who still answers; then termination, bias and loose wires.',
      },
    ];
  if (state === 'offline')
    return [
      {
        level: 'bad',
        code: 'no_answer',
        subject: id,
        what: 'does not answer',
        todo: 'Power, A/B wires, unit number and speed; sifen probe LINE shows who answers.',
      },
    ];
  const counted = traffic.find((row) => row.id === id);
  const spoilt = counted === undefined || triesOf(counted) < spoiltTriesMin ? 0 : (counted.timeouts + counted.garbled) / triesOf(counted);
  if (spoilt >= spoiltShare)
    return [
      {
        level: 'warn',
        code: 'answers_lost',
        subject: id,
        what: `${percent(spoilt)} of its answers are lost or spoilt`,
        todo: 'Termination and bias, loose wires, two devices with one number: sifen probe LINE looks closer.',
      },
    ];
  return note === '' ? [] : [{ level: 'ok', code: 'note', subject: id, what: note, todo: null }];
}

/** Locks that lift by themselves once their cause is gone. */
const lockTodo: Readonly<Record<string, string>> = {
  throat_blocked: 'Take the stuck roll out by hand; the lock lifts by itself.',
  commands_refused: 'The board refuses every command: compare the MAC key file with the board’s key, then restart the gateway.',
  fault_persists: 'Switch the board off and on: it then says how its job ended, and the lock lifts by itself.',
};

const triesOf = ({ answered, exceptions, timeouts, garbled }: Traffic): number => answered + exceptions + timeouts + garbled;

function diagnoseLine(line: VillageFacts['lines'][number]): Finding[] {
  const { id, open, utilisation, strayBytes } = line;
  if (!open)
    return [
      {
        level: 'bad',
        code: 'wire_missing',
        subject: id,
        what: 'the wire is not there',
        todo: 'Plug in the adapter or serial server; it is opened as soon as it is back.',
      },
    ];
  if (utilisation > fullShare)
    return [
      {
        level: 'warn',
        code: 'line_full',
        subject: id,
        what: `busy ${percent(utilisation)} of the time`,
        todo: 'Raise the speed or move devices to another line; sifen check FILE does the sum.',
      },
    ];
  if (triesOf(line) > spoiltTriesMin && strayBytes > triesOf(line) / 10)
    return [
      {
        level: 'warn',
        code: 'unasked_bytes',
        subject: id,
        what: `${Math.round(strayBytes)} bytes came unasked`,
        todo: 'Noise or a second master on this line; sifen probe LINE listens.',
      },
    ];
  return [];
}

const rank: Readonly<Record<Level, number>> = { bad: 0, warn: 1, ok: 2 };
/** The worst first. */
export const byLevel = (findings: readonly Finding[]): readonly Finding[] => [...findings].sort((a, b) => rank[a.level] - rank[b.level]);
