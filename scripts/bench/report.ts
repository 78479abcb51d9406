/** The table of a bench: one row a figure, its limit and whether it was kept. It prints figures as they were measured and rounds nothing in anybody's favour. */
export interface Row {
  readonly what: string;
  readonly measured: string;
  /** Empty for a figure that is shown and not judged. */
  readonly limit: string;
  /** Null for a figure that is not judged. */
  readonly passed: boolean | null;
}

/** A figure with an upper limit. */
export const atMost = (what: string, value: number, limit: number, unit: string, more = ''): Row => ({
  what,
  measured: `${value.toFixed(3)} ${unit}${more}`,
  limit: `<= ${limit.toFixed(3)} ${unit}`,
  passed: value <= limit,
});

/** A figure with a lower limit. */
export const atLeast = (what: string, value: number, limit: number, unit: string, more = ''): Row => ({
  what,
  measured: `${value.toFixed(3)} ${unit}${more}`,
  limit: `>= ${limit.toFixed(3)} ${unit}`,
  passed: value >= limit,
});

/** A figure that explains others. */
export const shown = (what: string, measured: string): Row => ({ what, measured, limit: '', passed: null });

export function tableOf(rows: readonly Row[]): string {
  const cells = rows.map(({ what, measured, limit, passed }) => [what, measured, limit, passed === null ? '' : passed ? 'pass' : 'FAIL']);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The value below which `share` (0..1) of the values lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
