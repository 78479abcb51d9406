/**
 * Every generated file of the tree and what it must contain, from the one source each has. `npm run docs` writes them, tidy compares them.
 * The same tree always gives the same bytes: no dates, no versions of tools.
 */
import type { z } from 'zod';
import { scenarioSchema } from '../../device-sim/scenario.ts';
import { siteSchema } from '../../gateway/config.ts';
import { describeFrameDevices } from '../../protocol/frame-reference.ts';
import { describeDevices } from '../../protocol/register-reference.ts';
import { tariffSchema } from '../../protocol/tariff.ts';
import { describeAcceptanceReports } from './acceptance-reference.ts';
import { describeApi } from './api-reference.ts';
import { describeEvents, jsonForm } from './event-reference.ts';
import { describeTopics } from './topic-reference.ts';

/** A schema for editors. Fields with a default may be left out, as in the file itself. */
function schemaFile(schema: z.ZodType, title: string, source: string): string {
  const { $schema, ...form } = jsonForm(schema) as Record<string, unknown>;
  return `${JSON.stringify({ $schema, $comment: `Generated from ${source} by npm run docs; do not edit.`, title, ...form }, undefined, 2)}\n`;
}

function referencePage(): string {
  const opening = [
    '<!-- Generated from protocol/ by `npm run docs`; do not edit. -->',
    '# Protocol reference',
    'What the gateway says upstream and what it says to its devices. Both are made from the same tables the programs run on.',
  ].join('\n\n');
  return [`${opening}\n`, describeTopics(), describeEvents(), describeAcceptanceReports(), describeDevices(), describeFrameDevices()].join('\n');
}

/** Content by path. */
export function renderDocuments(): ReadonlyMap<string, string> {
  return new Map([
    ['config/scenario.schema.json', schemaFile(scenarioSchema, 'Sifen scenario', 'device-sim/scenario.ts')],
    ['config/site.schema.json', schemaFile(siteSchema, 'Sifen site file', 'gateway/config.ts')],
    ['config/tariff.schema.json', schemaFile(tariffSchema, 'Sifen tariff', 'protocol/tariff.ts')],
    ['protocol/REFERENCE.md', referencePage()],
    ['protocol/openapi.json', describeApi()],
  ]);
}
