/** The story of taking names along: two people, written down before a name is shown. */
import { z } from 'zod';
import { defineStory } from '../story.ts';

export const exportStories = {
  'village.export': defineStory({
    title: { zh: '导出全村姓名', en: 'Take the names of all households along' },
    rules: [],
    authority: { by: ['committee', 'supervisor'], second: 'always' },
    input: z.strictObject({}),
    decide: (_books, _input, { orderedBy }) => ({ ok: true, drafts: [{ name: 'village.exported', subject: 'village', data: orderedBy }] }),
  }),
} as const;
