/** What a tray scale records when a weighing has settled, without the scale: the same decision and the same events as workflows/weigh-for-points. */
import { dayOf } from '../../gateway/core/calendar.ts';
import { dailyCapOf, decideAward, wordWeighing } from '../../gateway/core/points.ts';
import { weighingCoreVersion } from '../../gateway/core/weighing.ts';
import type { Books } from '../../gateway/workflows/story.ts';

const scale = 'scale-1';
const minimumGrams = 50;

const settled = (household: string, material: string, netGrams: number) => ({
  ...{ household, material, netGrams, grossGrams: netGrams, tareGrams: 0, intervalGrams: 10, maxGrams: 30_000, stableSource: 'device' as const },
  ...{ zeroAgeMs: 5000, rawHex: ['0103', '0104'], core: weighingCoreVersion, method: 'tray' as const },
});
const instrument = { model: 'W-CN', profile: '0123456789abcdef', certificate: 'JJG-2027-1' };

/** Points for goods on the tray. Returns the refusal's code, or null. */
export function weighForPoints({ store, rules, tariffs, time }: Books, household: string, material: string, netGrams: number): string | null {
  const day = dayOf(time.clock.now());
  const { version: rulesVersion, rules: inForce } = rules(day);
  const decision = decideAward({
    weighing: settled(household, material, netGrams),
    ...{
      scale,
      instrument,
      alibi: store.weighings.nextAlibi(scale),
      tariffs: tariffs(),
      day,
      dateTrusted: time.quality() === 'ntp',
      minimumGrams,
      rulesVersion,
    },
    daily: { cap: dailyCapOf(material, inForce.points), earned: store.points.earned(household, day, material) },
  });
  if (!decision.ok) return decision.refusal.code;
  store.append(decision.drafts);
  return null;
}

/** Goods that are to be bought for cash: the weight alone. Returns the name of the weighing. */
export function weighForCash({ store }: Books, material: string, netGrams: number): string {
  const draft = wordWeighing(
    { weighing: settled('h-00000000000000000000', material, netGrams), scale, instrument, alibi: store.weighings.nextAlibi(scale), minimumGrams },
    null,
  );
  store.append([draft]);
  return draft.data.weighing;
}
