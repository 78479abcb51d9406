/**
 * `sifen demo`, which is what `npm start` runs: a whole village on one machine. The gateway runs in this process; the site, with its
 * boards, readers and villagers, is a process of its own that is reached over real bytes only. At the end everything is verified.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, InvalidArgumentError } from 'commander';
import { encodeBagCode } from '../../protocol/bag-code.ts';
import { epochMs } from '../../protocol/units.ts';
import { wireClock } from '../clock.ts';
import { type LoadedSite, loadSite } from '../config-file.ts';
import { describeRefusal, formatEvent, type Language, languageOf, languages } from '../core/timeline.ts';
import { makeFolder } from '../data-folder.ts';
import { type Gateway, openGateway } from '../gateway.ts';
import { openLog } from '../log.ts';
import { thisMachine } from '../machine.ts';
import { type WatchReport, watchEvents } from '../northbound/watch.ts';
import { runOperation } from '../web/operations.ts';
import { listCards } from '../workflows/import-roster.ts';
import { defaultDataDir, keepSite, wholeNumber } from './access.ts';
import { type FieldAddresses, fieldAddresses } from './demo-addresses.ts';
import { type SiteProcess, startSite } from './demo-site.ts';
import { describeSummary, summarize } from './demo-summary.ts';
import { port, withPorts } from './run.ts';
import { stopSignal, whenAborted } from './stop-signal.ts';

interface DemoFlags {
  readonly for?: number;
  readonly pace: number;
  readonly seed: number;
  readonly data: string;
  readonly httpPort?: number;
  readonly mqttPort?: number;
  readonly fieldPort: number;
  readonly serial: boolean;
  readonly panel?: number | true;
  readonly play?: string;
  readonly record?: string;
  readonly lang: Language;
}

const configFolder = fileURLToPath(new URL('../../config/', import.meta.url));
/** Tuesday 1 December 2026, 07:00 in the village: the first morning of a month, when everybody comes for a roll. */
const firstMorning = epochMs(1_796_079_600_000);
const labelsPrinted = 5000;
const defaultPanelPort = 8081;
/** How long the last events may take to come back from the broker when the demo ends. Unit: wire ms. */
const sendMs = 15_000;

function parseDuration(text: string): number {
  const match = /^(\d{1,6})(s|m|h)?$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Write it like 60s, 5m or 1h.');
  return Number(match[1]) * { s: 1000, m: 60_000, h: 3_600_000 }[(match[2] ?? 's') as 's' | 'm' | 'h'];
}

function parseLanguage(text: string): Language {
  const found = languages.find((language) => language === text);
  if (found === undefined) throw new InvalidArgumentError('zh or en.');
  return found;
}

export function addDemo(program: Command): void {
  program
    .command('demo')
    .option('--for <duration>', 'run that long, then verify everything and end: 60s, 5m, 1h', parseDuration)
    .option('--pace <n>', 'village time runs this much faster, 1 to 60', wholeNumber('--pace', 1, 60), 10)
    .option('--seed <n>', 'which villagers come, and when', wholeNumber('--seed', 0, 0xffff_ffff), 1)
    .option('--data <dir>', 'data folder; the same one again continues the same village', defaultDataDir)
    .option('--http-port <n>', 'port of the status page (default: 8080)', port('--http-port'))
    .option('--mqtt-port <n>', 'port of the broker (default: 1883)', port('--mqtt-port'))
    .option('--field-port <n>', 'first of eight ports of the simulated site', wholeNumber('--field-port', 1, 65_500), 15_021)
    .option('--serial', 'real serial lines on pty pairs (needs socat) instead of RTU over TCP', false)
    .option('--panel [port]', "serve the technician's panel of the simulated site (default port: 8081)", port('--panel'))
    .option('--play <file>', 'play a scenario of config/scenarios instead of letting villagers come, and end with it')
    .option('--record <dir>', 'capture the run, as sifen run does, for sim replay')
    .option('--lang <zh|en>', 'language of the timeline', parseLanguage, languageOf(process.env['LANG']))
    .description('A village of 365 households on this machine: gateway, broker, ledger, and a simulated site in its own process.')
    .addHelpText(
      'after',
      '\nWith --for or --play, exit code 1 when an invariant broke, an event failed to verify, or the scenario was not fulfilled.\nExample:\n  npm start -- --for 60s --pace 60',
    )
    .action(runDemo);
}

async function runDemo(flags: DemoFlags): Promise<void> {
  const stop = stopSignal();
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  makeFolder(flags.data);
  const addresses = fieldAddresses(flags);
  try {
    await addresses.claim();
    const gateway = await openDemoGateway(flags, addresses.apply(withPorts(loadSite(join(configFolder, 'demo.yaml')), flags)), say);
    try {
      await importRosterOnce(gateway, flags.lang, say);
      const field = await startDemoSite(flags, gateway, addresses, stop, say);
      try {
        await live(flags, gateway, field, stop, say);
      } finally {
        // The gateway first: a site that vanishes under a running gateway would be recorded as a failure of the field.
        await gateway.close();
        await field.stop();
      }
    } finally {
      await gateway.close();
    }
  } finally {
    await addresses.close();
  }
}

async function openDemoGateway(flags: DemoFlags, site: LoadedSite, say: (line: string) => void): Promise<Gateway> {
  const log = openLog('info', join(flags.data, 'gateway.log'));
  const training = { pace: flags.pace, firstMs: firstMorning };
  const onOutcome = ({ station, outcome }: { station: string; outcome: { kind: string; code?: string } }) => {
    if (outcome.code !== undefined) say(`${' '.repeat(18)} ${' '.repeat(6)}  ${station}: ${describeRefusal(outcome.code, flags.lang)}`);
  };
  const what = { machine: thisMachine, site, dataDir: flags.data, training, log, recordDir: flags.record };
  const gateway = await openGateway({ ...what, withField: true, announce: true, onOutcome });
  try {
    keepSite(flags.data, site);
  } catch (error) {
    await gateway.close();
    throw error;
  }
  return gateway;
}

async function importRosterOnce({ village }: Gateway, language: Language, say: (line: string) => void): Promise<void> {
  const households = village.store.people.households().length;
  if (households === 0) {
    const fileBase64 = readFileSync(join(configFolder, 'demo-roster.csv')).toString('base64');
    await runOperation(village.desk, 'roster.import', { fileBase64, skipBad: false, operator: 'demo' });
  }
  const count = village.store.people.households().length;
  say(language === 'zh' ? `村庄 ${village.site.config.village.name}：${count} 户` : `Village ${village.site.config.village.name}: ${count} households`);
}

async function startDemoSite(
  flags: DemoFlags,
  { village, url }: Gateway,
  addresses: FieldAddresses,
  stop: AbortController,
  say: (line: string) => void,
): Promise<SiteProcess> {
  const folder = join(flags.data, 'site');
  makeFolder(folder);
  const cardsFile = join(folder, 'cards.txt');
  const labelsFile = join(folder, 'roll-labels.txt');
  const cards = listCards(village.personal).map(({ card }) => card);
  const bags = { village: village.site.config.village.bagVillage, key: village.keys.bagKey };
  writeFileSync(cardsFile, `${cards.join('\n')}\n`, { mode: 0o600 });
  writeFileSync(labelsFile, `${Array.from({ length: labelsPrinted }, (_unused, index) => encodeBagCode(bags, index + 1, 0)).join('\n')}\n`, { mode: 0o600 });
  return await startSite({
    siteFile: join(configFolder, 'demo-site.yaml'),
    state: folder,
    cardsFile,
    labelsFile,
    pace: flags.pace,
    seed: flags.seed,
    startMs: village.time.clock.now(),
    listen: addresses.listen,
    panel: flags.panel === true ? defaultPanelPort : flags.panel,
    play: flags.play === undefined ? undefined : { file: flags.play, gatewayUrl: url },
    say,
    onGone: (reason) => stop.abort(new Error(reason)),
  });
}

async function live(flags: DemoFlags, gateway: Gateway, field: SiteProcess, stop: AbortController, say: (line: string) => void): Promise<void> {
  const { village } = gateway;
  const watched = startOwnWatch(gateway);
  banner(flags, gateway, say);
  const unlisten = village.store.onAppended((event) => {
    if (!quiet.has(event.draft.name)) say(formatEvent(event, flags.lang));
  });
  const started = wireClock.monotonicMs();
  const clock = new AbortController();
  const end =
    flags.for === undefined
      ? whenAborted(stop.signal)
      : wireClock.sleep(flags.for, 'end of the demo', AbortSignal.any([stop.signal, clock.signal])).catch(() => undefined);
  try {
    const played = field.played.then((fulfilled) => {
      if (!fulfilled) process.exitCode = 1;
    });
    await Promise.race([end, played, village.failed, gateway.uplink.done]);
    await finish(gateway, watched.verified);
    unlisten();
    const summary = summarize(village, watched.counts(), (wireClock.monotonicMs() - started) / 1000);
    say(describeSummary(summary, flags.lang));
    if (!summary.sound || field.failure() !== null) process.exitCode = 1;
  } finally {
    clock.abort();
    await watched.close();
  }
}

/** Events that would drown the story. They are in the log all the same. */
const quiet: ReadonlySet<string> = new Set(['household.registered', 'bag.issue.requested', 'bag.roll.stocked']);

function banner(flags: DemoFlags, { url, brokerUrl, village }: Gateway, say: (line: string) => void): void {
  const { id } = village.site.config.village;
  const { hostname, port: brokerPort } = new URL(brokerUrl);
  const zh = flags.lang === 'zh';
  say(zh ? `状态页     ${url}` : `Status page  ${url}`);
  say(`${zh ? '订阅事件  ' : 'Subscribe  '}  mosquitto_sub -h ${hostname} -p ${brokerPort} -v -t 'sifen/v1/${id}/#'`);
  say(`${zh ? '验证事件  ' : 'Verify     '}  npm run sifen -- watch ${brokerUrl} --key ${village.keys.publicKeyFile}`);
  say(zh ? `停止       Ctrl-C（再次启动从这里继续）\n` : `Stop         Ctrl-C (the next start continues from there)\n`);
}

/** Subscribes to our own broker with nothing but the public key, as a platform would. */
function startOwnWatch(gateway: Gateway) {
  const { village, brokerUrl } = gateway;
  const stopping = new AbortController();
  const counts = { verified: 0, bad: 0, last: 0 };
  const onReport = (report: WatchReport) => {
    if (report.verdict === 'refused' || report.verdict === 'gap' || report.verdict === 'fork') counts.bad += 1;
    else {
      counts.verified += 1;
      counts.last = Math.max(counts.last, report.sequence);
    }
  };
  const target = { url: brokerUrl, protocol: 4 as const, clientId: `sifen-demo-${randomBytes(6).toString('hex')}` };
  const keys = (keyid: string) => (keyid === village.keys.keyid ? village.keys.publicKey : undefined);
  const task = watchEvents({ target, keys, clock: wireClock, random: Math.random, note: () => undefined, signal: stopping.signal, onReport });
  task.catch(() => undefined);
  return {
    counts: () => counts,
    verified: () => counts.last,
    async close() {
      stopping.abort();
      await task;
    },
  };
}

/** Nothing new begins; what runs is brought to its end, and what is recorded is sent. */
async function finish({ village }: Gateway, lastVerified: () => number): Promise<void> {
  await village.finish();
  const until = wireClock.monotonicMs() + sendMs;
  while (lastVerified() < village.store.head.sequence && wireClock.monotonicMs() < until) await wireClock.sleep(20, 'events on their way');
}
