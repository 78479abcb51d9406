/** Fields of a person as stories ask for them, with the rules the roster file has: what one way in refuses, the other does too. */
import { z } from 'zod';
import { parseCredential } from '../../../protocol/credential.ts';
import { membersMax } from '../../core/households.ts';
import { credentialsPerHouseholdMax, rosterFieldMax } from '../../limits.ts';
import { halfWidth, householdNumber, identityNumber, personName, phoneNumber, wrongAnywhere } from '../roster-file.ts';

const plain = z
  .string()
  .trim()
  .max(rosterFieldMax)
  .refine((text) => wrongAnywhere(text) === undefined, 'no identity card number, no formula, no invisible characters');

export const numberSchema = plain
  .transform((text) => halfWidth(text).toUpperCase())
  .refine((text) => householdNumber.test(text), '1 to 32 letters, digits or hyphens')
  .describe('Number of the household; kept in the personal file only.');
export const headSchema = plain.refine((text) => personName.test(text), 'a name').describe('Head of the household; kept in the personal file only.');
export const phoneSchema = plain
  .transform((text) => halfWidth(text).replace(/[\s-]/g, ''))
  .refine((text) => phoneNumber.test(text), 'a telephone number of mainland China')
  .nullable()
  .describe('Kept in the personal file only.');
export const houseSchema = plain.min(1).nullable().describe('Label of the house; kept in the personal file only.');
export const membersSchema = z.int().min(1).max(membersMax);
export const cardSchema = z
  .string()
  .max(64)
  .refine(
    (text) => parseCredential(text).ok && !identityNumber.test(text),
    'a card code as its reader sends it: 4 to 64 visible characters, or one of ours whole',
  )
  .describe('Card, plaque or IC card as its reader sends it.');
export const cardsSchema = z
  .array(cardSchema)
  .max(credentialsPerHouseholdMax)
  .default([])
  .describe('Cards the household has; without any a plaque code is made.');
