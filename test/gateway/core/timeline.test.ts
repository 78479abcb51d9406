// Without this a villager or technician could be shown an empty line, the wrong language, or somebody's whole pseudonym.
import { describe, expect, it, test } from 'vitest';
import { z } from 'zod';
import { loadSite } from '../../../gateway/config-file.ts';
import { drawRefusals } from '../../../gateway/core/bag-issue.ts';
import { describeEvent, describeRefusal, formatEvent, languageOf } from '../../../gateway/core/timeline.ts';
import { type EventDraft, eventNames, eventSchemas } from '../../../protocol/events.ts';
import { sampleDrafts, sampleHousehold } from '../../support/village-drafts.ts';

const han = /\p{Script=Han}/u;

describe('every event', () => {
  test.each(eventNames)('%s has a line in both languages, and no whole pseudonym in either', (name) => {
    const draft = sampleDrafts[name];
    expect(eventSchemas[name].safeParse(draft.data).error).toBeUndefined();
    const [zh, en] = [describeEvent(draft, 'zh'), describeEvent(draft, 'en')];
    expect(zh).toMatch(han);
    expect(en).toMatch(/^[\x20-\x7e]+$/);
    for (const line of [zh, en]) {
      expect(line).not.toMatch(/undefined|NaN|\[object|null/);
      // Six digits are shown; a seventh would be more than an eye needs.
      expect(line).not.toContain(sampleHousehold.slice(2, 9));
      for (const credential of [...sampleDrafts['household.registered'].data.credentials, sampleDrafts['credential.added'].data.credential])
        expect(line).not.toContain(credential);
      expect(line).not.toContain('\n');
    }
  });

  it('that is a household’s shows the six digits people tell it by', () => {
    const about = eventNames.filter((name) => sampleDrafts[name].subject.startsWith('h-'));
    expect(about.length).toBeGreaterThan(7);
    for (const name of about) expect(describeEvent(sampleDrafts[name], 'en'), name).toContain('012345');
  });

  test.each([
    ['points.awarded', '农户 012345 得 600 分（6.00 元）', 'household 012345 earned 600 points (6.00 yuan)'],
    ['weigh.committed', '农户 012345 称重 1.500 千克 纸板，第 1 号', 'household 012345 weighed 1.500 kg of cardboard, weighing 1'],
    ['bag.roll.issued', '农户 012345 领到 K1WXJ010000001', 'household 012345 took K1WXJ010000001'],
    ['device.health', 'scale-1 离线', 'scale-1 is offline (bus_timeout)'],
    ['alarm.fire', '火警！bin-1 第 2 格', 'FIRE ALARM in bin-1 compartment 2'],
  ] as const)('%s reads as people say it', (name, zh, en) => {
    expect([describeEvent(sampleDrafts[name], 'zh'), describeEvent(sampleDrafts[name], 'en')]).toEqual([zh, en]);
  });

  it('says its reasons and states in Chinese words, not in codes', () => {
    let told = 0;
    for (const name of eventNames.filter((each) => each !== 'epoch.opened')) {
      for (const field of ['reason', 'fillState']) {
        const schema = (eventSchemas[name].shape as Record<string, unknown>)[field];
        for (const code of schema instanceof z.ZodEnum ? schema.options : []) {
          const line = describeEvent({ ...sampleDrafts[name], data: { ...sampleDrafts[name].data, [field]: code } } as EventDraft, 'zh');
          expect(line).not.toContain(String(code));
          expect(line).not.toMatch(/undefined|（）/);
          told += 1;
        }
      }
    }
    expect(told).toBeGreaterThan(25);
  });

  it('names every material of the demo tariff in Chinese, and another one by its key', () => {
    const { data } = sampleDrafts['weigh.committed'];
    const weighed = (material: string) => describeEvent({ name: 'weigh.committed', subject: 'scale-1', data: { ...data, material } }, 'zh');
    for (const [material, { name }] of Object.entries(loadSite('config/demo.yaml').tariffs[0]?.materials ?? {})) expect(weighed(material)).toContain(name.zh);
    expect(weighed('glass')).toContain('glass');
  });

  it('that names nobody, or a roll nobody could read, says so', () => {
    const { data } = sampleDrafts['weigh.committed'];
    expect(describeEvent({ name: 'weigh.committed', subject: 'scale-1', data: { ...data, household: null } }, 'en')).toContain('household ? weighed');
    const issue = sampleDrafts['bag.roll.issued'];
    const unread = { ...issue.data, rolls: [{ roll: null, confirmed: false }], rollUnconfirmed: true };
    expect(describeEvent({ ...issue, data: unread }, 'en')).toBe('household 012345 took ? (unconfirmed)');
    expect(describeEvent({ ...issue, data: unread }, 'zh')).toBe('农户 012345 领到 ?（待确认）');
  });

  it('names no percent where a bin says only that it is full', () => {
    const { data } = sampleDrafts['bin.level.changed'];
    const draft = { ...sampleDrafts['bin.level.changed'], data: { ...data, levelPercent: null } };
    expect(formatEvent({ atMs: 0, sequence: 1, draft }, 'en')).toMatch(/bin-1 compartment 2 \(full\)$/);
    expect(formatEvent({ atMs: 0, sequence: 1, draft }, 'zh')).toMatch(/bin-1 第 2 格（[^%]+）$/);
  });

  it('stands under village time and its number', () => {
    const atMs = Date.UTC(2026, 10, 23, 16, 30, 5);
    const line = formatEvent({ atMs, sequence: 42, draft: sampleDrafts['alarm.cleared'] }, 'en');
    expect(line).toBe('2026-11-24 00:30:05  #   42  alarm of bin-1 compartment 2 cleared');
  });
});

describe('every refusal', () => {
  test.each(drawRefusals)('%s of a draw is a sentence in both languages', (code) => {
    expect(describeRefusal(code, 'zh')).toMatch(han);
    expect(describeRefusal(code, 'en')).toMatch(/^[a-z ,;’]+$/);
    expect(describeRefusal(code, 'en')).not.toBe(code);
  });
  it('nobody has words for is shown as it is', () => {
    expect(describeRefusal('brand_new_code', 'zh')).toBe('brand_new_code');
  });
});

describe('the language of a terminal', () => {
  test.each([
    ['zh_CN.UTF-8', 'zh'],
    ['ZH_TW', 'zh'],
    ['en_US.UTF-8', 'en'],
    ['C', 'en'],
    ['', 'en'],
    [undefined, 'en'],
  ])('of locale %s is %s', (locale, language) => {
    expect(languageOf(locale)).toBe(language);
  });
});
