/**
 * Every way a story of the village can be refused, with the sentence a villager or an operator is told, Chinese and English. A code is
 * stable: handhelds and county systems know it. `{fact}` in a sentence is filled in from the facts of the refusal. Never an error of the
 * outside world (gateway/errors.ts) and never a bad input, which is told with the place of the field.
 */
import assert from 'node:assert/strict';

type Sentence = readonly [zh: string, en: string];

/** In the order of the subjects of domain section 6; within one, who you are comes before what you may have. */
export const refusals = {
  // Who asks.
  role_missing: ['这件事不归您的岗位办。', 'Your role does not do this.'],
  second_person_needed: ['这件事要两个人办，请第二个人刷工牌、输密码。', 'This takes two people: let a second operator show a badge and enter a PIN.'],
  second_person_same: ['两次都是同一个人，请换另一个人确认。', 'Both are the same person; another one must confirm.'],
  second_role_missing: ['第二个人的岗位不能确认这件事。', 'The role of the second person cannot confirm this.'],
  own_household: ['不能一个人给自己家办，请另一个人来确认。', 'Nobody serves the own household alone; another operator must confirm.'],
  second_own_household: ['第二个人也是这户的人，请再换一个人。', 'The second person belongs to this household too; ask somebody else.'],
  request_key_reused: ['这个请求编号已经用在别的内容上了。', 'This request key was used for something else.'],
  // Badge and PIN.
  session_needed: ['请先刷工牌、输密码。', 'Show a badge and enter the PIN first.'],
  second_session_needed: ['第二个人还没有刷工牌，或者已经退出了。', 'The second person has shown no badge, or the session is over.'],
  badge_unknown: ['这张工牌没有登记。', 'This badge is not enrolled.'],
  pin_wrong: ['密码不对。', 'The PIN is wrong.'],
  pin_locked: ['密码错得太多，请 {minutes} 分钟后再试。', 'Too many wrong PINs; try again in {minutes} minutes.'],
  // Operators.
  operator_unknown: ['没有 {operator} 这个工作人员。', 'There is no operator {operator}.'],
  operator_known: ['{operator} 已经登记过了。', '{operator} is enrolled already.'],
  operator_suspended: ['{operator} 已经停用。', '{operator} is suspended.'],
  badge_taken: ['这张工牌已经有人用了。', 'This badge belongs to somebody already.'],
  last_committee: [
    '不能停用最后一个村两委账号，否则没有人能再办两人确认的事。',
    'The last operators of the committee cannot go: nobody could confirm anything any more.',
  ],
  // Handhelds.
  handheld_known: ['{device} 这个手持机名用过了，请换一个。', 'The name {device} was used for a handheld before; choose another.'],
  handheld_unknown: ['没有登记 {device} 这台手持机。', 'There is no handheld {device}.'],
  handheld_revoked: ['手持机 {device} 已经停用，请交给村里。', 'Handheld {device} is revoked; hand it in at the village office.'],
  // Data taken along.
  table_unknown: ['没有 {table} 这张表，或接续的位置不对。', 'There is no table {table}, or no such place in it.'],
  export_not_asked: [
    '要先由两个人登记导出，而且只有登记的人在一刻钟内能看。',
    'Two people must have the export written down first; only who did sees it, for a quarter of an hour.',
  ],
  // Oversight.
  sample_today_only: ['只能抽今天（{day}）的样。', 'A sample is drawn on its own day only, which is {day}.'],
  sample_known: ['{day} 已经抽过样，不能重抽。', 'The sample of {day} is drawn; it is not drawn again.'],
  not_in_sample: ['{day} 没有抽到这一户。', 'This household is not in the sample of {day}.'],
  review_known: ['这一户 {day} 已经日评过了。', 'This door was reviewed on {day} already.'],
  own_review: ['这户是您自己评的分，请别人来复评。', 'You graded this door; somebody else must review it.'],
  inspection_known: ['{inspection} 这次检查已经登记过了。', 'Inspection {inspection} was recorded before.'],
  inspection_of_month: ['{month} 的第三方检查已经有了。', 'The third party’s inspection of {month} is recorded already.'],
  deadline_too_early: ['整改期限不能早于检查那天（{day}）。', 'The deadline cannot be before the day of the inspection, {day}.'],
  finding_not_of_inspection: ['{inspection} 这次检查没有这个问题。', 'Inspection {inspection} has no such finding.'],
  alternative_out: ['{device} 自己也停用，不能叫人去那里。', '{device} is out of service itself; nobody can be sent there.'],
  not_withdrawn: ['{device} 没有停用。', '{device} is not out of service.'],
  parts_needed: ['换件要写明换了什么。', 'Name the parts that were replaced.'],
  // Rules and prices.
  version_taken: ['版本号 {version} 已经用过，请换一个。', 'Version {version} was used before; choose another.'],
  date_not_future: ['{day} 已经开始或已过去，规则只能从以后的日子起改。', '{day} has begun or is over; rules change from a day to come only.'],
  // Points earned and taken.
  session_known: ['{session} 已经登记过了。', '{session} was opened before.'],
  session_unknown: ['没有 {session} 这次学习。', 'There is no learning session {session}.'],
  session_ahead: ['{day} 还没有到。', '{day} is yet to come.'],
  activity_known: ['{activity} 已经报过名单了。', '{activity} was listed before.'],
  activity_not_open: ['{activity} 没有待确认的名单。', 'There is no list of {activity} to confirm.'],
  lists_own: ['名单是您自己报的，请另一个人来确认。', 'The list is your own; somebody else must confirm it.'],
  reason_needed: ['扣分要写明原因。', 'A grade that takes points needs a reason.'],
  evidence_needed: ['扣分要有照片作依据。', 'A grade that takes points needs a photo as evidence.'],
  grade_too_late: ['超过 {days} 天，不能再补评。', 'More than {days} days ago: it can no longer be graded.'],
  observed_ahead: ['手持机的时间比网关快，请校对时间后再传。', 'The clock of the handheld is ahead of the gateway’s; set it and send again.'],
  grade_decided: ['村监会已经改判，不能重新评。', 'The supervisors have decided on this grade; it stands.'],
  nothing_to_appeal: ['那天没有扣分或提醒，不用申诉。', 'No points were taken and no warning was given that day.'],
  appeal_known: ['已经申诉过了。', 'There was an appeal already.'],
  appeal_too_late: ['超过 {days} 天，不能再申诉。', 'More than {days} days ago: it is too late to appeal.'],
  appeal_not_open: ['没有待处理的申诉。', 'There is no appeal to decide.'],
  own_grade: ['这是您自己评的，请别人来处理申诉。', 'You gave this grade; somebody else must decide.'],
  not_an_award: ['没有这笔得分。', 'There is no such award.'],
  already_undone: ['这笔积分已经更正过了。', 'This award was taken back before.'],
  clawback_too_late: ['超过 {days} 天，不能再收回。', 'More than {days} days ago: it can no longer be taken back.'],
  not_waiting: ['第 {number} 号没有在等审批。', 'Number {number} does not wait for approval.'],
  date_untrusted: ['机器日期没有确认，请先确认日期。', 'Nobody vouches for the date; confirm it first.'],
  points_negative: ['积分欠 {points} 分，补足以后才能兑换。', 'The account is {points} points below zero; nothing can be redeemed until it is filled up.'],
  priced_by_weight: ['这种材质按重量计分。', 'This material is paid by weight.'],
  // Households and their cards.
  household_closed: ['这户已销户，积分已经转走。', 'This household was closed, and its points went with it.'],
  household_open: ['这户还在册，请先销户。', 'The household is still registered; close it first.'],
  person_erased: ['这户的个人信息已经删除。', 'The personal record of this household was erased.'],
  export_not_yours: ['请先由您本人办理资料提供，当天有效。', 'Hand it out yourself first; the copy can be printed on the same day.'],
  operator_role_missing: ['{operator} 不是这个岗位。', '{operator} does not have this role.'],
  date_in_future: ['{day} 还没到，请核对日期。', '{day} is still to come; check the date.'],
  commitment_missing: ['这户没有签过承诺书。', 'This household never signed a commitment.'],
  consent_missing: ['这户没有同意，不计分、不追溯；领袋和收运照常。', 'This household has not consented: no points and no tracing; bags and collection go on.'],
  not_identified: [
    '没有刷卡，请先由两个人认人（{minutes} 分钟内有效）。',
    'No card was shown: two operators must identify the household first; it holds for {minutes} minutes.',
  ],
  number_taken: ['这个户号已经有了。', 'This household number exists already.'],
  card_taken: ['这张卡已属于别的农户，或已作废。', 'This card belongs to a household already, or was revoked.'],
  card_not_valid: ['这户没有这张有效的卡。', 'This household has no such card that counts.'],
  card_ambiguous: ['这户有 {count} 张有效的卡，请说明是哪一张。', 'This household has {count} cards that count; say which one.'],
  cards_too_many: ['一户最多 {max} 张卡。', 'A household has {max} cards at most.'],
  same_household: ['两次填的是同一户。', 'Both are the same household.'],
  household_pending: [
    '这户还有 {count} 件事没办完（领袋、兑换、待批积分或申诉），请先办完。',
    'The household has {count} thing(s) under way, a roll, goods, points or an appeal; settle them first.',
  ],
  nobody_left: ['这户只有 {members} 人，分户后原户至少要留一人。', 'The household has {members} member(s); at least one must stay.'],
  members_too_many: ['并户后有 {members} 人，超过一户的上限。', 'Together they are {members}, more than one household may have.'],
  points_too_many: ['这户只有 {points} 分。', 'The household has {points} points only.'],
  points_left: [
    '这户还有 {points} 分，请填承接的农户，或确认放弃。',
    'There are {points} points left: name the household that takes over, or confirm that they are given up.',
  ],
  // Shop and till.
  goods_unknown: ['店里没有 {good}。', 'The shop does not offer {good}.'],
  goods_sold_out: ['{good} 只剩 {stock} 件。', 'Only {stock} of {good} are left.'],
  goods_held_missing: [
    '{good} 有 {held} 件留给农户，盘点不能比这少；请先取消留货。',
    '{held} of {good} are held for households; a count cannot be lower. Release the holds first.',
  ],
  points_too_few: ['积分不够：需要 {points} 分，现有 {balance} 分。', 'Not enough points: {points} are needed, {balance} are there.'],
  receipt_unknown: ['没有这张兑换单。', 'There is no such receipt.'],
  receipt_captured: ['第 {receipt} 号兑换单的货已经领走。', 'The goods of receipt {receipt} were handed over already.'],
  receipt_released: ['第 {receipt} 号兑换单已经取消。', 'Receipt {receipt} was released already.'],
  weighing_unknown: ['没有这次称重。', 'There is no such weighing.'],
  weighing_settled: ['{weighing} 这次称重已经结算过。', 'Weighing {weighing} was settled already.'],
  material_not_bought: ['现在不用现金收 {material}。', '{material} is not bought for cash.'],
  cash_limit: ['今天现金额度不够，还能付 {left} 分钱。', 'The day’s limit for cash is reached; {left} fen are left.'],
  till_too_little: ['钱箱里只有 {fen} 分钱。', 'The till holds {fen} fen only.'],
  // Counters: a roll drawn, goods weighed.
  card_unknown: ['这张卡没有登记，请找村里的管理员', 'this card is not registered; ask the village clerk'],
  card_revoked: ['这张卡已挂失或作废', 'this card was reported lost or replaced'],
  household_unknown: ['没有这个农户', 'there is no such household'],
  quota_used: ['本月的垃圾袋已经领过', 'this month’s roll has already been drawn'],
  date_unconfirmed: ['已领过；机器日期未确认，如已到新的一月，请管理员确认日期', 'already drawn; if a new month has begun, ask the clerk to confirm the date'],
  dispenser_starting: ['发袋机正在启动，请稍等', 'the dispenser is starting, please wait'],
  dispenser_busy: ['发袋机正在出袋，请稍等', 'the dispenser is busy, please wait'],
  dispenser_unreachable: ['发袋机没有应答，请找管理员', 'the dispenser does not answer; ask the clerk'],
  dispenser_locked: ['发袋机停用，等待检查', 'the dispenser is locked until somebody has looked at it'],
  dispenser_fault: ['发袋机故障，请找管理员', 'the dispenser has a fault; ask the clerk'],
  door_open: ['发袋机门开着，请稍等', 'the door of the dispenser is open, please wait'],
  magazine_empty: ['垃圾袋已发完，等待补充', 'the dispenser is empty and waits for a refill'],
  door_closed: ['先开门再扫卷标签', 'open the door before scanning roll labels'],
  labels_too_many: ['扫得太快，请重扫这一卷', 'too many labels at once; scan this one again'],
  label_unreadable: ['不是本村的袋卷标签', 'not a roll label of this village'],
  material_unknown: ['没有这种材质', 'this material is not in the tariff'],
  priced_by_piece: ['这种材质按件计分，请到柜台', 'this material is counted by the piece; go to the counter'],
  tariff_not_yet_valid: ['积分标准尚未生效', 'the tariff is not in force yet'],
  over_session_limit: ['重量过大，请找管理员', 'more than one person brings at once; ask the clerk'],
  below_minimum: ['太轻，不计分', 'too light to count'],
  unstable_too_long: ['秤不稳定，请放好再试', 'the scale does not come to rest; place the goods again'],
  overload: ['超重，请分次称', 'too heavy; weigh in parts'],
  underload: ['秤异常，请找管理员', 'the scale reads below zero; ask the clerk'],
  negative: ['秤异常，请找管理员', 'the scale reads below zero; ask the clerk'],
  scale_check_due: ['秤该校验了，请找管理员', 'the scale is due for its check weight; ask the keeper'],
  scale_check_failed: ['秤校验不合格，停止使用', 'the scale failed its check and is out of use'],
  scale_unverified: ['秤没有有效检定证书，不能按重量付款', 'the scale has no verification in force; nothing is bought by its weight'],
  scale_in_check: ['秤正在校验，请稍等', 'the scale is being checked, please wait'],
  check_unanswered: ['没有及时看到空秤和稳定的砝码', 'no empty tray and then a weight at rest were seen in time'],
  scale_fault: ['秤有故障，请联系管理员', 'the scale has a fault; call the keeper'],
  tare_changed: ['皮重被改动，请重新称', 'the tare was changed; weigh again'],
  no_return_to_zero: ['请先清空秤盘', 'empty the tray first'],
  stale: ['秤没有应答，请重新称', 'the scale did not answer; weigh again'],
  roll_known: ['这一卷已经登记过', 'this roll is already registered'],
  // Rolls and bags by hand.
  roll_unknown: ['账上没有 {roll} 这一卷。', 'The books have no roll {roll}.'],
  roll_in_magazine: [
    '{roll} 装在 {dispenser} 里，请从库存另取一卷，或先取出。',
    '{roll} is loaded in {dispenser}; take another one from stock, or unload it first.',
  ],
  roll_used: ['{roll} 已经发出或停用，不能再发。', '{roll} was given out or is out of use; it is never given out again.'],
  roll_not_theirs: ['{roll} 不在这户名下。', '{roll} is not with this household.'],
  roll_of_another: ['{roll} 确认是另一户的。', '{roll} is known to be with another household.'],
  roll_replaced: ['{roll} 已经补过一卷。', '{roll} was replaced already.'],
  roll_not_in_stock: ['{roll} 不在库存里。', '{roll} is not in stock.'],
  roll_not_in_magazine: ['{roll} 不在发袋机里。', '{roll} is in no magazine.'],
  roll_not_issued: ['{roll} 还没有发给任何农户。', '{roll} was not given to any household.'],
  roll_none: ['这户没有领过可以挂失的袋卷。', 'This household has no roll that could be lost.'],
  dispenser_holds_roll: ['{dispenser} 有一卷去向未定，先核实再取。', '{dispenser} holds a roll for an undecided job; settle that first.'],
  nothing_unconfirmed: ['这户没有待确认的袋卷，{roll} 不能记到它名下。', 'This household has no unconfirmed roll, so {roll} is not taken for theirs.'],
  points_short: ['补领要 {points} 分，这户只有 {balance} 分。', 'Another roll costs {points} points; the household has {balance}.'],
  bags_too_few: ['至少要退回 {needed} 个没用过的袋，现在只有 {bags} 个。', 'At least {needed} unused bags must come back; there are {bags}.'],
  bag_void: ['这个袋已经作废。', 'This bag is void.'],
  bag_at_home: ['这个袋就是这户自己的。', 'This bag belongs to this very household.'],
  bag_of_another_roll: ['扫的袋不是这一卷的。', 'A bag that was scanned is of another roll.'],
  batch_known: ['批次 {batch} 已经入过库。', 'Batch {batch} came into stock before.'],
  rolls_of_another_village: ['清单里有别村的袋卷。', 'The manifest names rolls of another village.'],
  manifest_unsigned: ['清单的签名不对，或不是本村认可的印厂。', 'The signature of the manifest is wrong, or of no printer this village knows.'],
  trace_too_late: ['已过 {days} 天，不能再查这袋是谁的。', 'More than {days} days after its month nobody can trace this bag.'],
  trace_not_yours: ['只有查询的人自己能看结果。', 'Only whoever traced the bag sees the answer.'],
  finding_unknown: ['没有这条记录，或不知道是谁的袋。', 'There is no such finding, or nobody is known for its bag.'],
  finding_answered: ['第 {finding} 号已经答复过。', 'Finding {finding} was answered already.'],
  // Pick-ups.
  pickup_unknown: ['没有这个清运单。', 'There is no such pick-up.'],
  pickup_done: ['清运 {request} 号已经完成。', 'Pick-up {request} is done.'],
  pickup_cancelled: ['清运 {request} 号已经取消。', 'Pick-up {request} was cancelled.'],
  pickup_en_route: ['清运 {request} 号的车已经出发。', 'A truck is on its way for pick-up {request}.'],
  pickup_not_acknowledged: ['清运 {request} 号还没有车接单。', 'No truck has taken pick-up {request} yet.'],
  pickup_not_started: ['清运 {request} 号还没有出车。', 'No truck has set out for pick-up {request} yet.'],
  pickup_not_checked: ['清运 {request} 号先要称重核实是虚满。', 'Weigh first what says full in pick-up {request}; it may be full.'],
  pickup_other_class: ['清运 {request} 号里没有这一类。', 'Pick-up {request} has nothing of this class.'],
  truck_unknown: ['村里只有 {trucks} 辆车。', 'The village has {trucks} trucks.'],
  // Rounds and the station.
  round_unknown: ['没有这个收运轮次。', 'There is no such round.'],
  round_closed: ['轮次 {round} 已经结束。', 'Round {round} is over.'],
  round_open: ['轮次 {round} 还没有结束，不能进料。', 'Round {round} is not over yet; close it before it is weighed in.'],
  round_taken_in: ['轮次 {round} 已经进过料。', 'Round {round} was weighed in already.'],
  cart_on_round: ['车 {cart} 还在轮次 {round} 上。', 'Cart {cart} is still on round {round}.'],
  cart_not_stable: ['车没有停稳，请停稳再称。', 'The cart does not stand still; weigh when it does.'],
  cart_below_tare: ['总重比皮重 {grams} 克还轻，请重新称。', 'The cart weighs less than its tare of {grams} g; weigh again.'],
  stop_known: ['轮次 {round} 这户已经记过。', 'This house stands in round {round} already.'],
  intake_unknown: ['没有这次进料。', 'There is no such intake.'],
  intake_reversed: ['进料 {intake} 号已经冲销。', 'Intake {intake} was reversed already.'],
  station_too_little: ['站里账上只有 {grams} 克。', 'The books of the station have only {grams} g of it.'],
  compost_more_than_input: ['肥料加残渣比投料还多，请核对重量。', 'Compost and residue weigh more than what went in; check the weights.'],
  stock_too_little: ['{material} 账上只有 {stock}，请先两人盘点。', 'The books have only {stock} of {material}; let two people count first.'],
  // Hazardous waste and pesticide packaging.
  campaign_known: ['回收活动 {campaign} 已经登记过。', 'Campaign {campaign} was opened before.'],
  campaign_unknown: ['没有这个回收活动。', 'There is no such campaign.'],
  campaign_begun: ['{day} 已经过去，活动只能从今天或以后开始。', '{day} is over; a campaign begins today or later.'],
  campaign_overlaps: ['与回收活动 {campaign} 的日期重叠。', 'The days overlap with campaign {campaign}.'],
  campaign_over: ['回收活动 {campaign} 已经结束。', 'Campaign {campaign} is over.'],
  take_back_other_stream: ['{kind} 不属于这张联单。', '{kind} does not belong on this transfer.'],
  take_back_too_few: ['{kind} 账上只有 {pieces} 件。', 'The books have only {pieces} of {kind}.'],
  signature_needed: ['交接要接收人签名，或请第二个人刷工牌、输密码。', 'Let the receiver sign, or a second operator show a badge and enter a PIN.'],
  // Sorting and deposits at a bin.
  reason_not_here: ['本村的投袋办法里没有“{reason}”这个理由。', 'By the bag policy of this village that is no reason: {reason}.'],
  card_first: ['请先刷卡。', 'Show your card first.'],
  hatch_in_use: ['正在投放，请稍等。', 'A deposit is under way; wait a moment.'],
  hatch_open: ['投口还开着，请先关好。', 'The hatch still stands open; shut it first.'],
  hatch_full: ['这一格满了，请投别的箱。', 'This compartment is full; use another bin.'],
  hatch_hazardous: ['有害垃圾请交给柜台，不能刷卡打开。', 'Take hazardous waste to the counter; a card does not open this hatch.'],
  hatch_unknown: ['这个箱没有这一类。', 'This bin has no such class.'],
  alarm_standing: ['有火警，投口不能打开。', 'There is a fire alarm; the hatch stays shut.'],
  no_lock: ['这一格没有锁，不用刷卡。', 'This compartment has no lock; it takes no card.'],
  board_refused: ['投口没有打开，请找管理员。', 'The hatch did not open; call the keeper.'],
} as const satisfies Readonly<Record<string, Sentence>>;

export type RefusalCode = keyof typeof refusals;

/** A business no. `facts` are pseudonyms, names of goods, numbers and dates; never a person's name. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly facts: Readonly<Record<string, string | number>>;
}
export interface Refused {
  readonly ok: false;
  readonly refusal: Refusal;
}

export const refuse = (code: RefusalCode, facts: Refusal['facts'] = {}): Refused => ({ ok: false, refusal: { code, facts } });

/** The sentence of a refusal, with its facts filled in. */
export function sayRefusal({ code, facts }: Refusal): { readonly zh: string; readonly en: string } {
  const fill = (text: string) =>
    text.replace(/\{(\w+)\}/g, (_all, name: string) => {
      assert(facts[name] !== undefined, `${code} is refused without its fact ${name}`);
      return String(facts[name]);
    });
  const [zh, en] = refusals[code];
  return { zh: fill(zh), en: fill(en) };
}
