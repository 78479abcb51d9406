/**
 * What a code reader just read: a card, a roll, a bag or a square of the material board. The text comes from whatever somebody held up,
 * so it is either exactly one of these or refused with the place. This file must never trim, fold or repair.
 */
import assert from 'node:assert/strict';
import { type BagVillage, parseBagCode } from './bag-code.ts';
import { parseCredential } from './credential.ts';
import { type CodeRefusal, refuseCode } from './printed-code.ts';

/** A card is given as its code: hash it before it goes anywhere. */
export type Scan =
  | { readonly ok: true; readonly kind: 'card'; readonly code: string; readonly own: boolean }
  | { readonly ok: true; readonly kind: 'roll'; readonly rollCode: string }
  | { readonly ok: true; readonly kind: 'bag'; readonly rollCode: string; readonly bag: number }
  | { readonly ok: true; readonly kind: 'material'; readonly material: string }
  | CodeRefusal;

/** What this gateway can recognise: the bags of its village and the materials of its tariff. */
export interface ScanContext {
  readonly bags: BagVillage;
  readonly materials: readonly string[];
}

const materialPrefix = 'M1:';

/** The code on a square of the material board: `M1:` and the tariff key in capitals, so that it stays in the QR alphanumeric set. */
export function encodeMaterialCode(material: string): string {
  assert(/^[a-z][a-zA-Z]{1,31}$/.test(material), `not a material: ${material}`);
  return materialPrefix + material.toUpperCase();
}

/** Classifies the text of one scan, without its line end. Cost bound: one HMAC; texts beyond 64 characters are refused unread. */
export function parseScan(text: string, context: ScanContext): Scan {
  if (text.startsWith('K1')) {
    const bag = parseBagCode(text, context.bags);
    if (!bag.ok) return bag;
    const { rollCode } = bag.value;
    return bag.value.bag === 0 ? { ok: true, kind: 'roll', rollCode } : { ok: true, kind: 'bag', rollCode, bag: bag.value.bag };
  }
  if (text.startsWith('M1')) return parseMaterial(text, context.materials);
  const card = parseCredential(text);
  return card.ok ? { ok: true, kind: 'card', code: card.code, own: card.own } : card;
}

function parseMaterial(text: string, materials: readonly string[]): Scan {
  if (!text.startsWith(materialPrefix)) return refuseCode('character', materialPrefix.length, `a material code begins with ${materialPrefix}`);
  const word = text.slice(materialPrefix.length);
  // Only ASCII is folded: toUpperCase would also turn a sharp s into SS and a dotless i into I.
  const bad = /[^A-Za-z]/.exec(word);
  if (bad !== null) return refuseCode('character', materialPrefix.length + bad.index + 1, 'a material is written in plain letters');
  const material = materials.find((key) => key.toUpperCase() === word.toUpperCase());
  if (material === undefined) return refuseCode('unknown', materialPrefix.length + 1, 'not a material of this tariff');
  return { ok: true, kind: 'material', material };
}
