/**
 * The log: one JSON line an occurrence, to standard error, rotated by whoever runs us. Names, phones, card texts and keys are redacted by
 * field name, as a second line of defence: rooms hand in pseudonyms and codes in the first place.
 */
import { destination, type Logger, pino } from 'pino';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'>;

/** Field names that never reach the log, at any of the first three depths. */
const secretFields = ['name', 'head', 'phone', 'house', 'card', 'code128', 'text', 'password', 'privateKey', 'masterKey', 'key', 'number', 'numbers'];
const paths = secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);

/** @param level `silent` for commands that print for people only. */
export const openLog = (level: 'debug' | 'info' | 'warn' | 'error' | 'silent', file?: string): Log =>
  pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, redact: { paths, censor: '[withheld]' } },
    destination({ dest: file ?? 2, sync: true, mkdir: true }),
  );
