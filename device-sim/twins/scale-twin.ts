/**
 * The face of a simulated scale in the words of its model: one indicator weighs for all of them (firmware/indicator.ts), and a twin says
 * what that looks like in registers or frames, and which order a write or a request means. A twin never weighs, waits or decides.
 */
import type { ExceptionName } from '../../protocol/modbus.ts';
import type { DeviceMap, FieldsOf, WritableOf } from '../../protocol/register-map.ts';
import type { FrameScale, RegisterScale } from '../../protocol/scale-reading.ts';
import type { IndicatorFace, IndicatorOrder } from '../firmware/indicator.ts';
import type { RegisterBank } from '../register-bank.ts';

/** What a write does: an order, a refusal, or nothing beyond being stored. */
export type WriteMeaning = { readonly order: IndicatorOrder } | { readonly refused: ExceptionName } | undefined;

/** A scale of registers. */
export interface RegisterTwin<M extends DeviceMap = DeviceMap> {
  readonly scale: RegisterScale<M>;
  /** The readable registers of a face. */
  show(face: IndicatorFace, unit: number): Partial<FieldsOf<M>>;
  /** Called before the write is stored, so that an edge can be told from a level by what `bank` still holds. */
  obey(write: Partial<WritableOf<M>>, face: IndicatorFace, bank: RegisterBank<M>): WriteMeaning;
}

/** A scale that streams. */
export interface StreamTwin<Message = unknown, Request = unknown> {
  readonly scale: FrameScale<Message, Request>;
  /** Time between two frames. Unit: ms on the wire. */
  readonly periodMs: number;
  /** Whether its frames carry a preset tare that is not in use. */
  readonly keepsTare?: true;
  /** null: it is silent. */
  say(face: IndicatorFace): Message | null;
  /** The order a request means; it is never answered. */
  obey(request: Request): IndicatorOrder | undefined;
}

/** A scale that is asked. */
export interface AnswerTwin<Reply = unknown, Request = unknown> {
  readonly scale: FrameScale<Reply, Request>;
  /** Reply null: it is silent, as when another unit is meant. */
  answer(request: Request, face: IndicatorFace, unit: number): { readonly reply: Reply | null; readonly order?: IndicatorOrder };
}

export type ScaleTwin = RegisterTwin | StreamTwin | AnswerTwin;

/** Decimals of a kilogram with which one interval is at least one count. */
export const decimalsFor = (intervalGrams: number): 2 | 3 => (intervalGrams % 10 === 0 ? 2 : 3);
/** Grams as counts of a kilogram with `decimals`; exact for a multiple of the interval. */
export const countsOf = (grams: number, decimals: number): number => Math.round(grams * 10 ** (decimals - 3));
