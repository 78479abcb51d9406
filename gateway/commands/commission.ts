/** `sifen commission`: examine a new or repaired sorting point, and leave a signed report for the file cabinet. Or verify such a report. */
import type { Command } from 'commander';
import { openAcceptance } from '../../protocol/acceptance.ts';
import { describeAcceptance } from '../acceptance-text.ts';
import { languageOf } from '../core/timeline.ts';
import { placesIn } from '../data-folder.ts';
import { GatewayError, isOfStop } from '../errors.ts';
import { keyidOf, loadPublicKey, publicKeyIn } from '../keys.ts';
import type { CommissionPlan } from '../workflows/commission.ts';
import { openReportFolder, readReportFile, saveReport } from './acceptance-files.ts';
import { operatorFlag, print, type VillageFlags, villageFlags, withVillage } from './access.ts';
import { examineDispensers, examineScales, type Visit } from './commission-acts.ts';
import { stopSignal } from './stop-signal.ts';

interface CommissionFlags extends VillageFlags {
  readonly operator: string;
  readonly scale: ReadonlyMap<string, number>;
  readonly dispenser: readonly string[];
  readonly scales: boolean;
  readonly dispensers: boolean;
  readonly out: string;
  readonly verify?: string;
  readonly key?: string;
}

export function addCommission(program: Command): void {
  const command = program
    .command('commission')
    .option(
      '--scale <scale=grams>',
      'a scale, and what its check weight weighs; may be repeated. Without it: every scale, asked for at the terminal',
      addWeight,
      new Map(),
    )
    .option('--dispenser <dispenser>', 'a dispenser whose service key will be pressed; may be repeated. Without it: every one that has such a key', addName, [])
    .option('--no-scales', 'leave the scales out; the report says so')
    .option('--no-dispensers', 'leave the dispensers out; the report says so')
    .option('--out <dir>', 'folder of the report', '.')
    .option('--verify <file>', 'verify a report instead, and print it')
    .option('--key <file>', 'with --verify: public key of the gateway, PEM, instead of that of the data folder');
  villageFlags(operatorFlag(command))
    .description('Examine a new or repaired sorting point with a person at its devices, and write a signed acceptance report (text and JSON).')
    .addHelpText(
      'after',
      [
        '\nLooks at machine, books, lines, devices and bins; weighs a known weight on each scale; watches one roll come out of each dispenser by the',
        'service key of its board. Ctrl-C ends it at any moment: nothing is left behind, and no report is written.',
        'Exit code 1 when the point is not accepted, when nothing was examined, or when a report does not verify.',
        'Examples:\n  sifen commission --operator technician-7 --scale scale-1=2000 --out reports --data sifen-data',
        '  sifen commission --verify reports/acceptance-20261201-0930.json --key event-key.pub.pem',
      ].join('\n'),
    )
    .action(async (flags: CommissionFlags) => {
      if (flags.verify !== undefined) verifyFile(flags, flags.verify);
      else await commission(flags);
    });
}

async function commission(flags: CommissionFlags): Promise<void> {
  openReportFolder(flags.out);
  const key = keyOf(flags);
  const stop = stopSignal();
  try {
    const envelope = await withVillage(flags, 'commission.begin', async (askVillage) => {
      const begun = { operator: flags.operator, scales: namedScales(flags), dispensers: namedDispensers(flags) };
      const plan = (await askVillage('commission.begin', begun, stop.signal)) as CommissionPlan;
      const visit: Visit = {
        plan,
        stop,
        language: languageOf(process.env['LANG']),
        ask: (name, input) => askVillage(name, { token: plan.token, ...input }, stop.signal),
      };
      await examineScales(visit, flags.scale);
      await examineDispensers(visit);
      return ((await visit.ask('commission.finish', {})) as { envelope: string }).envelope;
    });
    const opened = openAcceptance(Buffer.from(envelope), key);
    if (!opened.ok) throw new Error(`the report of the gateway does not verify: ${opened.place}: ${opened.detail}`);
    const { report, leaf } = opened;
    const text = describeAcceptance(report, leaf, languageOf(process.env['LANG']));
    const files = saveReport(flags.out, report.finishedAtMs, { envelope, text });
    print(flags, { verdict: report.verdict, leaf, files, report }, () => `${text}\n\n${files.json}\n${files.text}`);
    if (report.verdict === 'not_accepted') process.exitCode = 1;
  } catch (error) {
    const isCalledOff = stop.signal.aborted && (isOfStop(error, stop.signal) || (error as Error).name === 'AbortError');
    if (!isCalledOff) throw error;
    process.stderr.write('Called off. No report was written, and nothing waits for anybody.\n');
    process.exitCode = 1;
  }
}

const namedScales = ({ scale, scales }: CommissionFlags) => (scales ? (scale.size === 0 ? null : [...scale.keys()]) : []);
const namedDispensers = ({ dispenser, dispensers }: CommissionFlags) => (dispensers ? (dispenser.length === 0 ? null : dispenser) : []);

/** Finds the key a report must be signed with: the one of the data folder, or the one named. */
function keyOf({ data, key: file = publicKeyIn(placesIn(data).keys) }: CommissionFlags): Parameters<typeof openAcceptance>[1] {
  const key = loadPublicKey(file);
  return (keyid) => (keyid === keyidOf(key) ? key : undefined);
}

function verifyFile(flags: CommissionFlags, file: string): void {
  const opened = openAcceptance(readReportFile(file), keyOf(flags));
  const { ok: verified, ...what } = opened;
  if (!opened.ok) process.exitCode = 1;
  print(flags, { verified, ...what }, () =>
    opened.ok
      ? describeAcceptance(opened.report, opened.leaf, languageOf(process.env['LANG']))
      : `NOT VERIFIED: ${file}: ${opened.reason}: ${opened.detail} (${opened.place})\nThis is not, or no longer, what that gateway signed.`,
  );
}

function addWeight(text: string, before: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const [, scale = '', digits = ''] = /^([^=]+)=(\d{1,8})$/.exec(text) ?? [];
  const grams = Number(digits);
  if (scale === '' || grams < 1 || grams > 10_000_000)
    throw new GatewayError('usage', `--scale is a scale and the grams of its check weight, such as scale-1=2000, not ${text}.`);
  return new Map([...before, [scale, grams]]);
}

const addName = (text: string, before: readonly string[]): readonly string[] => [...before, text];
