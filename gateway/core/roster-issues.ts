/**
 * Everything that can be wrong with a roster file or worth telling about it, in English and Chinese: the one catalogue of these texts.
 * An issue names its place and its reason and never repeats a cell, so that no name, phone or card reaches a terminal, a log or a report.
 */

/** Both languages of one reason. `detail` is a number or a list of column headers, never the content of a cell. */
interface IssueText {
  readonly en: (detail: string) => string;
  readonly zh: (detail: string) => string;
}

/** Codes are stable for ever: scripts and the clerk's page match on them. */
export const rosterIssueTexts = {
  file_too_large: { en: (limit) => `The file is larger than ${limit} MiB.`, zh: (limit) => `文件超过 ${limit} MiB。` },
  file_empty: { en: () => 'The file has no rows.', zh: () => '文件没有内容。' },
  encoding_utf16: { en: () => 'The file is UTF-16; save it as CSV UTF-8.', zh: () => '文件是 UTF-16 编码，请另存为 CSV UTF-8。' },
  encoding_unknown: {
    en: (byte) => `Neither UTF-8 nor GB18030 from byte ${byte} of the file on.`,
    zh: (byte) => `从文件第 ${byte} 字节起，既不是 UTF-8 也不是 GB18030 编码。`,
  },
  encoding_damaged: { en: (byte) => `The file is UTF-8 but damaged at byte ${byte}.`, zh: (byte) => `文件是 UTF-8 编码，但第 ${byte} 字节已损坏。` },
  nul_byte: { en: (byte) => `A zero byte at byte ${byte} of the file.`, zh: (byte) => `文件第 ${byte} 字节是空字节。` },
  quotes_unbalanced: {
    en: (cell) => `The quotation marks of cell ${cell} do not pair up; nothing after them can be read.`,
    zh: (cell) => `第 ${cell} 个单元格的引号不成对，其后内容无法读取。`,
  },
  header_missing: {
    en: () => 'The first row has none of the known headers (户号, 户主, 人数 ...).',
    zh: () => '首行没有可识别的表头（户号、户主、人数……）。',
  },
  column_missing: { en: (seen) => `This column is missing; the file has ${seen}.`, zh: (seen) => `缺少此列；文件中有：${seen}。` },
  column_twice: { en: () => 'Two columns mean the same.', zh: () => '两列表头含义相同。' },
  changes_too_many: { en: (limit) => `More than ${limit} changes at once; divide the file.`, zh: (limit) => `一次变更超过 ${limit} 项，请拆分文件。` },
  rows_too_many: { en: (limit) => `More than ${limit} households.`, zh: (limit) => `超过 ${limit} 户。` },
  field_count: { en: (detail) => `The row has not as many cells as the header (${detail}).`, zh: (detail) => `本行单元格数与表头不符（${detail}）。` },
  field_too_long: { en: (limit) => `Longer than ${limit} characters.`, zh: (limit) => `超过 ${limit} 个字符。` },
  control_character: { en: () => 'A line break or another invisible character inside the cell.', zh: () => '单元格内有换行或其他不可见字符。' },
  formula_cell: { en: () => 'Starts like a spreadsheet formula.', zh: () => '以公式符号开头。' },
  identity_number: {
    en: () => 'An identity card number; it is not needed and not accepted.',
    zh: () => '疑似身份证号码，系统不需要也不接收。',
  },
  number_missing: { en: () => 'No household number.', zh: () => '缺少户号。' },
  number_shape: { en: () => 'A household number has 1 to 32 letters, digits or hyphens.', zh: () => '户号为 1 至 32 位字母、汉字、数字或连字符。' },
  number_twice: { en: (line) => `Same household number as line ${line}.`, zh: (line) => `户号与第 ${line} 行重复。` },
  name_missing: { en: () => 'No head of household.', zh: () => '缺少户主姓名。' },
  name_shape: { en: () => 'A name has letters and at most a dot, space, hyphen or brackets.', zh: () => '姓名只能包含文字、间隔号、空格、连字符或括号。' },
  members_shape: { en: () => 'The number of members is a whole number from 1 to 30.', zh: () => '人数应为 1 至 30 的整数。' },
  phone_shape: { en: () => 'Not a telephone number of mainland China.', zh: () => '电话号码格式不对。' },
  card_check: { en: () => 'The check character of the card code is wrong.', zh: () => '卡号校验位不对。' },
  card_shape: {
    en: () => 'Not a card code: a code of ours that is not whole, or not 4 to 64 visible ASCII characters.',
    zh: () => '卡号不对：本系统卡号不完整，或不是 4 至 64 位可见 ASCII 字符。',
  },
  cards_too_many: { en: (limit) => `More than ${limit} cards for one household.`, zh: (limit) => `一户超过 ${limit} 张卡。` },
  card_twice: { en: (line) => `Same card as line ${line}.`, zh: (line) => `卡号与第 ${line} 行重复。` },
  household_closed: {
    en: () => 'The household with this number was closed; the number is free again once its record is erased.',
    zh: () => '此户号的农户已销户，资料删除后户号才能再用。',
  },
  card_taken: { en: () => 'The card belongs to another household.', zh: () => '此卡已属于其他农户。' },
  card_revoked: { en: () => 'The card was revoked and stays revoked.', zh: () => '此卡已注销，仍保持注销。' },
  card_not_listed: {
    en: (count) => `${count} card(s) of this household are not in the file; they stay valid until revoked.`,
    zh: (count) => `本户有 ${count} 张卡不在文件中；未注销前仍然有效。`,
  },
} as const satisfies Record<string, IssueText>;

export type RosterIssueCode = keyof typeof rosterIssueTexts;

/** One thing to correct or to know. `line` counts physical lines from 1; `column` is the header as the file has it, or null for the row. */
export interface RosterIssue {
  readonly line: number | null;
  readonly column: string | null;
  readonly code: RosterIssueCode;
  readonly message: string;
  readonly messageZh: string;
}

/** Words an issue. `detail` fills the one gap some texts have. */
export function rosterIssue(code: RosterIssueCode, line: number | null, column: string | null, detail: number | string = ''): RosterIssue {
  const text: IssueText = rosterIssueTexts[code];
  return { line, column, code, message: text.en(String(detail)), messageZh: text.zh(String(detail)) };
}
