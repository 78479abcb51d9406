/**
 * Whether one device on a line answers: it keeps its health from the outcome of each question, and holds regular questions back while the
 * device is silent, so that it costs its neighbours nothing. It asks nothing by itself.
 */
import type { Clock } from '../clock.ts';
import { type DeviceHealth, type HealthInput, mayTry, stepHealth, unknownHealth } from '../core/device-health.ts';
import { GatewayError, isGatewayError } from '../errors.ts';
import type { Line } from './line.ts';
import type { Priority } from './request-queue.ts';

export interface AttendanceOptions {
  readonly id: string;
  readonly line: Line;
  /** The wire clock. */
  readonly clock: Clock;
  /** What one unanswered question costs the line: deadline and guard. Unit: ms. */
  readonly silenceMs: number;
  readonly onHealth?: (health: DeviceHealth) => void;
}

const meanings: Readonly<Record<string, HealthInput>> = { device_exception: 'answered', bus_garbled: 'garbled', bus_timeout: 'silent', bus_closed: 'lineLost' };

/** The attendance of one device. */
export class Attendance {
  readonly #options: AttendanceOptions;
  readonly #stopListening: () => void;
  #health = unknownHealth;

  constructor(options: AttendanceOptions) {
    this.#options = options;
    this.#stopListening = options.line.onState((state) => this.#step(state.open ? 'lineOpened' : 'lineLost'));
  }

  get health(): DeviceHealth {
    return this.#health;
  }

  /** Stops listening to the line. */
  close(): void {
    this.#stopListening();
  }

  /** Runs one question and learns from its outcome. @throws GatewayError device_backing_off for a poll of a silent device, without asking. */
  async during<Answer>(priority: Priority, ask: () => Promise<Answer>): Promise<Answer> {
    const { id, clock } = this.#options;
    if (priority === 'poll') {
      if (!mayTry(this.#health, clock.monotonicMs())) throw new GatewayError('device_backing_off', `${id} has not answered lately.`);
      this.#step('trying');
    }
    try {
      const answer = await ask();
      this.#step('answered');
      return answer;
    } catch (error) {
      const input = meaningOf(error);
      if (input) this.#step(input);
      throw error;
    }
  }

  #step(input: HealthInput): void {
    const before = this.#health;
    this.#health = stepHealth(before, input, this.#options.clock.monotonicMs(), this.#options.silenceMs);
    if (before.state !== this.#health.state) this.#options.onHealth?.(this.#health);
  }
}

/** What a failure says about the device itself; a full queue or a call called off says nothing. */
function meaningOf(error: unknown): HealthInput | undefined {
  if (!isGatewayError(error)) return undefined;
  const { code } = error.code === 'bus_write_unknown' && isGatewayError(error.cause) ? error.cause : error;
  return meanings[code];
}
