/**
 * What the dispenser board BD-1 runs: rules D1 to D12 of the register contract as one total step function over its non-volatile memory
 * and its RAM. Called by the simulated board for every command, status read, timer tick and sensor edge, and searched exhaustively as a
 * model, so states and inputs are plain JSON values. It must never know a wire, a clock, a file or chance.
 * Source: dispenser register contract, section "Device register contract", rules D1-D12; the readings of D2, D11 and D12 in DESIGN 6.
 */

/** What outlives a power cut. Written whole, in one go: a `commit` effect is on the medium before the next effect takes place. */
export interface BoardNv {
  /** Power-ups since the factory, modulo 65536. */
  readonly bootCount: number;
  /** Drawn at random at factory reset or board swap: whoever expects another one talks to another memory. u32. */
  readonly nonce: number;
  /** Highest job or fence number ever accepted. 0..2^53 - 1. */
  readonly lastJob: number;
  /** Rolls asked for by `lastJob`; 0 for a fence. */
  readonly quantity: number;
  /** Rolls of `lastJob` past the exit sensor; never above `quantity`. */
  readonly doneRolls: number;
  readonly result: 'none' | 'armed' | 'ok' | 'jam' | 'indeterminate' | 'fenced';
  /** Rolls past the exit sensor outside service, motor starts for jobs, rolls past the sensor in service. u32, never reset. */
  readonly ctrOut: number;
  readonly ctrStart: number;
  readonly ctrTest: number;
}

/** The switches and light barriers of the machine. `rollLow` and `tamper` are only reported. */
export interface BoardSensors {
  readonly throatBlocked: boolean;
  readonly doorOpen: boolean;
  readonly rollLow: boolean;
  readonly tamper: boolean;
}

type RestingState = 'idle' | 'done' | 'fault';

/** What a power cut erases. */
export interface BoardRam {
  readonly state: RestingState | 'armed' | 'moving';
  /** While a service dispense runs: the state to return to and the rolls still to come. `null` otherwise. */
  readonly service: { readonly rest: RestingState; readonly rollsLeft: number } | null;
  /** How long the motor has run since it started or since the last roll. Unit: ms of machine time. */
  readonly movedMs: number;
  /** Counts status reads, so that a master can tell a fresh answer from a late one. u16. */
  readonly snapshot: number;
  /** When the last valid status read was answered. Unit: ms of wire time. `null` before the first. */
  readonly statusReadAtMs: number | null;
  readonly sensors: BoardSensors;
}

/** A command block whose CRC, MAC and bounds have been checked: `quantity` is 1..10, or 0 for a fence. */
export interface BoardCommand {
  readonly opcode: 'dispense' | 'fence';
  readonly jobId: number;
  readonly quantity: number;
  readonly expectLastJob: number;
  readonly expectCtrOut: number;
}

export type BoardInput =
  | { readonly kind: 'command'; readonly command: BoardCommand; readonly wireMs: number }
  | { readonly kind: 'statusRead'; readonly wireMs: number }
  | { readonly kind: 'serviceDispense'; readonly rolls: number }
  | { readonly kind: 'sensors'; readonly sensors: BoardSensors }
  | { readonly kind: 'exitEdge' }
  | { readonly kind: 'tick'; readonly elapsedMs: number };

/** What the step makes happen, in this order. An `answer` goes back to the master: `busy` is exception 06, `refused` exception 03. */
export type BoardEffect =
  | { readonly kind: 'commit' }
  | { readonly kind: 'motor'; readonly on: boolean; readonly job: number | null }
  | { readonly kind: 'answer'; readonly answer: 'written' | 'busy' | 'refused' };

export interface BoardStep {
  readonly nv: BoardNv;
  readonly ram: BoardRam;
  readonly effects: readonly BoardEffect[];
}

/** Longest silence of the gateway before the board takes no new command (D12). Unit: ms of wire time. */
export const heartbeatMs = 10_000;
/** Longest the motor runs without a roll passing the exit. Unit: ms of machine time; a roll takes about 2.5 s. */
export const jamAfterMs = 6_000;
/** Memory as the factory, or a swap of the board, leaves it. */
export function blankNv(nonce: number): BoardNv {
  return { bootCount: 0, nonce, lastJob: 0, quantity: 0, doneRolls: 0, result: 'none', ctrOut: 0, ctrStart: 0, ctrTest: 0 };
}

const commit: BoardEffect = { kind: 'commit' };
const motorOff: BoardEffect = { kind: 'motor', on: false, job: null };
const answer = (word: 'written' | 'busy' | 'refused'): BoardEffect => ({ kind: 'answer', answer: word });
const nextU32 = (counter: number): number => (counter + 1) % 0x1_0000_0000;
const isBusy = (ram: BoardRam): boolean => ram.state === 'armed' || ram.state === 'moving';
const isClear = (sensors: BoardSensors): boolean => !sensors.throatBlocked && !sensors.doorOpen;

/** D9: a job found ARMED at power-up is never resumed; what it delivered is known, how it ended is not. */
export function powerUpBoard(nv: BoardNv, sensors: BoardSensors): BoardStep {
  return {
    nv: { ...nv, bootCount: (nv.bootCount + 1) % 0x1_0000, result: nv.result === 'armed' ? 'indeterminate' : nv.result },
    ram: { state: sensors.throatBlocked ? 'fault' : 'idle', service: null, movedMs: 0, snapshot: 0, statusReadAtMs: null, sensors },
    effects: [commit],
  };
}

/** One step of the board. Total: every input has an answer in every state. */
export function stepBoard(nv: BoardNv, ram: BoardRam, input: BoardInput): BoardStep {
  switch (input.kind) {
    case 'command':
      return stepCommand(nv, ram, input.command, input.wireMs);
    case 'statusRead':
      return { nv, ram: { ...ram, snapshot: (ram.snapshot + 1) % 0x1_0000, statusReadAtMs: input.wireMs }, effects: [] };
    case 'serviceDispense':
      return stepService(nv, ram, input.rolls);
    case 'sensors': {
      const seen = { ...ram, sensors: input.sensors };
      // An open door stops the motor at once, whatever it was doing.
      return seen.state === 'moving' && input.sensors.doorOpen ? endMotion(nv, seen) : { nv, ram: seen, effects: [] };
    }
    case 'exitEdge':
      return stepExitEdge(nv, ram);
    case 'tick':
      return stepTick(nv, ram, input.elapsedMs);
  }
}

function stepCommand(nv: BoardNv, ram: BoardRam, command: BoardCommand, wireMs: number): BoardStep {
  const refuse = (word: 'busy' | 'refused'): BoardStep => ({ nv, ram, effects: [answer(word)] });
  if (command.jobId === nv.lastJob) return { nv, ram, effects: [answer('written')] }; // D1
  if (isBusy(ram)) return refuse('busy'); // D2
  if (command.jobId < nv.lastJob) return refuse('refused'); // D3
  if (command.expectLastJob !== nv.lastJob || command.expectCtrOut !== nv.ctrOut) return refuse('refused'); // D4
  if (ram.statusReadAtMs === null || wireMs - ram.statusReadAtMs > heartbeatMs) return refuse('refused'); // D12
  if (command.opcode === 'fence') return acceptFence(nv, ram, command.jobId);
  if (ram.state === 'fault' || !isClear(ram.sensors)) return refuse('refused'); // D2, and nothing moves into a blocked throat
  return {
    nv: { ...nv, lastJob: command.jobId, quantity: command.quantity, doneRolls: 0, result: 'armed' }, // D5
    ram: { ...ram, state: 'armed' },
    effects: [commit, answer('written')],
  };
}

/** D10, and D2 as DESIGN 6 reads it: the fence is also what lifts a FAULT whose cause is gone. */
function acceptFence(nv: BoardNv, ram: BoardRam, fence: number): BoardStep {
  return {
    nv: { ...nv, lastJob: fence, quantity: 0, doneRolls: 0, result: 'fenced' },
    ram: { ...ram, state: ram.state === 'fault' && !isClear(ram.sensors) ? 'fault' : 'idle' },
    effects: [commit, answer('written')],
  };
}

/** D11. Allowed in FAULT too: running the motor by hand is how a technician clears a throat. */
function stepService(nv: BoardNv, ram: BoardRam, rolls: number): BoardStep {
  if (ram.state === 'armed' || ram.state === 'moving') return { nv, ram, effects: [answer('busy')] };
  if (ram.sensors.doorOpen) return { nv, ram, effects: [answer('refused')] };
  return {
    nv,
    ram: { ...ram, state: 'moving', service: { rest: ram.state, rollsLeft: rolls }, movedMs: 0 },
    effects: [{ kind: 'motor', on: true, job: null }, answer('written')],
  };
}

/** D7: the edge and everything it counts are one write. An edge nobody asked for still is a roll past the exit. */
function stepExitEdge(nv: BoardNv, ram: BoardRam): BoardStep {
  if (ram.service !== null) {
    const service = { ...ram.service, rollsLeft: ram.service.rollsLeft - 1 };
    return {
      nv: { ...nv, ctrTest: nextU32(nv.ctrTest) },
      ram: { ...ram, service, movedMs: 0 },
      effects: service.rollsLeft > 0 ? [commit] : [commit, motorOff],
    };
  }
  const counts = nv.result === 'armed' && nv.doneRolls < nv.quantity;
  const counted = { ...nv, ctrOut: nextU32(nv.ctrOut), doneRolls: nv.doneRolls + (counts ? 1 : 0) };
  const complete = ram.state === 'moving' && counted.doneRolls === counted.quantity;
  return { nv: counted, ram: { ...ram, movedMs: 0 }, effects: complete ? [commit, motorOff] : [commit] };
}

function stepTick(nv: BoardNv, ram: BoardRam, elapsedMs: number): BoardStep {
  if (ram.state === 'armed') {
    if (!isClear(ram.sensors)) return endMotion(nv, ram);
    return {
      nv: { ...nv, ctrStart: nextU32(nv.ctrStart) }, // D6: counted before the motor has current
      ram: { ...ram, state: 'moving', movedMs: 0 },
      effects: [commit, { kind: 'motor', on: true, job: nv.lastJob }],
    };
  }
  if (ram.state !== 'moving') return { nv, ram, effects: [] };
  const movedMs = ram.movedMs + elapsedMs;
  const complete = ram.service === null ? nv.doneRolls >= nv.quantity : ram.service.rollsLeft <= 0;
  return complete || movedMs >= jamAfterMs ? endMotion(nv, ram) : { nv, ram: { ...ram, movedMs }, effects: [] };
}

/** D8: motor off, then the result. A motion that ends short is a jam, and the board waits in FAULT for a fence. */
function endMotion(nv: BoardNv, ram: BoardRam): BoardStep {
  if (ram.service !== null) {
    const state = ram.sensors.throatBlocked ? 'fault' : ram.service.rest;
    return { nv, ram: { ...ram, state, service: null }, effects: [motorOff] };
  }
  const complete = nv.doneRolls >= nv.quantity;
  return {
    nv: { ...nv, result: complete ? 'ok' : 'jam' },
    ram: { ...ram, state: complete ? 'done' : 'fault' },
    effects: [motorOff, commit],
  };
}
