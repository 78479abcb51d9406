/**
 * What a dispensing station may ask of a board without a job register, whatever it speaks. Every method moves nothing but `order`, and `order`
 * puts at most one command on the wire.
 */
import type { VendWord } from '../core/vending.ts';

/** Whether the board says it could dispense now. */
export type VendReadiness = 'ready' | 'empty' | 'fault' | 'busy' | 'unreachable';

export interface VendingBoard {
  /** As in the device catalogue: B keeps its last result, C tells it once. */
  readonly reliability: 'B' | 'C';
  /** Number of the next order, given that of the last one; a board that tells repetitions by it must not see it twice. 1..255. */
  nextSequence(last: number | null): number;
  /** Looks at the board before an order with `sequence`; `last` is the number of the order before it. @throws the signal's reason. */
  check(last: number | null, sequence: number, signal: AbortSignal): Promise<VendReadiness>;
  /** Orders one roll, once. `unsent` only when not a byte of the order has left and none will. @throws the signal's reason. */
  order(sequence: number, signal: AbortSignal): Promise<'ordered' | 'unsent'>;
  /** The next word on the order with `sequence`, or silence for a while. @throws the signal's reason. */
  look(sequence: number, signal: AbortSignal): Promise<VendWord | { readonly kind: 'silence' }>;
  /** Whether the board was heard lately; null before the first look. */
  readonly online: boolean | null;
  close(): Promise<void>;
}

/** 1..255 in turn. */
export const sequenceAfter = (last: number | null): number => ((last ?? 0) % 255) + 1;
