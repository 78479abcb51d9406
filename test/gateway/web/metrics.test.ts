// Without this one odd label would make a monitoring system refuse the whole scrape.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderMetrics } from '../../../gateway/web/metrics.ts';

/** Reads labels back by the rule of the Prometheus text format 0.0.4: in a value, \\ \" and \n are the only escapes. */
function readLabels(line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [, key = '', raw = ''] of line.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\"n])*)"/g))
    labels[key] = raw.replace(/\\([\\"n])/g, (_all, escaped: string) => (escaped === 'n' ? '\n' : escaped));
  return labels;
}

describe('metrics', () => {
  it('are written as the text format 0.0.4 shows them', () => {
    const text = renderMetrics([
      { name: 'sifen_events_total', help: 'Events recorded.', type: 'counter', samples: [{ value: 1027 }] },
      {
        name: 'sifen_device_online',
        help: 'Whether a device answers.',
        type: 'gauge',
        samples: [
          { labels: { device: 'scale-1', line: 'a' }, value: 1 },
          { labels: { device: 'bin-1', line: 'b' }, value: 0 },
        ],
      },
    ]);
    expect(text).toBe(
      [
        '# HELP sifen_events_total Events recorded.',
        '# TYPE sifen_events_total counter',
        'sifen_events_total 1027',
        '# HELP sifen_device_online Whether a device answers.',
        '# TYPE sifen_device_online gauge',
        'sifen_device_online{device="scale-1",line="a"} 1',
        'sifen_device_online{device="bin-1",line="b"} 0',
        '',
      ].join('\n'),
    );
  });

  it('carry any label text unharmed on one line', () => {
    const nasty = fc.string({ unit: fc.constantFrom('\\', '"', '\n', 'n', 'a', '}', '袋') });
    fc.assert(
      fc.property(nasty, nasty, (one, two) => {
        const lines = renderMetrics([{ name: 'x', help: 'x', type: 'gauge', samples: [{ labels: { one, two }, value: 1 }] }]).split('\n');
        expect(lines).toHaveLength(4);
        expect(lines[2]).toMatch(/^x\{.*\} 1$/);
        expect(readLabels(String(lines[2]))).toEqual({ one, two });
      }),
    );
  });

  it('of a kind without samples end their line and keep the next kind whole', () => {
    const empty = { name: 'a', help: 'A.', type: 'gauge', samples: [] } as const;
    expect(renderMetrics([empty, { ...empty, name: 'b' }])).toBe('# HELP a A.\n# TYPE a gauge\n# HELP b A.\n# TYPE b gauge\n');
    expect(renderMetrics([])).toBe('');
  });
});
