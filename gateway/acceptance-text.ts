/**
 * An acceptance report as a page for the file cabinet, in Chinese or English: all of it comes from the signed payload, so that whoever verifies
 * the file reads the same page. It adds no fact and judges nothing.
 */
import type { AcceptanceCheck, AcceptanceReason, AcceptanceReport, CheckKind } from '../protocol/acceptance.ts';
import type { WasteClass } from '../protocol/bin-reading.ts';
import { formatLocal } from './core/calendar.ts';
import { verdictNames } from './core/lines/village.ts';
import { describeRefusal, type Language } from './core/timeline.ts';

type Line = readonly [zh: string, en: string];

/** Each reason as a sentence with what to do. */
const reasons: Readonly<Record<AcceptanceReason, Line>> = {
  disk_full: ['磁盘快满了，马上腾出空间', 'the disk is almost full: make room at once'],
  disk_low: ['磁盘空间不多，下次来之前腾出空间', 'little room on the disk: make room before the next visit'],
  key_missing: ['密钥文件缺失，从备份放回', 'a key file is missing: put it back from its backup'],
  port_missing: ['串口不存在，插上适配器或改站点文件', 'a serial port does not exist: plug the adapter in, or correct the site file'],
  gateway_not_running: ['验收时网关没有运行，上行没有检查', 'no gateway was running, so the uplink was not examined'],
  ledger_unsound: ['账本不平，见 sifen ledger', 'the books do not add up: sifen ledger says what'],
  date_uncertain: ['日期不可信，联网或由管理员确认', 'the date is not certain: connect the network, or confirm it with sifen clock confirm'],
  uplink_down: ['没有连上服务器', 'no connection to the broker'],
  backlog_high: ['待发事件太多', 'too many events wait to be sent'],
  wire_missing: ['线路没有打开', 'the wire is not there'],
  line_full: ['线路太忙', 'the line is too busy: raise its speed or move devices away'],
  unasked_bytes: ['线上有无人询问的字节：噪声或另一台主机', 'bytes came unasked: noise, or a second master'],
  device_locked: ['设备停用，见 sifen doctor', 'the device is locked: sifen doctor says why'],
  no_answer: ['没有应答：查电源、A/B 线、地址和速率', 'does not answer: power, A/B wires, unit number, speed'],
  answers_lost: ['应答有丢失或损坏：查终端电阻和接线', 'answers are lost or spoilt: termination, bias, loose wires'],
  fire_alarm: ['火警未解除', 'a fire alarm stands'],
  not_examined: ['没有检查', 'was not examined'],
  left_out: ['按要求没有检查', 'was left out of this examination'],
  few_answers: ['应答太少，不足以判断线路', 'too few answers to judge the wire by'],
  answers_mostly_lost: ['大量应答丢失或损坏', 'many answers are lost or spoilt: termination, bias, loose wires'],
  slow_answers: ['应答慢，接近时限', 'answers come late, close to the deadline'],
  unreadable_answers: [
    '有字节但没有一个正确应答：A/B 接反、速率或校验不对，或适配器回显；用 sifen probe 查看',
    'bytes come, but never an answer: A and B swapped, another speed or parity, or an adapter that echoes; sifen probe LINE tells which',
  ],
  duplicate_address: ['可能有两台设备用同一地址', 'two devices may have this unit number'],
  noise: ['线上有噪声：查终端电阻和接线', 'replies are damaged by noise: check termination and wiring'],
  garbled: ['应答损坏：噪声，或两台设备同一地址', 'replies are damaged: noise, or two devices with this unit number'],
  nothing_weighed: ['没有称出结果', 'nothing was weighed'],
  scale_off: ['误差超过允差，停止计分，需检修', 'shows more than the error allowed in service: it awards nothing, call for service'],
  no_service_key: ['这种控制板没有可监视的检修键', 'this board has no service key that can be watched'],
  service_key_unpressed: ['没有看到按检修键', 'no press of the service key was seen'],
  dispenser_unreachable: ['发袋机没有应答', 'the dispenser does not answer'],
  dispenser_locked: ['发袋机停用，见 sifen doctor', 'the dispenser is locked: sifen doctor says why'],
  dispenser_fault: ['发袋机故障：卡袋或出袋口堵塞', 'the board is in fault: a jam, or the throat is blocked'],
  magazine_empty: ['袋仓是空的，先装一卷', 'the magazine is empty: load a roll first'],
  no_roll: ['电机转了，没有袋卷通过出口传感器', 'the motor ran and no roll passed the exit sensor'],
  too_many_rolls: ['一次出了不止一卷', 'more than one roll was counted'],
  not_booked: ['控制板已计数，网关没有记账', 'the board counted a roll that the gateway did not book'],
  board_replaced: ['控制板换了，或丢失了存储', 'the board was replaced, or lost its memory'],
  bin_unreadable: ['箱读不到', 'nothing of the bin could be read'],
  level_unreadable: ['满度读不到', 'the level sensor gives nothing it can measure'],
  temperature_implausible: ['温度不合理', 'the temperature cannot be true'],
  smoke_seen: ['有烟', 'smoke is seen'],
  door_open: ['门开着，满度不作数', 'the hatch is open, so the level says nothing'],
};

/** A reason as a sentence. */
export const describeReason = (code: AcceptanceReason, language: Language): string => reasons[code][language === 'zh' ? 0 : 1];

const or = (value: number | string | null, unit = ''): string => (value === null ? '-' : `${value}${unit}`);
const percent = (permille: number): string => `${(permille / 10).toFixed(1)} %`;
const yes = (value: boolean | null): Line => (value === null ? ['-', '-'] : value ? ['是', 'yes'] : ['否', 'no']);
const ms = (micros: number | null): string => (micros === null ? '-' : `${(micros / 1000).toFixed(1)} ms`);
const states: Readonly<Record<string, Line>> = { online: ['在线', 'online'], offline: ['离线', 'offline'], unknown: ['未知', 'unknown'] };

type Describe = { readonly [Kind in CheckKind]: (check: AcceptanceCheck<Kind>) => { readonly what: Line; readonly measured: Line } };

/** As on the lids. */
const classes: Readonly<Record<WasteClass, Line>> = {
  food: ['易腐', 'food'],
  recyclable: ['可回收', 'recyclable'],
  hazardous: ['有害', 'hazardous'],
  residual: ['其他', 'residual'],
};
const nothing: Line = ['-', '-'];

/** What was looked at, and what was measured against which bound. */
const describe: Describe = {
  disk: ({ freeMegabytes, leastMegabytes }) => ({
    what: ['磁盘', 'disk'],
    measured: [`剩余 ${freeMegabytes} MiB，至少 ${leastMegabytes}`, `${freeMegabytes} MiB free, at least ${leastMegabytes}`],
  }),
  keys: ({ present, needed }) => ({ what: ['密钥', 'keys'], measured: [`${present} / ${needed}`, `${present} of ${needed}`] }),
  ports: ({ missing }) => ({
    what: ['串口', 'serial ports'],
    measured: missing.length === 0 ? ['无缺失', 'none missing'] : [`缺 ${missing.join('、')}`, `missing: ${missing.join(', ')}`],
  }),
  ledger: ({ sound }) => ({ what: ['账本', 'ledger'], measured: sound ? ['平', 'adds up'] : ['不平', 'does not add up'] }),
  clock: ({ timeq }) => ({ what: ['时钟', 'clock'], measured: [`时间质量 ${timeq}`, `time quality ${timeq}`] }),
  uplink: ({ state, backlog, mostBacklog }) => ({
    what: ['上行', 'uplink'],
    measured: [`${states[state]?.[0] ?? state}，待发 ${backlog}，至多 ${mostBacklog}`, `${state}, ${backlog} event(s) wait, at most ${mostBacklog}`],
  }),
  line: ({ line, open, busyPermille, mostBusyPermille, strayBytes }) => ({
    what: [`线路 ${line}`, `line ${line}`],
    measured: [
      `${open ? '已打开' : '未打开'}，占用 ${percent(busyPermille)}，至多 ${percent(mostBusyPermille)}，多余字节 ${strayBytes}`,
      `${open ? 'open' : 'away'}, busy ${percent(busyPermille)}, at most ${percent(mostBusyPermille)}, ${strayBytes} stray byte(s)`,
    ],
  }),
  device: (check) => {
    const { device, model, line, unit, state, identity, tries, lost, mostLostPermille, meanMicros, deadlineMs } = check;
    const place = line === null ? '' : ` ${line}/${or(unit)}`;
    const names = identity.map(({ field, value }) => `${field} ${value}`).join(', ');
    const share = tries === 0 ? '-' : percent(Math.round((lost / tries) * 1000));
    const told = (text: string) => `${text}${names === '' ? '' : `; ${names}`}`;
    const limit = percent(mostLostPermille);
    return {
      what: [`设备 ${device}（${model}${place}）`, `device ${device} (${model}${place})`],
      measured: [
        told(`${states[state]?.[0]}，平均 ${ms(meanMicros)}，时限 ${or(deadlineMs, ' ms')}，丢失 ${lost} / ${tries}（${share}），至多 ${limit}`),
        told(`${state}, mean ${ms(meanMicros)}, deadline ${or(deadlineMs, ' ms')}, lost ${lost} of ${tries} (${share}), below ${limit}`),
      ],
    };
  },
  scale: ({ scale, nominalGrams, readGrams, limitGrams, refusal, event }) => ({
    what: [`秤 ${scale}`, `scale ${scale}`],
    measured:
      nominalGrams === null
        ? nothing
        : refusal === null
          ? [
              `砝码 ${or(nominalGrams, ' g')}，显示 ${or(readGrams, ' g')}，允差 ${or(limitGrams, ' g')}，事件 ${or(event)}`,
              `weight ${or(nominalGrams, ' g')}, shows ${or(readGrams, ' g')}, error at most ${or(limitGrams, ' g')}, event ${or(event)}`,
            ]
          : [`砝码 ${or(nominalGrams, ' g')}：${describeRefusal(refusal, 'zh')}`, `weight ${or(nominalGrams, ' g')}: ${describeRefusal(refusal, 'en')}`],
  }),
  dispenser: ({ dispenser, reliability, ctrTestBefore, ctrTestAfter, event }) => ({
    what: [`发袋机 ${dispenser}（${reliability} 类）`, `dispenser ${dispenser} (class ${reliability})`],
    measured:
      ctrTestBefore === null
        ? nothing
        : [
            `检修出袋计数 ${or(ctrTestBefore)} -> ${or(ctrTestAfter)}，应加 1，事件 ${or(event)}`,
            `CTR_TEST ${or(ctrTestBefore)} -> ${or(ctrTestAfter)}, must go up by 1, event ${or(event)}`,
          ],
  }),
  compartment: ({ bin, compartment, wasteClass, levelPercent, full, doorOpen, smoke, temperatureDeciC }) => {
    if (compartment === null || wasteClass === null) return { what: [`箱 ${bin}`, `bin ${bin}`], measured: nothing };
    const celsius = temperatureDeciC === null ? '-' : `${(temperatureDeciC / 10).toFixed(1)} °C`;
    const [zh, en] = classes[wasteClass];
    const filled = levelPercent === null && full !== null ? ([`满 ${yes(full)[0]}`, `full ${yes(full)[1]}`] as const) : null;
    return {
      what: [`箱 ${bin} 第 ${compartment} 格（${zh}）`, `bin ${bin} compartment ${compartment} (${en})`],
      measured: [
        `${filled?.[0] ?? `满度 ${or(levelPercent, ' %')}`}，${celsius}，烟 ${yes(smoke)[0]}，门开 ${yes(doorOpen)[0]}`,
        `${filled?.[1] ?? `level ${or(levelPercent, ' %')}`}, ${celsius}, smoke ${yes(smoke)[1]}, hatch open ${yes(doorOpen)[1]}`,
      ],
    };
  },
};

const results = { passed: ['合格', 'passed'], remark: ['备注', 'remark'], failed: ['不合格', 'FAILED'] } as const satisfies Record<string, Line>;
const headings = { passed: ['全部检查', 'Checks'], remark: ['备注', 'Remarks'], failed: ['不合格', 'Not accepted because'] } as const;

const describeCheck = (check: AcceptanceCheck) => (describe[check.check] as (check: AcceptanceCheck) => ReturnType<Describe[CheckKind]>)(check);

/** The page. `leaf` names the signed bytes, so that paper and file can be told to belong together. */
export function describeAcceptance(report: AcceptanceReport, leaf: string, language: Language): string {
  const at = language === 'zh' ? 0 : 1;
  const say = (...line: Line): string => line[at];
  const { checks } = report;
  const because = (['failed', 'remark'] as const).flatMap((result) => {
    const found = checks.filter((check) => check.result === result);
    const lines = found.map((check) => `  - ${describeCheck(check).what[at]}: ${check.reasons.map((code) => reasons[code][at]).join('; ')}`);
    return found.length === 0 ? [] : ['', `${headings[result][at]}:`, ...lines];
  });
  const rows = checks.map((check) => {
    const { what, measured } = describeCheck(check);
    return `  [${results[check.result][at]}] ${what[at]}: ${measured[at]}`;
  });
  return [
    say(`分类点验收报告：${report.villageName}（${report.village}）`, `Acceptance report of the sorting point of ${report.villageName} (${report.village})`),
    '',
    ...header(report, leaf, say),
    '',
    `${say('结论', 'Verdict')}: ${verdictNames[report.verdict][at]}`,
    ...because,
    '',
    `${headings.passed[at]}:`,
    ...rows,
    '',
    `${say('技术员签字', 'Technician')}: ______________________    ${say('日期', 'Date')}: ______________`,
    '',
    `${say('村方签字', 'For the village')}: ______________________    ${say('日期', 'Date')}: ______________`,
  ].join('\n');
}

function header(report: AcceptanceReport, leaf: string, say: (...line: Line) => string): string[] {
  const { operator, startedAtMs, finishedAtMs, timeq, gateway, version, rulesDigest, ledger, keyid } = report;
  return [
    `${say('验收人', 'Examined by')}: ${operator}`,
    `${say('时间', 'Time')}: ${formatLocal(startedAtMs)} - ${formatLocal(finishedAtMs)} (${say('时间质量', 'time quality')} ${timeq})`,
    `${say('网关', 'Gateway')}: ${gateway}, ${say('软件', 'software')} ${version}, ${say('规则', 'rules')} ${rulesDigest.slice(0, 16)}`,
    `${say('账本', 'Ledger')}: ${say('纪元', 'epoch')} ${ledger.epoch}, ${say('事件', 'event')} ${ledger.sequence}`,
    `${say('密钥', 'Key')}: ${keyid}`,
    `${say('签名内容', 'Signed bytes')}: ${leaf}`,
  ];
}
