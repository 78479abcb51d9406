/** `sifen watch URL`: follow any broker as a platform would, and believe nothing that does not verify. */
import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { wireClock } from '../clock.ts';
import { formatEvent, type Language, languageOf } from '../core/timeline.ts';
import { GatewayError } from '../errors.ts';
import { keyidOf, loadPublicKey } from '../keys.ts';
import { type WatchReport, watchEvents } from '../northbound/watch.ts';
import { wholeNumber } from './access.ts';
import { stopSignal } from './stop-signal.ts';

export function addWatch(program: Command): void {
  program
    .command('watch')
    .argument('<url>', 'broker, mqtt://host:port')
    .requiredOption('--key <file>', 'public key of the gateway, PEM (DIR/keys/event-key.pub.pem)')
    .option('--json', 'one JSON line a message')
    .option('--count <n>', 'end after this many messages', wholeNumber('--count', 1, 1_000_000_000))
    .option('--mqtt5', 'speak MQTT 5 instead of 3.1.1')
    .description('Subscribe to a broker, verify every event against the public key, and print one line each.')
    .addHelpText(
      'after',
      '\nExit code 1 when anything did not verify, was missing or forked.\nExample:\n  sifen watch mqtt://127.0.0.1:1883 --key sifen-data/keys/event-key.pub.pem',
    )
    .action(async (url: string, flags: { key: string; json?: boolean; count?: number; mqtt5?: boolean }) => {
      if (!/^mqtts?:\/\//.test(url) || !URL.canParse(url) || new URL(url).host === '')
        throw new GatewayError('usage', `${url} is not the address of a broker.`, { hint: 'Write it like mqtt://127.0.0.1:1883.' });
      const key = loadPublicKey(flags.key);
      const language = languageOf(process.env['LANG']);
      const stop = stopSignal();
      let seen = 0;
      const onReport = (report: WatchReport) => {
        process.stdout.write(`${flags.json ? JSON.stringify(report) : describe(report, language)}\n`);
        if (!sound.has(report.verdict)) process.exitCode = 1;
        seen += 1;
        if (seen === flags.count) stop.abort();
      };
      const target = { url, protocol: flags.mqtt5 ? (5 as const) : (4 as const), clientId: `sifen-watch-${randomBytes(6).toString('hex')}` };
      const note = (_level: string, message: string) => void process.stderr.write(`${message}\n`);
      await watchEvents({
        target,
        keys: (keyid) => (keyid === keyidOf(key) ? key : undefined),
        clock: wireClock,
        random: Math.random,
        note,
        signal: stop.signal,
        onReady: () => void process.stderr.write(`Subscribed to ${url}.\n`),
        onReport,
      });
    });
}

const sound: ReadonlySet<string> = new Set(['anchor', 'normal', 'duplicate', 'epoch_opened']);

function describe(report: WatchReport, language: Language): string {
  if (report.verdict === 'refused') return `REFUSED ${report.topic}: ${report.reason}: ${report.detail} (${report.place})`;
  const { event } = report;
  const line =
    event.draft === undefined
      ? `#${event.sequence} ${event.type} (unknown to this version)`
      : formatEvent({ atMs: event.timeMs, sequence: event.sequence, draft: event.draft }, language);
  const missing = report.verdict === 'gap' ? ` ${report.missing.from}..${report.missing.to}` : '';
  return `${sound.has(report.verdict) ? 'ok' : `${report.verdict.toUpperCase()}${missing}`}  ${line}`;
}
