/**
 * The village's HTTP API, version 1: every story as POST, every view as GET, sessions by badge and PIN, and what happens as it happens. The
 * routes are made from the tables of stories and views; nothing is decided here. Every refusal is a problem (problem.ts).
 */
import { readFileSync } from 'node:fs';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { requestKeyPattern } from '../../protocol/cause.ts';
import type { Clock } from '../clock.ts';
import type { Actor } from '../core/authority.ts';
import { refuse } from '../core/refusals.ts';
import { describeEvent } from '../core/timeline.ts';
import { isGatewayError } from '../errors.ts';
import { apiBodyBytesMax } from '../limits.ts';
import { storyNames, storyOf } from '../workflows/stories.ts';
import { type Books, type Told, type ToldEvent, tellStory } from '../workflows/story.ts';
import { readView } from '../workflows/view.ts';
import { viewNames, viewOf } from '../workflows/views.ts';
import { addLive } from './live.ts';
import { failure, malformed, ownFault, type Problem, problemOf, problemType, tooLarge, unknownPlace } from './problem.ts';
import { readQuery } from './query.ts';
import { badgeAndPin, type Sessions } from './sessions.ts';
import { type SyncAnswer, syncHandheld, syncSchema } from './sync.ts';

/** What the API works on. */
export interface ApiVillage {
  readonly books: Books;
  readonly sessions: Sessions;
  /** For turns between the items of a handheld's day. */
  readonly wire: Pick<Clock, 'sleep'>;
}

export interface ApiOptions {
  /** Null while the gateway starts or stops. */
  readonly village: () => ApiVillage | null;
  /** Hears of a fault of our own behind a request. */
  readonly onBug: (error: unknown) => void;
}

const openApi = readFileSync(new URL('../../protocol/openapi.json', import.meta.url), 'utf8');

/** Path of a story or view: `shop.hold` is `/api/v1/shop/hold`. */
export const pathOf = (name: string): string => `/api/v1/${name.replaceAll('.', '/')}`;

const refuseWith = (reply: FastifyReply, problem: Problem) => reply.code(problem.status).type(problemType).send(problem);

/** Puts the API on `app`. */
export function addApi(app: FastifyInstance, options: ApiOptions): void {
  app.setErrorHandler((error: FastifyError, _request, reply) => refuseWith(reply, problemFor(error, options.onBug)));
  app.setNotFoundHandler((_request, reply) => refuseWith(reply, unknownPlace));
  addSessions(app, options);
  app.get('/api/v1/openapi.json', (_request, reply) => reply.type('application/json; charset=utf-8').send(openApi));
  addLive(
    app,
    () => options.village()?.books.store ?? null,
    (response) => response.writeHead(starting.status, { 'content-type': problemType }).end(JSON.stringify(starting)),
  );
  addSync(app, options);
  for (const name of storyNames) addStory(app, options, name);
  for (const name of viewNames) addView(app, options, name);
}

function problemFor(error: FastifyError, onBug: ApiOptions['onBug']): Problem {
  if (isGatewayError(error)) return failure(error);
  if (error.statusCode === 413) return tooLarge;
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) return malformed([{ path: '', message: error.message }]);
  onBug(error);
  return ownFault;
}

const starting: Problem = {
  ...ownFault,
  type: 'urn:sifen:problem:gateway_stopping',
  status: 503,
  code: 'gateway_stopping',
  title: '网关正在启动或停止。',
  detail: 'The gateway is starting or stopping.',
};

function addSessions(app: FastifyInstance, { village }: ApiOptions): void {
  app.post('/api/v1/sessions', async (request, reply) => {
    const open = village();
    if (open === null) return refuseWith(reply, starting);
    const input = badgeAndPin.safeParse(request.body);
    if (!input.success) return refuseWith(reply, malformed(issuesOf(input.error)));
    const opened = await open.sessions.open(input.data.badge, input.data.pin);
    if (!opened.ok) return refuseWith(reply, problemOf(opened.refusal));
    const { ok: _ok, ...session } = opened;
    return reply.code(201).send(session);
  });
  app.delete('/api/v1/sessions/current', (request, reply) => {
    const token = bearer(request.headers.authorization);
    if (token !== undefined) village()?.sessions.close(token);
    return reply.code(204).send();
  });
}

const issuesOf = (error: z.ZodError) => error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
const bearer = (header: string | undefined): string | undefined => /^Bearer ([A-Za-z0-9_-]{1,64})$/.exec(header ?? '')?.[1];

/** Who asks and who confirms, by the tokens in the headers. */
function whoAsks(request: FastifyRequest, sessions: Sessions): { readonly actor: Actor; readonly second: Actor | null } | Problem {
  const own = bearer(request.headers.authorization);
  const actor = own === undefined ? undefined : sessions.resolve(own);
  if (actor === undefined) return problemOf(refuse('session_needed').refusal);
  const secondHeader = request.headers['sifen-second-authorization'];
  if (secondHeader === undefined) return { actor, second: null };
  const token = bearer(Array.isArray(secondHeader) ? secondHeader[0] : secondHeader);
  const second = token === undefined ? undefined : sessions.resolve(token);
  return second === undefined ? problemOf(refuse('second_session_needed').refusal) : { actor, second };
}

function addStory(app: FastifyInstance, { village }: ApiOptions, name: (typeof storyNames)[number]): void {
  app.post(pathOf(name), { bodyLimit: apiBodyBytesMax }, async (request, reply) => {
    const open = village();
    if (open === null) return refuseWith(reply, starting);
    const who = whoAsks(request, open.sessions);
    if ('status' in who) return refuseWith(reply, who);
    const key = request.headers['idempotency-key'];
    if (typeof key !== 'string' || !requestKeyPattern.test(key))
      return refuseWith(reply, malformed([{ path: 'Idempotency-Key', message: 'a header with 8 to 64 letters, digits and hyphens, new for each request' }]));
    const told = await tellStory(open.books, name, storyOf(name), request.body === undefined ? {} : request.body, { ...who, key });
    return told.ok ? reply.send(answerOf(told)) : refuseWith(reply, 'issues' in told ? malformed(told.issues) : problemOf(told.refusal));
  });
}

/** What is recorded, each event with its sentence. */
const answerOf = (told: Extract<Told, { ok: true }>) => ({
  repeated: told.repeated,
  events: told.events.map(withSentence),
});

function withSentence(event: ToldEvent) {
  const draft = { name: event.name, subject: '', data: event.data } as Parameters<typeof describeEvent>[0];
  return { ...event, zh: describeEvent(draft, 'zh'), en: describeEvent(draft, 'en') };
}

function addSync(app: FastifyInstance, { village }: ApiOptions): void {
  app.post('/api/v1/handheld/sync', { bodyLimit: apiBodyBytesMax }, async (request, reply) => {
    const open = village();
    if (open === null) return refuseWith(reply, starting);
    const who = whoAsks(request, open.sessions);
    if ('status' in who) return refuseWith(reply, who);
    const input = syncSchema.safeParse(request.body === undefined ? {} : request.body);
    if (!input.success) return refuseWith(reply, malformed(issuesOf(input.error)));
    const pause = () => open.wire.sleep(0, 'a handheld’s day');
    const synced = await syncHandheld({ books: open.books, actor: who.actor, pause }, input.data);
    if (!synced.ok) return refuseWith(reply, problemOf(synced.refusal));
    return reply.send({ device: synced.device, answers: synced.answers.map(withSentences) });
  });
}

const withSentences = (answer: SyncAnswer) => ('events' in answer ? { ...answer, events: answer.events.map(withSentence) } : answer);

function addView(app: FastifyInstance, { village }: ApiOptions, name: (typeof viewNames)[number]): void {
  const view = viewOf(name);
  app.get(pathOf(name), (request, reply) => {
    const open = village();
    if (open === null) return refuseWith(reply, starting);
    const who = whoAsks(request, open.sessions);
    if ('status' in who) return refuseWith(reply, who);
    const seen = readView(open.books, view, readQuery(view.input, request.query), who.actor);
    if (seen.ok) return reply.send(seen.shown);
    return refuseWith(reply, 'issues' in seen ? malformed(seen.issues) : problemOf(seen.refusal));
  });
}
