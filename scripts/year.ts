/**
 * `npm run year [-- --days N] [--households N] [--seed N]`: a village lives a year by its stories, with the real ledger, names and background tasks. Every
 * day the books are held to balance; at the end the annual report is added up from the events alone, every projection is derived again, and whatever
 * left the personal file is searched for names. Exit codes: 0 all of it held, 1 something did not, 2 wrong usage.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { dayOf } from '../gateway/core/calendar.ts';
import { orUsage, parseWhole, usageExitCode } from './command-line/flags.ts';
import { writeAnnualReport } from './year/annual-report.ts';
import { Days } from './year/days.ts';
import { findLeaks } from './year/leaks.ts';
import { YearVillage } from './year/year-village.ts';

const usage = 'Usage: npm run year -- [--days 1..400] [--households 20..2000] [--seed 0..4294967295]';
/** 2027-03-01 in the village; the year ends on 29 February 2028, a leap day, and points of 2026 end within it. Unit: ms since 1970. */
const firstDayMs = Date.UTC(2027, 1, 28, 16);
const dayMs = 86_400_000;
/** Founded in the year before, so that something is old enough to expire. */
const foundedMs = Date.UTC(2026, 11, 20, 1);
const rssMaxMiB = 220;
const heapGrowthMax = 1.05;

const options = orUsage(() => {
  const texts = { days: { type: 'string', default: '366' }, households: { type: 'string', default: '600' }, seed: { type: 'string', default: '1' } } as const;
  const { values } = parseArgs({ options: texts, strict: true });
  return { days: parseWhole(values.days, 1, 400), households: parseWhole(values.households, 20, 2000), seed: parseWhole(values.seed, 0, 0xffff_ffff) };
}, usage);

/** Heap after a forced collection, where the program may force one. Unit: byte. */
function heapBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

async function liveYear({ days, households, seed }: NonNullable<typeof options>, folder: string): Promise<string[]> {
  const problems: string[] = [];
  const began = performance.now();
  const made = await YearVillage.open({ folder, households, seed, startedAtMs: foundedMs });
  const { store } = made.village;
  const life = new Days(made);
  await life.found();
  await made.time.passTo(firstDayMs);
  let [rssMiB, heapEarly, heapLate] = [0, 0, 0];
  for (let index = 0; index < days; index += 1) {
    await life.live(firstDayMs + index * dayMs, index);
    const wrong = store.ledger.quickProblems();
    if (wrong.length > 0) problems.push(...wrong.map(({ detail }) => `day ${index + 1}: ${detail}`));
    if (problems.length > 0) break;
    rssMiB = Math.max(rssMiB, process.memoryUsage.rss() / 1024 / 1024);
    if (index === 29) heapEarly = heapBytes();
    if (index % 30 === 29) console.error(`${dayOf(firstDayMs + index * dayMs)}: ${store.head.sequence} events, ${made.stories} stories`);
  }
  heapLate = heapBytes();
  const livedS = (performance.now() - began) / 1000;
  problems.push(...store.ledger.problems().map(({ detail }) => detail));
  const report = writeAnnualReport(store);
  console.log(report.text);
  problems.push(...report.differences);
  const rebuilt = store.rebuild();
  if (!rebuilt.identical) problems.push(`derived again, these tables came out otherwise: ${rebuilt.differing.join(', ')}`);
  const { village, gateway } = made.village.site.config;
  const places = { store, village: { village: village.id, gateway: gateway.id }, logFile: made.logFile, captureDir: made.captureDir };
  await made.village.finish();
  problems.push(...findLeaks(places, made.people, made.operators, life.cards).map((place) => `something personal stands in ${place}`));
  await made.village.close();
  const refused = [...made.refusals].sort((a, b) => b[1] - a[1]).map(([code, count]) => `${code} ${count}`);
  console.log(`\n${made.stories} stories, ${store.head.sequence} events; refused: ${refused.join(', ') || 'none'}`);
  console.log(
    `${days} days of ${households} households in ${livedS.toFixed(1)} s; seed ${seed}; ${rebuilt.events} events derived again, ${rebuilt.identical ? 'row for row the same' : 'NOT the same'}`,
  );
  console.log(
    `largest resident set ${rssMiB.toFixed(0)} MiB (limit ${rssMaxMiB}); heap after day 30 ${mib(heapEarly)}, at the end ${mib(heapLate)}${heapEarly === 0 ? '' : ` (${(heapLate / heapEarly).toFixed(3)} of it, limit ${heapGrowthMax})`}`,
  );
  if (rssMiB > rssMaxMiB) problems.push(`the resident set grew to ${rssMiB.toFixed(0)} MiB`);
  if (heapEarly > 0 && heapLate > heapEarly * heapGrowthMax) problems.push(`the heap grew from ${mib(heapEarly)} to ${mib(heapLate)}`);
  return problems;
}

const mib = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;

if (options === undefined) process.exit(usageExitCode);
const folder = mkdtempSync(join(tmpdir(), 'sifen-year-'));
try {
  const problems = await liveYear(options, folder);
  console.log(problems.length === 0 ? '\nEverything held.' : `\nDid not hold:\n${problems.slice(0, 40).join('\n')}`);
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
