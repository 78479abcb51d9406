// Without this a technician would not see which device fills a line or how often it fails, or would see it under a neighbour's name.
import { expect, it } from 'vitest';
import { Traffic } from '../../../gateway/southbound/traffic.ts';
import { busMetrics } from '../../../gateway/web/bus-metrics.ts';
import { renderMetrics } from '../../../gateway/web/metrics.ts';

it('tells lines and devices apart, in seconds and shares', () => {
  const busy = new Traffic(0);
  for (const [ending, durationMs] of [
    ['answered', 20],
    ['exceptions', 40],
    ['timeouts', 150],
    ['garbled', 30],
    ['lost', 1],
  ] as const) {
    busy.begin();
    busy.end(ending, durationMs, 0);
  }
  busy.skip();
  busy.repeat();
  busy.spend(60_000, 60_000);
  const idle = new Traffic(0);
  const line = { id: 'line-1', open: true, waiting: 3, reopened: 2, strayBytes: 9, recentStrayBytes: 9, ...busy.stats(60_000) };
  const devices = [
    { id: 'scale-1', line: 'line-1', unit: 1, ...busy.stats(60_000) },
    { id: 'bin-1', line: 'line-1', unit: 2, ...idle.stats(60_000) },
  ];
  const samples = renderMetrics(busMetrics({ lines: [line], devices, ports: [{ id: 'locks-1', open: true, ...busy.stats(60_000) }] })).split('\n');
  const wanted = {
    ...{ requests_total: 5, exceptions_total: 1, timeouts_total: 1, garbled_total: 1, doubled_total: 1, lost_total: 1, unsent_total: 1 },
    ...{ reply_mean_seconds: 0.03, reply_max_seconds: 0.04, busy_seconds_total: 60, line_share: 1 - Math.exp(-1) },
  };
  for (const [name, value] of Object.entries(wanted)) {
    expect(samples).toContain(`sifen_line_${name}{line="line-1"} ${value}`);
    expect(samples).toContain(`sifen_device_${name}{device="scale-1",line="line-1"} ${value}`);
    expect(samples).toContain(`sifen_device_${name}{device="locks-1",line=""} ${value}`);
    expect(samples).toContain(`sifen_device_${name}{device="bin-1",line="line-1"} 0`);
  }
  for (const [name, value] of Object.entries({ open: 1, waiting: 3, reopened_total: 2, stray_bytes_total: 9 }))
    expect(samples).toContain(`sifen_line_${name}{line="line-1"} ${value}`);
});

it('counts how requests ended lately, and forgets within the hour what was spoilt', () => {
  const traffic = new Traffic(0);
  for (let n = 0; n < 400; n += 1) traffic.end(n % 4 === 0 ? 'garbled' : 'answered', 5, n * 1000);
  const { recent } = traffic.stats(400_000);
  expect(recent.garbled / (recent.garbled + recent.answered)).toBeCloseTo(0.25, 2);
  for (let n = 400; n < 4000; n += 1) traffic.end('answered', 5, n * 1000);
  const later = traffic.stats(4_000_000);
  expect(later.recent.garbled / later.recent.answered).toBeLessThan(0.001);
  expect(later).toMatchObject({ garbled: 100, answered: 3900 });
});

it('forgets what a device took of its line within minutes', () => {
  const traffic = new Traffic(0);
  traffic.spend(30_000, 30_000);
  const { utilisation } = traffic.stats(30_000);
  expect(utilisation).toBeGreaterThan(0.3);
  expect(traffic.stats(330_000).utilisation).toBeLessThan(0.01);
});
