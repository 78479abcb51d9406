/** Looks for anything personal in what leaves the personal file: events and their topics, the log, the capture. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../../gateway/store/store.ts';
import { formatTopic } from '../../protocol/topics.ts';
import type { Household, Operator } from './people.ts';

export interface Places {
  readonly store: Store;
  readonly village: { readonly village: string; readonly gateway: string };
  readonly logFile: string;
  readonly captureDir: string;
}

/** Everything that must stay in the personal file. */
const secretsOf = (people: readonly Household[], operators: readonly Operator[], cards: readonly string[]): string[] => [
  ...people.flatMap(({ head, phone, identity }) => [head, phone, identity]),
  ...cards,
  ...operators.flatMap(({ name, badge }) => [name, badge]),
];

/** One pattern for all of them: a text is read once, not once a secret. */
function finderOf(secrets: readonly string[]): (text: string) => string | undefined {
  const pattern = new RegExp([...new Set(secrets)].map((secret) => secret.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'));
  return (text) => pattern.exec(text)?.[0];
}

function filesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesIn(path) : [path];
  });
}

/** Where something personal was found, without saying what; empty when nowhere. `cards`: every card there ever was. */
export function findLeaks(
  { store, village, logFile, captureDir }: Places,
  people: readonly Household[],
  operators: readonly Operator[],
  cards: readonly string[],
): string[] {
  const find = finderOf(secretsOf(people, operators, cards));
  const found: string[] = [];
  for (const { sequence, draft, envelope } of store.events()) {
    const inner = Buffer.from((JSON.parse(envelope.toString()) as { payload: string }).payload, 'base64').toString();
    if (find(inner) !== undefined) found.push(`event ${sequence} ${draft.name}`);
    if (find(formatTopic(village, { kind: 'events', name: draft.name })) !== undefined) found.push(`the topic of event ${sequence}`);
  }
  for (const path of [logFile, ...filesIn(captureDir)]) if (find(readFileSync(path, 'utf8')) !== undefined) found.push(path);
  return found;
}
