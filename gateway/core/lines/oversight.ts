/** How events of oversight and of repairs read. Chinese first, English second; pseudonyms only. */
import type { oversightEvents } from '../../../protocol/events/oversight.ts';
import { grades, streams } from '../../../protocol/grades.ts';
import { bands, inspectionItems, outages, repairWorks, spareParts } from '../../../protocol/oversight.ts';
import { type Lines, short } from '../line.ts';

export const oversightLines: Lines<keyof typeof oversightEvents> = {
  'review.sampled': ({ day, households, of }) => [
    `${day} 日评抽样 ${households.length} 户（共 ${of} 户）`,
    `review of ${day}: ${households.length} of ${of} households drawn`,
  ],
  'review.daily': ({ household, stream, day, grade }) => [
    `农户 ${short(household)} ${day} ${streams[stream].zh}桶日评：${grades[grade].zh}`,
    `household ${short(household)}, ${streams[stream].en}, ${day}: reviewed ${grades[grade].en}`,
  ],
  'supervision.visited': ({ day, score, findings }) => [
    `${day} 督查 ${score} 分，${findings.length} 项问题`,
    `supervision of ${day}: ${score}, ${findings.length} finding(s)`,
  ],
  'inspection.monthly': ({ month, score, band, findings }) => [
    `${month} 第三方检查 ${score} 分（${bands[band].zh}），${findings.length} 项问题`,
    `inspection of ${month}: ${score} (${bands[band].en}), ${findings.length} finding(s)`,
  ],
  'inspection.rectified': ({ inspection, item }) => [
    `检查 ${inspection} 已整改：${inspectionItems[item].zh}`,
    `inspection ${inspection}: put right, ${inspectionItems[item].en}`,
  ],
  'device.withdrawn': ({ device, reason, alternative }) => [
    `${device} 停用（${outages[reason].zh}）${alternative === null ? '' : `，请到 ${alternative}`}`,
    `${device} is out of service (${outages[reason].en})${alternative === null ? '' : `; go to ${alternative}`}`,
  ],
  'device.repaired': ({ device, work, parts }) => [
    `${device} 维修：${repairWorks[work].zh}${parts.map(({ part, pieces }) => `，${spareParts[part].zh} ${pieces}`).join('')}`,
    `${device}: ${repairWorks[work].en}${parts.map(({ part, pieces }) => `, ${pieces} ${spareParts[part].en}`).join('')}`,
  ],
  'device.returned': ({ device }) => [`${device} 恢复使用`, `${device} is in service again`],
};
