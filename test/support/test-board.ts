/** A board for maps made in tests: everything a map says besides its fields. */
export const testBoard = {
  model: 'T-1',
  kind: 'bin',
  title: 'Test board',
  source: { document: 'none', revision: '0' },
  wordOrder: 'highFirst',
  units: { first: 1, last: 247 },
  timeoutMs: 100,
  guardMs: 100,
} as const;
