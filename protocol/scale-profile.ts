/**
 * The profile of a scale model: one short name for everything this program believes of it, stamped in every weighing, so that a record says
 * for ever by which description its bytes were read. It changes when the description changes, and tells nothing else.
 */
import { createHash } from 'node:crypto';
import type { ScaleModel } from './scale-reading.ts';

/** The first 16 hex digits of the SHA-256 over registers or frames, their rules and their notes. */
export function profileOf(scale: ScaleModel): string {
  const { speaks, reports, orders } = scale;
  const described = speaks === 'registers' ? { map: scale.map, fields: scale.fields } : { device: scale.device, asks: scale.asks(1) };
  // Functions are left out by JSON; what they do is told apart by the version of the weighing core and of the program.
  return createHash('sha256')
    .update(JSON.stringify({ speaks, reports, orders, ...described }))
    .digest('hex')
    .slice(0, 16);
}
