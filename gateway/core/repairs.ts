/** Devices and places out of service, where people go meanwhile, and the log of repairs. Pure. Rule: R-48. */
import type { EventDraft, EventPayload } from '../../protocol/events.ts';
import { type Outage, outages } from '../../protocol/oversight.ts';
import { type Refused, refuse } from './refusals.ts';

type Drafted = { readonly ok: true; readonly drafts: readonly EventDraft[] } | Refused;
type Order<Name extends 'device.withdrawn' | 'device.repaired'> = EventPayload<Name>;

/** R-48: taken out of service. The place named instead must itself be in service, or people walk twice. */
export function decideWithdrawal(data: Order<'device.withdrawn'>, isAlternativeOut: boolean): Drafted {
  const { device, alternative } = data;
  if (alternative !== null && (alternative === device || isAlternativeOut)) return refuse('alternative_out', { device: alternative });
  return { ok: true, drafts: [{ name: 'device.withdrawn', subject: device, data }] };
}

/** R-48: work at a device, with its parts; in service or not. Parts are named exactly where the work says that there were some. */
export function decideRepair(data: Order<'device.repaired'>): Drafted {
  if (data.work === 'partReplaced' && data.parts.length === 0) return refuse('parts_needed');
  return { ok: true, drafts: [{ name: 'device.repaired', subject: data.device, data }] };
}

/** R-48: in service again. */
export function decideReturn({ device, operator, second }: EventPayload<'device.returned'>, isOut: boolean): Drafted {
  if (!isOut) return refuse('not_withdrawn', { device });
  return { ok: true, drafts: [{ name: 'device.returned', subject: device, data: { operator, second, device } }] };
}

/** R-48: what people read at a place that is out of service. */
export function bannerOf({ device, reason, alternative }: { readonly device: string; readonly reason: Outage; readonly alternative: string | null }) {
  const why = outages[reason];
  return {
    zh: `${device} 停用（${why.zh}）${alternative === null ? '，请找村里的管理员' : `，请到 ${alternative}`}`,
    en: `${device} is out of service (${why.en}); ${alternative === null ? 'ask the village clerk' : `go to ${alternative}`}`,
  };
}
