/**
 * The one-page statement of a household as a page to print, Chinese first and English second: what is kept of it, what it said, what it earned and
 * who looked. Pure; every text of a person is escaped. No script, no picture, nothing is fetched.
 */
import { kg, yuan } from './line.ts';

type Standing = {
  readonly commitment: { readonly state: string; readonly day: string } | null;
  readonly processing: string | null;
  readonly honourList: string | null;
};

/** Days are `YYYY-MM-DD` of the village. */
export interface Statement {
  readonly household: string;
  readonly number: string;
  readonly head: string;
  readonly phone: string | null;
  readonly house: string | null;
  readonly members: number;
  readonly registeredOn: string;
  readonly closedOn: string | null;
  readonly printedOn: string;
  readonly printedBy: string;
  readonly partyMember: string | null;
  readonly standing: Standing;
  readonly balance: number;
  readonly earned: readonly { readonly month: string; readonly source: string; readonly points: number }[];
  readonly rolls: readonly { readonly roll: string; readonly period: string | null; readonly state: string }[];
  /** `ends` are the last four characters of a code; null for one that is kept no longer. */
  readonly cards: readonly { readonly credential: string; readonly state: string; readonly since: string; readonly ends: string | null }[];
  readonly grades: readonly { readonly day: string; readonly stream: string; readonly grade: string; readonly state: string }[];
  readonly receipts: readonly { readonly receipt: number; readonly goods: string; readonly points: number; readonly state: string }[];
  readonly cash: readonly { readonly receipt: number; readonly day: string; readonly material: string; readonly netGrams: number; readonly fen: number }[];
  readonly looks: readonly { readonly day: string; readonly what: string; readonly operator: string; readonly second: string | null }[];
}

/** Codes of the statement in Chinese; what is not among them stands as it is. */
const words: Readonly<Record<string, string>> = {
  ...{ recyclables: '可回收物', learning: '学习', volunteering: '志愿服务', evaluation: '上门评价' },
  ...{ active: '有效', lost: '挂失', replaced: '已换', closed: '销户', issued: '已领', damaged: '损坏', returned: '已退' },
  ...{
    excellent: '优',
    good: '良',
    fair: '一般',
    poor: '差',
    rotting: '可烂',
    nonRotting: '不可烂',
    effective: '有效',
    superseded: '改判',
    overturned: '撤销',
  },
  ...{ held: '待取', captured: '已取', released: '未取' },
  ...{ signed: '已签', ended: '已终止', given: '同意', withdrawn: '不同意' },
  ...{ exported: '提供本户资料', identified: '无卡认人', sorting: '查袋：分类', complaint: '查袋：投诉', found_bag: '查袋：捡到' },
};
const word = (code: string | null): string => (code === null ? '—' : (words[code] ?? code));

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const safe = (text: string): string => text.replace(/[&<>"']/g, (sign) => escapes[sign] ?? sign);
const row = (cells: readonly string[], tag: 'td' | 'th' = 'td'): string => `<tr>${cells.map((cell) => `<${tag}>${safe(cell)}</${tag}>`).join('')}</tr>`;
const table = (title: string, head: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<h2>${safe(title)}</h2>${rows.length === 0 ? '<p>无 none</p>' : `<table>${row(head, 'th')}${rows.map((cells) => row(cells)).join('')}</table>`}`;

const style = `body{font:11pt sans-serif;margin:12mm}h1{font-size:16pt}h2{font-size:12pt;margin:4mm 0 1mm}
table{border-collapse:collapse;width:100%}td,th{border:1px solid #888;padding:1mm 2mm;text-align:left}@page{size:A4}`;

/** A whole HTML document. */
export function statementPage(statement: Statement): string {
  const { standing, balance, number, head, phone, house, members, registeredOn, closedOn, partyMember } = statement;
  const { commitment, processing, honourList } = standing;
  const facts = [
    ['户号 number', number],
    ['户主 head', head],
    ['电话 phone', phone ?? '—'],
    ['门牌 house', house ?? '—'],
    ['人数 members', String(members)],
    ['登记 registered', registeredOn],
    ['销户 closed', closedOn ?? '—'],
    ['联系党员 party member', partyMember ?? '—'],
    ['承诺书 commitment', commitment === null ? '—' : `${word(commitment.state)} ${commitment.day}`],
    ['同意积分和追溯 consent', word(processing)],
    ['同意上红榜 honour list', word(honourList)],
    ['积分余额 balance', `${balance}（${yuan(balance)} 元）`],
  ];
  const sections = [
    table('本户资料 What is kept', ['项目 item', '内容 content'], facts),
    table(
      '积分来源 Earned',
      ['月份 month', '来源 source', '积分 points'],
      statement.earned.map(({ month, source, points }) => [month, word(source), String(points)]),
    ),
    table(
      '领袋 Rolls',
      ['月份 month', '袋卷 roll', '状态 state'],
      statement.rolls.map(({ period, roll, state }) => [period ?? '—', roll, word(state)]),
    ),
    table(
      '卡 Cards',
      ['尾号 ends in', '状态 state', '日期 since'],
      statement.cards.map(({ ends, state, since }) => [ends ?? '—', word(state), since]),
    ),
    table(
      '评分 Grades',
      ['日期 day', '类别 stream', '等级 grade', '状态 state'],
      statement.grades.map(({ day, stream, grade, state }) => [day, word(stream), word(grade), word(state)]),
    ),
    table(
      '兑换 Goods',
      ['收据 receipt', '商品 goods', '积分 points', '状态 state'],
      statement.receipts.map(({ receipt, goods, points, state }) => [String(receipt), goods, String(points), word(state)]),
    ),
    table(
      '现金回收 Cash',
      ['收据 receipt', '日期 day', '材质 material', '千克 kg', '元 yuan'],
      statement.cash.map(({ receipt, day, material, netGrams, fen }) => [String(receipt), day, material, kg(netGrams), yuan(fen)]),
    ),
    table(
      '谁看过 Who looked',
      ['日期 day', '事由 what', '人员 operators'],
      statement.looks.map(({ day, what, operator, second }) => [day, word(what), second === null ? operator : `${operator}, ${second}`]),
    ),
  ];
  const foot = `${statement.printedOn} · ${statement.printedBy} · ${statement.household}`;
  return `<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>农户对账单 Household statement</title><style>${style}</style></head><body><h1>农户对账单 Household statement</h1>${sections.join('')}<p>${safe(foot)}</p></body></html>`;
}
