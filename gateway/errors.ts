/**
 * The outside world's ways to fail, in one catalogue: what may be retried and what a person should do next.
 * A business "no" is not here (core returns it), nor is our own mistake (node:assert, the process restarts).
 * Libraries' errors are translated at the file that imports the library and never travel further.
 */
const catalogue = {
  bus_timeout: { retryable: true, hint: 'Check the cable, the A/B wires, the unit number and the baud rate of this device.' },
  bus_garbled: { retryable: true, hint: 'Noise or two devices with one unit number: check termination, wiring and addresses.' },
  bus_closed: { retryable: true, hint: 'The adapter or serial server is gone; it is reopened as soon as it is back.' },
  bus_busy: { retryable: true, hint: 'Too many requests wait for this line: fewer devices on it, or a higher baud rate.' },
  bus_cancelled: { retryable: true, hint: 'The request was called off before it was sent or answered.' },
  bus_write_unknown: { retryable: false, hint: 'The device may or may not have obeyed; its state is read before anything is repeated.' },
  device_exception: { retryable: false, hint: 'The device heard the request and refused it; look up its state on the status page.' },
  device_value: { retryable: true, hint: 'The device answered with a value outside its register map: wrong model in the site file, or a failing device.' },
  device_backing_off: { retryable: true, hint: 'The device did not answer lately; it is tried again by itself.' },
  line_lent: { retryable: true, hint: 'Try again when the line is back; a borrowed line comes back after a minute of silence.' },
  uplink_down: { retryable: true, hint: 'Check the address, the network and that the broker runs; what a gateway has recorded waits in its log.' },
  listen_failed: { retryable: false, hint: 'Check the address and the port in the site file; ports below 1024 need a privilege.' },
  port_in_use: { retryable: false, hint: 'Another program holds this port.' },
  site_ended: { retryable: false, hint: 'The simulated site keeps its state in the folder `site` of the data folder; moved away, the site starts anew.' },
  config_invalid: { retryable: false, hint: 'Correct the site file at the place named; `sifen check FILE` tells when it is right.' },
  key_missing: { retryable: false, hint: 'Put the key file back from its backup; a new key means a new epoch.' },
  store_locked: { retryable: false, hint: 'Another sifen process holds this data folder; use it through its socket or stop it first.' },
  store_failed: { retryable: false, hint: 'Check that the disk is not full, not mounted read-only and not failing; nothing was recorded.' },
  store_damaged: { retryable: false, hint: 'Stop, keep the folder as it is, and restore from the backup or the platform’s copy.' },
  file_unreadable: { retryable: false, hint: 'Check the path and the permissions of the file.' },
  gateway_stopping: { retryable: true, hint: 'Ask again when the gateway runs again.' },
  gateway_fault: { retryable: false, hint: 'Keep the log of the gateway and report it.' },
  usage: { retryable: false, hint: 'See --help.' },
} as const satisfies Record<string, { retryable: boolean; hint: string }>;

export type ErrorCode = keyof typeof catalogue;

/** Whether `text` is a code of the catalogue. */
export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(catalogue, text);

/** A failure of the outside world. `message` is one sentence for a person; `hint` says what to do next. */
export class GatewayError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly hint: string;
  constructor(code: ErrorCode, message: string, options: { cause?: unknown; hint?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'GatewayError';
    this.code = code;
    this.retryable = catalogue[code].retryable;
    this.hint = options.hint ?? catalogue[code].hint;
  }
}

/**
 * Whether `error` is no more than what a stop brings about: a wait called off, or a wire let go of. A failure of the store and a mistake of
 * our own are none, also when they come after the stop began.
 */
export const isOfStop = (error: unknown, signal: AbortSignal): boolean =>
  signal.aborted && (error === signal.reason || (isGatewayError(error) && !error.code.startsWith('store_')));

/** Whether `error` is ours and has this code. */
export const isGatewayError = (error: unknown, code?: ErrorCode): error is GatewayError =>
  error instanceof GatewayError && (code === undefined || error.code === code);
