// Without this the page in the file cabinet could leave out a reason, a bound or who signs, in one of its two languages.
import { describe, expect, it, test } from 'vitest';
import { describeAcceptance, describeReason } from '../../gateway/acceptance-text.ts';
import { languages } from '../../gateway/core/timeline.ts';
import { acceptanceReasons } from '../../protocol/acceptance.ts';
import { reportOf, soundPoint } from '../support/acceptance.ts';

const leaf = 'LEAF+OF+THE+SIGNED+BYTES=';
const failing = soundPoint({
  scales: [{ id: 'scale-1', wanted: 'wanted', outcome: { kind: 'weighed', nominalGrams: 2000, readGrams: 2030, limitGrams: 10, passed: false, event: 5 } }],
  dispensers: [{ id: 'vending-1', reliability: 'C', wanted: 'wanted', outcome: null }],
  bins: [{ id: 'bin-1', readings: null }],
});

describe.each(languages)('in %s', (language) => {
  const page = describeAcceptance(reportOf(failing), leaf, language);

  it('says who, when, where, with which key, and has room for two signatures', () => {
    for (const part of [
      'technician-7',
      '2026-11-23 08:00:00',
      '2026-11-23 08:05:00',
      'ntp',
      '外小将',
      'waixiaojiang',
      'gw-test',
      '0.1.0',
      'k-0123456789abcdef',
      leaf,
    ])
      expect(page).toContain(part);
    expect(page.match(/_{20,}/g)).toHaveLength(2);
  });

  it('has one line a check, with what was measured and its bound', () => {
    const rows = page.split('\n').filter((line) => line.startsWith('  ['));
    expect(rows).toHaveLength(reportOf(failing).checks.length);
    expect(rows.find((row) => row.includes('scale-1') && row.includes('2030'))).toMatch(/2000 g.*2030 g.*10 g.*5/);
    expect(rows.find((row) => row.includes('W-CN'))).toMatch(/line-1\/1.*4\.0 ms.*200 ms.*0.*40.*1\.0 %/);
  });

  it('gives the reasons of what failed and of each remark', () => {
    for (const code of ['scale_off', 'no_service_key', 'bin_unreadable'] as const) expect(page).toContain(describeReason(code, language));
    expect(page).not.toContain('null');
    expect(page).not.toContain('undefined');
  });

  test.each(acceptanceReasons)('%s is a sentence of its own', (code) => {
    const said = describeReason(code, language);
    expect(said).toMatch(language === 'zh' ? /\p{Script=Han}{2}/u : /[a-z]{3}/);
    expect(acceptanceReasons.filter((other) => describeReason(other, language) === said)).toEqual([code]);
  });
});
