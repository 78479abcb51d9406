// A simulated scale of any model, looked at the shortest way there is: its registers or frames go straight into the model's decoder.
// Without it each test would know by itself how each kind of scale is asked.
import assert from 'node:assert/strict';
import { type Random, randomFor } from '../../device-sim/random.ts';
import { ScaleBoard } from '../../device-sim/scale-board.ts';
import { decimalsFor } from '../../device-sim/twins/scale-twin.ts';
import { scaleCatalogue } from '../../protocol/devices/catalogue.ts';
import { planReads, readRequest } from '../../protocol/read-plan.ts';
import { type Decoded, decodeSpan, encodeWrites } from '../../protocol/register-codec.ts';
import type { DeviceMap, WritableOf } from '../../protocol/register-map.ts';
import type { NoWeight, ScaleModel, ScaleOrders, ScaleReading } from '../../protocol/scale-reading.ts';

/** `silent`: no answer, no frame. */
export type Look = Decoded<ScaleReading | NoWeight> | 'silent';

export class ScaleBench {
  readonly scale: ScaleModel;
  readonly board: ScaleBoard;
  readonly intervalGrams = 10;
  #wireMs = 0;

  constructor(model: string, options: { readonly noiseGrams?: number; readonly unit?: number } = {}) {
    const scale = scaleCatalogue[model];
    assert(scale, model);
    this.scale = scale;
    const random: Random = randomFor(7, model);
    this.board = new ScaleBoard({
      ...{ id: model, model, unit: 1, maxGrams: 30_000, intervalGrams: this.intervalGrams, noiseGrams: 1, random },
      ...{ wireMs: () => this.#wireMs, onEvent: () => undefined },
      ...options,
    });
    this.pass(3000);
  }

  /** Lets village and wire time pass alike. */
  pass(ms: number): this {
    this.#wireMs += ms;
    this.board.advance(ms);
    return this;
  }

  rest(loadGrams: number): this {
    this.board.putOnTray(loadGrams);
    return this.pass(5000);
  }

  look(): Look {
    const { scale, board } = this;
    if (scale.speaks === 'registers') return this.#readRegisters(scale);
    const { device } = scale;
    const parser = device.fromDevice.parser();
    const said: Uint8Array[] = [];
    const asks = scale.asks(1);
    if (asks.length === 0) {
      this.pass(1000);
      board.stream((bytes) => said.push(bytes) > 0);
    }
    for (const request of asks) said.push(...board.hear(device.toDevice.encode(request)));
    const messages = said.flatMap((bytes) => parser.push(bytes)).flatMap((result) => (result.ok ? [result.message] : []));
    return messages.length < Math.max(asks.length, 1) ? 'silent' : scale.decode(messages);
  }

  /** The reading, when it is one. */
  reading(): ScaleReading {
    const look = this.look();
    assert(look !== 'silent' && look.ok && !('noWeight' in look.values), JSON.stringify(look));
    return look.values;
  }

  order(name: keyof ScaleOrders<unknown>): void {
    const { scale, board } = this;
    for (const step of scale.orders[name] ?? []) {
      if (scale.speaks === 'registers') {
        for (const request of encodeWrites(scale.map, step as Partial<WritableOf<DeviceMap>>)) assert.equal(board.answer(request)?.kind, 'written');
      } else board.hear(scale.device.toDevice.encode(step));
    }
    this.pass(1000);
  }

  #readRegisters(scale: Extract<ScaleModel, { speaks: 'registers' }>): Look {
    const values: Record<string, unknown> = {};
    for (const span of planReads(scale.map, scale.fields)) {
      const answer = this.board.answer(readRequest(span));
      if (answer === undefined) return 'silent';
      const decoded = decodeSpan(scale.map, span, answer.kind === 'words' ? answer.words : answer.kind === 'bits' ? answer.bits : []);
      if (!decoded.ok) return decoded;
      Object.assign(values, decoded.values);
    }
    return scale.decode(values as Parameters<typeof scale.decode>[0], decimalsFor(this.intervalGrams));
  }
}
