/**
 * Names of the MQTT topics, built and read in one place: `sifen/v1/<village>/<gateway>/<what>`. Levels never hold a dot (RabbitMQ
 * routes by dots) nor anything about a person. This file must never know what is inside a message.
 */
import assert from 'node:assert/strict';
import { deviceIdSchema } from './events/fields.ts';

/** Root of everything a gateway says. Also the only place the embedded broker lets anybody listen. */
export const topicRoot = 'sifen/v1/';
/** Filter for the events of every gateway. QoS 1. */
export const allEventsFilter = `${topicRoot}+/+/events/#`;

/** Whose topics they are: names from the site file. */
export interface TopicOwner {
  readonly village: string;
  readonly gateway: string;
}
/** What is said. `name` is an event name with dots, `device` a name of the site file, `id` that of a command. */
export type TopicLeaf =
  | { readonly kind: 'events' | 'replay'; readonly name: string }
  | { readonly kind: 'status' | 'checkpoint' | 'acks' }
  | { readonly kind: 'state'; readonly device: string }
  | { readonly kind: 'commands' | 'results'; readonly id: string };

/** Longest topic: 4 names of 32, a 48-character event name and the fixed words. Unit: character. */
const topicLengthMax = 200;
const nameLevel = /^[a-z]{1,32}$/;
const isName = (level: string): boolean => deviceIdSchema.safeParse(level).success;

/** Writes a topic. Names outside their alphabet are our own mistake (assertion): the site file and the catalogue have checked them. */
export function formatTopic(owner: TopicOwner, leaf: TopicLeaf): string {
  const topic = `${topicRoot}${owner.village}/${owner.gateway}/${formatLeaf(leaf)}`;
  assert(parseTopic(topic) !== undefined, `not a topic: ${topic}`);
  return topic;
}

function formatLeaf(leaf: TopicLeaf): string {
  switch (leaf.kind) {
    case 'events':
    case 'replay':
      return `${leaf.kind}/${leaf.name.replaceAll('.', '/')}`;
    case 'state':
      return `state/${leaf.device}`;
    case 'commands':
    case 'results':
      return `${leaf.kind}/${leaf.id}`;
    case 'status':
    case 'checkpoint':
    case 'acks':
      return leaf.kind;
  }
}

/** Reads a topic; undefined for one that no gateway of this version uses. */
export function parseTopic(topic: string): { readonly owner: TopicOwner; readonly leaf: TopicLeaf } | undefined {
  if (topic.length > topicLengthMax || !topic.startsWith(topicRoot)) return undefined;
  const [village = '', gateway = '', kind = '', ...rest] = topic.slice(topicRoot.length).split('/');
  if (!isName(village) || !isName(gateway)) return undefined;
  const leaf = parseLeaf(kind, rest);
  return leaf && { owner: { village, gateway }, leaf };
}

function parseLeaf(kind: string, rest: readonly string[]): TopicLeaf | undefined {
  const [only = ''] = rest;
  switch (kind) {
    case 'events':
    case 'replay':
      return rest.length >= 2 && rest.length <= 5 && rest.every((level) => nameLevel.test(level)) ? { kind, name: rest.join('.') } : undefined;
    case 'state':
      return rest.length === 1 && isName(only) ? { kind, device: only } : undefined;
    case 'commands':
    case 'results':
      return rest.length === 1 && isName(only) ? { kind, id: only } : undefined;
    case 'status':
    case 'checkpoint':
    case 'acks':
      return rest.length === 0 ? { kind } : undefined;
    default:
      return undefined;
  }
}
