// One valid draft of every event of hazardous waste and pesticide packaging. Without it the store and the timeline would be tried on none of them.
import type { takeBackEvents } from '../../protocol/events/take-back.ts';
import type { EventDraft } from '../../protocol/events.ts';
import { move } from './earning-drafts.ts';

const byOne = { operator: 'clerk-1', second: null };
const byTwo = { operator: 'committee-1', second: 'committee-2' };
const dated = { day: '2026-11-23', dateTrusted: true };
const transfer = { transfer: 1, receiver: 'receiver-1', signature: 'a'.repeat(32), netGrams: 900, ...dated, ...byOne };

export const takeBackDrafts = (household: string): { readonly [Name in keyof typeof takeBackEvents]: EventDraft<Name> } => ({
  'campaign.opened': {
    name: 'campaign.opened',
    subject: 'autumn-2026',
    data: { campaign: 'autumn-2026', stream: 'pesticide', from: '2026-11-01', to: '2026-11-30', ...byTwo },
  },
  'campaign.closed': { name: 'campaign.closed', subject: 'autumn-2026', data: { campaign: 'autumn-2026', day: '2026-11-23', ...byTwo } },
  'pesticide.received': {
    name: 'pesticide.received',
    subject: 'take-back',
    data: {
      ...{ receipt: 't-0123456789abcdef', household, farm: null, kind: 'pesticideBottle', pieces: 10, netGrams: 900, emptied: true, rinsed: true },
      ...{ campaign: 'autumn-2026', ...dated, ...byOne },
      postings: [...move('goods', 'source/take-back', 'take-back/pesticideBottle', 10), ...move('grams', 'source/take-back', 'take-back/pesticide', 900)],
    },
  },
  'hazard.received': {
    name: 'hazard.received',
    subject: 'take-back',
    data: {
      ...{
        receipt: 't-0123456789abcdee',
        household: null,
        origin: 'lockedBox',
        kind: 'battery',
        pieces: 40,
        netGrams: 900,
        campaign: null,
        ...dated,
        ...byOne,
      },
      postings: [...move('goods', 'source/take-back', 'take-back/battery', 40), ...move('grams', 'source/take-back', 'take-back/hazardous', 900)],
    },
  },
  'pesticide.handedover': {
    name: 'pesticide.handedover',
    subject: 'take-back',
    data: {
      ...transfer,
      lines: [{ kind: 'pesticideBottle', pieces: 10 }],
      postings: [
        ...move('goods', 'take-back/pesticideBottle', 'handed-over/pesticideBottle', 10),
        ...move('grams', 'take-back/pesticide', 'handed-over/pesticide', 900),
      ],
    },
  },
  'hazard.handedover': {
    name: 'hazard.handedover',
    subject: 'take-back',
    data: {
      ...transfer,
      lines: [{ kind: 'battery', pieces: 40 }],
      postings: [...move('goods', 'take-back/battery', 'handed-over/battery', 40), ...move('grams', 'take-back/hazardous', 'handed-over/hazardous', 900)],
    },
  },
});
