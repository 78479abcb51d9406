/**
 * protocol/openapi.json: the village's HTTP API as an OpenAPI 3.1 document, straight from the tables of stories and views the gateway runs.
 * It must never add a path, a field or a role those do not hold.
 */
import { z } from 'zod';
import { pathOf } from '../../gateway/web/api.ts';
import { badgeAndPin } from '../../gateway/web/sessions.ts';
import { syncSchema } from '../../gateway/web/sync.ts';
import { storyNames, storyOf } from '../../gateway/workflows/stories.ts';
import { viewNames, viewOf } from '../../gateway/workflows/views.ts';
import { roles } from '../../protocol/roles.ts';

type Json = Readonly<Record<string, unknown>>;

const formOf = (schema: z.ZodType): Json => {
  const { $schema: _dialect, ...form } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>;
  return form;
};
const problem = { description: 'Refused; nothing was changed.', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } };
const problems = { 400: problem, 401: problem, 403: problem, 409: problem, 413: problem, 503: problem };
const json = (schema: Json, description: string): Json => ({ description, content: { 'application/json': { schema } } });
const needsSession = [{ session: [] }];

function storyPath(name: (typeof storyNames)[number]): Json {
  const { title, rules, authority, input } = storyOf(name);
  const who = typeof authority === 'function' ? 'Who may depends on who is enrolled.' : whoMay(authority.by, authority.second === 'always');
  return {
    post: {
      operationId: name,
      tags: [name.split('.')[0]],
      summary: `${title.zh} / ${title.en}`,
      description: [who, rules.length === 0 ? '' : `Rules: ${rules.join(', ')}.`].filter(Boolean).join(' '),
      security: needsSession,
      parameters: [{ $ref: '#/components/parameters/IdempotencyKey' }, { $ref: '#/components/parameters/SecondSession' }],
      requestBody: { required: true, content: { 'application/json': { schema: formOf(input) } } },
      responses: { 200: json({ $ref: '#/components/schemas/Told' }, 'What was recorded.'), ...problems },
    },
  };
}

const whoMay = (by: readonly (keyof typeof roles)[], takesTwo: boolean): string =>
  `For: ${by.map((role) => `${roles[role].en} (${role})`).join(', ')}.${takesTwo ? ' Takes two people.' : ''}`;

function viewPath(name: (typeof viewNames)[number]): Json {
  const { title, rules, by, input } = viewOf(name);
  const { properties = {}, required = [] } = formOf(input) as { properties?: Readonly<Record<string, Json>>; required?: readonly string[] };
  return {
    get: {
      operationId: name,
      tags: [name.split('.')[0]],
      summary: `${title.zh} / ${title.en}`,
      description: [whoMay(by, false), rules.length === 0 ? '' : `Rules: ${rules.join(', ')}.`].filter(Boolean).join(' '),
      security: needsSession,
      parameters: Object.entries(properties).map(([field, schema]) => ({ name: field, in: 'query', required: required.includes(field), schema })),
      responses: { 200: json({}, 'What is shown.'), ...problems },
    },
  };
}

const sessionPaths = {
  '/api/v1/sessions': {
    post: {
      operationId: 'session.open',
      tags: ['session'],
      summary: '刷工牌、输密码 / Open a session with badge and PIN',
      requestBody: { required: true, content: { 'application/json': { schema: formOf(badgeAndPin) } } },
      responses: { 201: json({ $ref: '#/components/schemas/Session' }, 'The token is shown once.'), 400: problem, 403: problem, 503: problem },
    },
  },
  '/api/v1/sessions/current': {
    delete: {
      operationId: 'session.close',
      tags: ['session'],
      summary: '退出 / Close the session',
      security: needsSession,
      responses: { 204: { description: 'Closed.' } },
    },
  },
};

const syncPath = {
  '/api/v1/handheld/sync': {
    post: {
      operationId: 'handheld.sync',
      tags: ['handheld'],
      summary: '上传手持机一天的记录 / Send the day of a handheld',
      description: 'Every item is a story under its own key and is answered by itself, in order; the same day sent again changes nothing. Rules: R-49.',
      security: needsSession,
      requestBody: { required: true, content: { 'application/json': { schema: formOf(syncSchema) } } },
      responses: { 200: json({ $ref: '#/components/schemas/Synced' }, 'One answer an item.'), ...problems },
    },
  },
};

const whole = { type: 'integer' };
const text = { type: 'string' };
const schemas = {
  Problem: {
    type: 'object',
    required: ['type', 'status', 'code', 'title', 'detail'],
    properties: {
      type: text,
      status: whole,
      code: { ...text, description: 'Stable; see gateway/core/refusals.ts.' },
      title: { ...text, description: 'Chinese.' },
      detail: { ...text, description: 'English.' },
      facts: { type: 'object' },
      issues: { type: 'array', items: { type: 'object', required: ['path', 'message'], properties: { path: text, message: text } } },
    },
  },
  Session: {
    type: 'object',
    required: ['token', 'operator', 'roles', 'idleMs'],
    properties: { token: text, operator: text, roles: { type: 'array', items: { enum: Object.keys(roles) } }, idleMs: whole },
  },
  Told: {
    type: 'object',
    required: ['repeated', 'events'],
    properties: {
      repeated: { type: 'boolean', description: 'The request was carried out before; nothing happened again.' },
      events: {
        type: 'array',
        items: {
          type: 'object',
          required: ['sequence', 'atMs', 'name', 'data', 'zh', 'en'],
          properties: { sequence: whole, atMs: whole, name: text, data: { type: 'object', description: 'See REFERENCE.md, Events.' }, zh: text, en: text },
        },
      },
    },
  },
  Synced: {
    type: 'object',
    required: ['device', 'answers'],
    properties: {
      device: text,
      answers: {
        type: 'array',
        items: {
          type: 'object',
          required: ['key', 'outcome'],
          properties: {
            key: { type: ['string', 'null'] },
            outcome: { enum: ['recorded', 'repeated', 'refused', 'malformed'] },
            events: { type: 'array', items: { type: 'object' }, description: 'Of what is recorded, as in Told.' },
            code: { ...text, description: 'Of a refusal, with `facts`, `zh` and `en`.' },
            issues: { type: 'array', items: { type: 'object', required: ['path', 'message'], properties: { path: text, message: text } } },
          },
        },
      },
    },
  },
};

/** The whole document, two spaces deep. */
export function describeApi(): string {
  const paths = Object.fromEntries([...storyNames.map((name) => [pathOf(name), storyPath(name)]), ...viewNames.map((name) => [pathOf(name), viewPath(name)])]);
  const document = {
    openapi: '3.1.0',
    info: {
      title: 'Sifen village API',
      version: '1',
      description: 'Generated from gateway/workflows by npm run docs; do not edit. Listens where http.host and http.port of the site file say.',
    },
    paths: { ...sessionPaths, ...syncPath, ...paths },
    components: {
      securitySchemes: { session: { type: 'http', scheme: 'bearer' } },
      parameters: {
        IdempotencyKey: { name: 'Idempotency-Key', in: 'header', required: true, schema: { type: 'string', pattern: '^[A-Za-z0-9-]{8,64}$' } },
        SecondSession: {
          name: 'Sifen-Second-Authorization',
          in: 'header',
          required: false,
          description: 'Bearer and the token of the second person.',
          schema: text,
        },
      },
      schemas,
    },
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
