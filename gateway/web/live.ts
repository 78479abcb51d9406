/**
 * What happens as it happens: server-sent events for pages, one a recorded event, with its sentence. What is shown here stands on the status page
 * too: pseudonyms and numbers, never a name. A page that does not read is let go of; it comes back by itself and says where it was.
 * Source: HTML Living Standard, 9.2 Server-sent events.
 */
import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { describeEvent } from '../core/timeline.ts';
import { liveBacklogMax, livePagesMax, liveUnreadBytesMax } from '../limits.ts';
import type { StoredEvent } from '../store/event-log.ts';
import type { Store } from '../store/store.ts';

export type LiveSource = Pick<Store, 'onAppended' | 'list' | 'head'>;

/** One message of the stream; its id is the number of the event. */
function messageOf({ sequence, atMs, draft }: StoredEvent): string {
  const shown = { sequence, atMs, name: draft.name, subject: draft.subject, data: draft.data, zh: describeEvent(draft, 'zh'), en: describeEvent(draft, 'en') };
  return `id: ${sequence}\nevent: recorded\ndata: ${JSON.stringify(shown)}\n\n`;
}

/** Puts `GET /api/v1/live` on `app`. `source` is null while the gateway starts or stops. At most `livePagesMax` pages listen at once. */
export function addLive(app: FastifyInstance, source: () => LiveSource | null, refuseBusy: (response: ServerResponse) => void): void {
  let pages = 0;
  app.get('/api/v1/live', (request, reply) => {
    const log = source();
    reply.hijack();
    if (log === null || pages >= livePagesMax) return refuseBusy(reply.raw);
    pages += 1;
    const page = reply.raw;
    page.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
    page.write('retry: 3000\n\n');
    const send = (event: StoredEvent) => {
      if (page.writableLength > liveUnreadBytesMax) page.destroy();
      else if (!page.destroyed) page.write(messageOf(event));
    };
    const from = Number(request.headers['last-event-id'] ?? Number.NaN);
    // Without a place to go on from, or too far behind, a page begins with what comes next.
    if (Number.isSafeInteger(from) && from >= 0 && log.head.sequence - from <= liveBacklogMax) for (const event of log.list(from, liveBacklogMax)) send(event);
    const stop = log.onAppended(send);
    page.once('close', () => {
      pages -= 1;
      stop();
    });
  });
}
