/** Who is enrolled, by function; names are shown to those who enrol. */
import { z } from 'zod';
import { defineView } from '../view.ts';

export const operatorViews = {
  'operator.list': defineView({
    title: { zh: '工作人员名单', en: 'Operators' },
    rules: ['R-50'],
    by: ['committee', 'supervisor', 'technician'],
    input: z.strictObject({}),
    read: ({ store, personal }) =>
      store.operators.list().map((row) => {
        const { operator, roles, state } = row;
        const secret = personal.operators.read(row);
        return { operator, name: secret?.name ?? null, roles, household: secret?.household ?? null, state };
      }),
  }),
} as const;
