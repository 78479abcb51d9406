/**
 * What people at a sorting point can see and what they can do: the words between the villagers and the machines. People know a roll
 * only by seeing it in the tray, a working machine only by its lamp; nothing of the gateway reaches them but through the machines.
 * This file holds no behaviour beyond the one rule about patience.
 */

/** A dispenser with the reader people show their cards to. */
export interface DispenserPost {
  readonly dispenser: string;
  readonly reader: string;
  /** Rolls the magazine holds. */
  readonly capacity: number;
}
/** A tray scale with its reader. */
export interface ScalePost {
  readonly scale: string;
  readonly reader: string;
}
/** A bin of several compartments. */
export interface BinPost {
  readonly bin: string;
  readonly compartments: number;
}
/** A kind of recyclable as people bring it: the code on the material board, and how much they bring. Unit: gram. */
export interface Material {
  readonly code: string;
  readonly leastGrams: number;
  readonly mostGrams: number;
}

/** The village that comes. Fixed for a run. */
export interface Village {
  /** Households are numbered 0.. in the order of the card file. */
  readonly households: number;
  readonly dispensers: readonly DispenserPost[];
  readonly scales: readonly ScalePost[];
  readonly bins: readonly BinPost[];
  readonly materials: readonly Material[];
  /** Village milliseconds in one millisecond on the wire, 1 or more. */
  readonly pace: number;
}

/** What can be seen at this moment; lists in the order of the village's posts. */
export interface Sight {
  /** Months since year 0 of the village calendar; a new one gives every household a new right. */
  readonly month: number;
  readonly dispensers: readonly {
    /** The ready lamp: the board hears its gateway and the reader is listened to. */
    readonly lampOn: boolean;
    readonly doorOpen: boolean;
    /** It can be heard. */
    readonly motorOn: boolean;
    readonly throatBlocked: boolean;
    readonly rollsInMagazine: number;
    readonly rollsInTray: number;
  }[];
  readonly scales: readonly { readonly lampOn: boolean }[];
  /** Fill of each compartment. Unit: 0.1 %. */
  readonly bins: readonly (readonly number[])[];
  /** Coded rolls still in the store room. */
  readonly rollsInStore: number;
}

/** What somebody does; machines follow, or not. */
export type Act =
  | { readonly kind: 'showCard'; readonly reader: string; readonly household: number }
  | { readonly kind: 'scanMaterial'; readonly reader: string; readonly code: string }
  | { readonly kind: 'putOnTray'; readonly scale: string; readonly grams: number }
  | { readonly kind: 'takeRolls'; readonly dispenser: string }
  | { readonly kind: 'setDoor'; readonly device: string; readonly open: boolean }
  | { readonly kind: 'freeThroat'; readonly dispenser: string }
  | { readonly kind: 'loadRoll'; readonly dispenser: string }
  | { readonly kind: 'throwIn'; readonly bin: string; readonly compartment: number; readonly permille: number }
  | { readonly kind: 'emptyCompartment'; readonly bin: string; readonly compartment: number }
  | { readonly kind: 'leave'; readonly at: string; readonly household: number; readonly outcome: VisitOutcome; readonly waitedMs: number };

/** `served`: a roll in hand. `empty_handed`: waited in vain. `again_in_vain`: had drawn already and was given nothing. `weighed`: goods weighed. */
export type VisitOutcome = 'served' | 'empty_handed' | 'again_in_vain' | 'again_served' | 'weighed';

/**
 * A pause of people in village time that is never shorter than `wireMs` on the wire: at a high pace a patience of some seconds would be
 * over before the quickest answer could travel.
 */
export const patienceMs = (village: Village, villageMs: number, wireMs: number): number => Math.max(villageMs, wireMs * village.pace);
