/** How events of rules and prices read. Chinese first, English second. */
import type { ruleEvents } from '../../../protocol/events/rules.ts';
import type { Lines } from '../line.ts';

export const ruleLines: Lines<keyof typeof ruleEvents> = {
  'rules.changed': ({ version, from }) => [`规则 ${version} 自 ${from} 起生效`, `rules ${version} are in force from ${from}`],
  'tariff.changed': ({ tariff }) => [
    `积分标准 ${tariff.version} 自 ${tariff.validFrom} 起生效`,
    `tariff ${tariff.version} is in force from ${tariff.validFrom}`,
  ],
};
