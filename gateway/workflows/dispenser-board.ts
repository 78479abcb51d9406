/**
 * One BD-1 board on its line: a consistent status, checked, and sealed commands whose fate is told apart as taken, refused or unknown.
 * It never repeats a command; whether and what to send is decided in core/dispensing.ts.
 */
import { checkStatusBlock, type DispenserCommand, type DispenserStatus, type dispenserBd1, sealCommand } from '../../protocol/devices/dispenser-bd1.ts';
import { GatewayError, isGatewayError } from '../errors.ts';
import type { Device } from '../southbound/device.ts';

/** Whether a written command may have been obeyed. Only `refused` says that this copy of it was not. */
export type WriteFate = 'written' | 'refused';

const statusFields = [
  'protocolVersion',
  'state',
  'bootCount',
  'nonce',
  'lastJob',
  'doneRolls',
  'result',
  'ctrOut',
  'ctrStart',
  'ctrTest',
  'flags',
  'snapshot',
  'statusCrc',
] as const;

/** Furthest a snapshot count can be ahead of the last one seen; beyond half its range it is behind. */
const snapshotAheadMax = 0x7fff;

export class DispenserBoard {
  readonly #device: Device<typeof dispenserBd1>;
  readonly #macKey: Uint8Array | null;
  #last: Pick<DispenserStatus, 'snapshot' | 'bootCount' | 'nonce'> | null = null;
  #nonce = 0;

  constructor(device: Device<typeof dispenserBd1>, macKey: Uint8Array | null) {
    this.#device = device;
    this.#macKey = macKey;
  }

  /** @throws GatewayError bus_*, device_backing_off, or device_value for a block whose CRC or snapshot count says it is not a fresh answer. */
  async readStatus(priority: 'actuation' | 'poll', signal: AbortSignal): Promise<DispenserStatus> {
    const { rawHex } = await this.#device.readRaw(statusFields, { priority, signal });
    const words = (rawHex.split(':')[1] ?? '').match(/.{4}/g)?.map((hex) => Number.parseInt(hex, 16)) ?? [];
    const checked = checkStatusBlock(words);
    if (!checked.ok) throw new GatewayError('device_value', `${this.#device.id}: ${checked.issues.join('; ')}.`);
    // The board counts every status it serves, so a count that did not go forward since the last look is an old answer come late.
    const { snapshot, bootCount, nonce } = checked.values;
    const ahead = (snapshot - (this.#last?.snapshot ?? snapshot - 1)) & 0xffff;
    const restarted = this.#last !== null && (bootCount !== this.#last.bootCount || nonce !== this.#last.nonce);
    if (!restarted && (ahead === 0 || ahead > snapshotAheadMax))
      throw new GatewayError('device_value', `${this.#device.id} gave status ${snapshot} out of turn.`);
    this.#last = { snapshot, bootCount, nonce };
    this.#nonce = checked.values.nonce;
    return checked.values;
  }

  /** Writes one command once. A lost reply counts as written: it may have been obeyed. @throws the signal's reason. */
  async write(command: DispenserCommand, signal: AbortSignal): Promise<WriteFate> {
    try {
      await this.#device.write(sealCommand(command, { key: this.#macKey, nonce: this.#nonce }), { priority: 'actuation', signal });
      return 'written';
    } catch (error) {
      signal.throwIfAborted();
      if (isGatewayError(error, 'device_exception')) return 'refused';
      if (isGatewayError(error)) return 'written';
      throw error;
    }
  }
}
