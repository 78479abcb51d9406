/** How events of devices, bins and alarms read. Chinese first, English second; pseudonyms only. */
import type { deviceEvents } from '../../../protocol/events/devices.ts';
import { kg, type Lines, reasons } from '../line.ts';

export const deviceLines: Lines<keyof typeof deviceEvents> = {
  'device.fenced': ({ device, reason }) => [`${device} 已隔离旧任务（${reasons[reason]}）`, `${device} fenced off earlier jobs (${reason})`],
  'device.rebaselined': ({ device, reason, ctrOut }) => [`${device} 计数从 ${ctrOut} 起（${reasons[reason]}）`, `${device} counts from ${ctrOut} (${reason})`],
  'device.locked': ({ device, reason }) => [`${device} 停用，需人检查（${reasons[reason]}）`, `${device} is locked, a person must look (${reason})`],
  'device.unlocked': ({ device }) => [`${device} 恢复使用`, `${device} is in use again`],
  'device.health': ({ device, state, cause }) => [
    `${device} ${state === 'online' ? '上线' : '离线'}`,
    `${device} is ${state}${cause === null ? '' : ` (${cause})`}`,
  ],
  'scale.check.passed': ({ scale, nominalGrams, readGrams, operator }) => [
    `${scale} 校验合格：砝码 ${kg(nominalGrams)} 千克，显示 ${kg(readGrams)}，${operator}`,
    `${scale} passed its check: ${kg(readGrams)} kg shown for ${kg(nominalGrams)} (${operator})`,
  ],
  'scale.check.failed': ({ scale, nominalGrams, readGrams, limitGrams, operator }) => [
    `${scale} 校验不合格，停止计分：砝码 ${kg(nominalGrams)} 千克，显示 ${kg(readGrams)}，允差 ${limitGrams} 克，${operator}`,
    `${scale} FAILED its check and awards nothing: ${kg(readGrams)} kg shown for ${kg(nominalGrams)}, ${limitGrams} g allowed (${operator})`,
  ],
  'bin.level.changed': ({ bin, compartment, levelPercent, fillState }) => [
    `${bin} 第 ${compartment} 格${levelPercent === null ? '' : ` ${levelPercent}%`}（${reasons[fillState]}）`,
    `${bin} compartment ${compartment}${levelPercent === null ? '' : ` at ${levelPercent} %`} (${fillState})`,
  ],
  'alarm.fire': ({ bin, compartment }) => [`火警！${bin} 第 ${compartment} 格`, `FIRE ALARM in ${bin} compartment ${compartment}`],
  'bin.hatch.ordered': ({ bin, compartment, operator }) => [
    `${operator ?? '有人'} 要求打开 ${bin} 第 ${compartment} 格`,
    `${operator ?? 'somebody'} asks for ${bin} compartment ${compartment} to be opened`,
  ],
  'bin.hatch.opened': ({ bin, compartment, outcome }) => [
    `${bin} 第 ${compartment} 格${outcome === 'refused' ? '控制板不开门' : outcome === 'obeyed' ? '开门' : '开门（未确认）'}`,
    `${bin} compartment ${compartment} ${outcome === 'refused' ? 'was not opened by its board' : outcome === 'obeyed' ? 'opened' : 'opened (not confirmed)'}`,
  ],
  'alarm.notified': ({ bin, compartment, outcome, tries }) => [
    `${bin} 第 ${compartment} 格火警短信：${outcome === 'sent' ? '已发出' : outcome === 'failed' ? '未发出' : '部分发出'}（${tries} 次）`,
    `messages about the fire alarm in ${bin} compartment ${compartment}: ${outcome} after ${tries} tries`,
  ],
  'alarm.cleared': ({ bin, compartment }) => [`${bin} 第 ${compartment} 格火警解除`, `alarm of ${bin} compartment ${compartment} cleared`],
};
