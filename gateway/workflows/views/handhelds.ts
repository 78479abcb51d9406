/** What handhelds are given, and which ones a village has. */
import { z } from 'zod';
import { deviceIdSchema } from '../../../protocol/events/fields.ts';
import { judgeHandheld } from '../../core/handhelds.ts';
import { refuse } from '../../core/refusals.ts';
import { handheldsShownMax } from '../../limits.ts';
import { sealTable, tableOf } from '../handheld-table.ts';
import { defineView } from '../view.ts';

export const handheldViews = {
  'handheld.list': defineView({
    title: { zh: '手持机名单', en: 'Handhelds' },
    rules: ['R-49'],
    by: ['clerk', 'committee', 'supervisor', 'technician'],
    input: z.strictObject({}),
    read: ({ store }) => store.handhelds.list(handheldsShownMax),
  }),
  'handheld.table': defineView({
    title: { zh: '手持机离线数据', en: 'What a handheld takes along, sealed for it' },
    rules: ['R-39', 'R-49'],
    by: ['collector', 'clerk', 'partyMember'],
    input: z.strictObject({ device: deviceIdSchema }),
    read(books, { device }, actor) {
      const known = books.store.handhelds.one(device);
      const barred = judgeHandheld(known, device);
      if (barred !== null) return barred;
      return known === undefined ? refuse('handheld_unknown', { device }) : sealTable(books, known, tableOf(books, actor));
    },
  }),
} as const;
