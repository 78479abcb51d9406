/**
 * The order test files start in: those that wait long for wires first, so that none of them is left running alone at the end. Without it a clean
 * checkout, which has no times of an earlier run, would take a minute longer.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Longest first, as seen on a quiet machine; a file that is missing here starts in vitest's own order. */
const long = [
  'contract/scale-points',
  'contract/wire-faults',
  'workflows/probe-slow-units',
  'workflows/vending-station',
  'gateway/config-file',
  'store/store',
  'workflows/probe-line',
  'workflows/dispenser-station',
  'contract/frame-devices',
  'simulation/seeds',
  'device-sim/scenario',
  'workflows/weigh-for-points',
  'workflows/notify-alarms',
  'contract/locks',
  'web/malformed',
  'contract/bus-models',
  'contract/bus',
  'gateway/village-model',
] as const;

const rankOf = ({ moduleId }: TestSpecification): number => {
  const rank = long.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
  return rank === -1 ? long.length : rank;
};

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}
