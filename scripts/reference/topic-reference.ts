/**
 * The topics section of protocol/REFERENCE.md, with every topic written by the function the gateway itself uses. A kind of topic without a
 * row here does not compile.
 */
import { allEventsFilter, formatTopic, type TopicLeaf, type TopicOwner } from '../../protocol/topics.ts';

interface TopicRow {
  readonly example: TopicLeaf;
  /** Who publishes, seen from the gateway. */
  readonly direction: 'out' | 'in';
  readonly says: string;
  /** Named so that nobody uses it otherwise; this version neither writes nor reads it. */
  readonly reserved?: true;
}

const owner: TopicOwner = { village: 'waixiaojiang', gateway: 'gw1' };

const topicRows: { readonly [Kind in TopicLeaf['kind']]: TopicRow } = {
  events: {
    example: { kind: 'events', name: 'bag.roll.issued' },
    direction: 'out',
    says: 'One signed event, in order of its sequence number. QoS 1. The dots of its name are slashes.',
  },
  replay: {
    example: { kind: 'replay', name: 'bag.roll.issued' },
    direction: 'out',
    says: 'The same bytes again, because a platform asked for them. QoS 1.',
    reserved: true,
  },
  checkpoint: { example: { kind: 'checkpoint' }, direction: 'out', says: 'The last signed checkpoint of the chain. Retained.', reserved: true },
  status: { example: { kind: 'status' }, direction: 'out', says: 'Whether the gateway is up, and how far it has forwarded. Retained; also its last will.' },
  state: {
    example: { kind: 'state', device: 'bin-1' },
    direction: 'out',
    says: 'Latest state of one device, plain JSON. Retained; not signed and not evidence.',
  },
  commands: { example: { kind: 'commands', id: 'c-17' }, direction: 'in', says: 'A signed command of an enrolled platform.', reserved: true },
  results: { example: { kind: 'results', id: 'c-17' }, direction: 'out', says: 'The answer to the command of that id.', reserved: true },
  acks: { example: { kind: 'acks' }, direction: 'in', says: 'Up to which sequence number a platform holds the chain, signed.', reserved: true },
};

/** `sifen/v1/<village>/<gateway>/...` of an example, with the names that differ by village in angle brackets. */
function pattern({ example }: TopicRow): string {
  const topic = formatTopic(owner, example);
  const last = 'name' in example ? '<event/name>' : 'device' in example ? '<device>' : 'id' in example ? '<id>' : undefined;
  const fixed = topic.replace(`/${owner.village}/${owner.gateway}/`, '/<village>/<gateway>/');
  return last === undefined ? fixed : fixed.replace(new RegExp(`/${example.kind}/.*$`), `/${example.kind}/${last}`);
}

/** All topics as a markdown section, headed `## Topics`. */
export function describeTopics(): string {
  const rows = Object.values(topicRows).map((row) => {
    return `| \`${pattern(row)}\` | ${row.direction === 'out' ? 'gateway' : 'platform'} | ${row.says}${row.reserved ? ' Reserved: not yet spoken.' : ''} |`;
  });
  const opening = `Village and gateway are names of the site file. For example, \`${formatTopic(owner, topicRows.events.example)}\`; the events of every gateway: \`${allEventsFilter}\`.`;
  return `${['## Topics', opening, ['| Topic | Published by | Says |', '| --- | --- | --- |', ...rows].join('\n')].join('\n\n')}\n`;
}
