/**
 * Makes config/demo-roster.csv: the 365 households of the demo village, the same every time. Nobody in it exists: the given names are the
 * sixty terms of the Chinese calendar, the phones one unassigned-looking block. Written as a spreadsheet would export it (BOM, CRLF).
 * `scripts/run-node scripts/make-demo-roster.ts` writes the file; a test holds it fresh.
 */
import { writeFileSync } from 'node:fs';
import { randomFor } from '../device-sim/random.ts';
import { encodeCredential } from '../protocol/credential.ts';

const seed = 20_260_101;
const households = 365;
const surnames = [...'竺裘求梁张吕俞石章陈王潘盛杨董丁何徐黄吴'];
const stems = [...'甲乙丙丁戊己庚辛壬癸'];
const branches = [...'子丑寅卯辰巳午未申酉戌亥'];
const hamlets = ['上村', '下村', '溪边', '岭脚'];
/** Members per household: mostly two to four, as villages are. */
const householdSizes = [1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6];
const cardBytes = 10;

/** The whole file as text, with its byte order mark. */
export function demoRoster(): string {
  const random = randomFor(seed, 'demo roster');
  const terms = Array.from({ length: 60 }, (_, index) => `${stems[index % stems.length]}${branches[index % branches.length]}`);
  const people = random.shuffle(surnames.flatMap((surname) => terms.map((term) => surname + term)));
  const phones = random.shuffle(Array.from({ length: 10_000 }, (_, index) => `1990000${String(index).padStart(4, '0')}`));
  const rows = Array.from({ length: households }, (_, index) => {
    const card = encodeCredential(Uint8Array.from({ length: cardBytes }, () => random.whole(0, 255)));
    const phone = random.chance(0.15) ? '' : phones[index];
    const number = String(index + 1).padStart(3, '0');
    return [
      number,
      people[index],
      random.pick(householdSizes),
      phone,
      `${hamlets[index % hamlets.length]}${Math.floor(index / hamlets.length) + 1}号`,
      card,
    ].join(',');
  });
  return `\ufeff${['户号,户主,人数,电话,门牌,卡号', ...rows].join('\r\n')}\r\n`;
}

if (import.meta.main) writeFileSync(new URL('../config/demo-roster.csv', import.meta.url), demoRoster());
