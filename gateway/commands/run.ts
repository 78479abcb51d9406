/** `sifen run`: the gateway in service, until it is told to stop. */
import { type Command, Option } from 'commander';
import { epochMs } from '../../protocol/units.ts';
import { wireClock } from '../clock.ts';
import { closingAfter } from '../closers.ts';
import { type LoadedSite, loadSite } from '../config-file.ts';
import { openGateway } from '../gateway.ts';
import { openLog } from '../log.ts';
import { thisMachine } from '../machine.ts';
import { defaultDataDir, keepSite, wholeNumber } from './access.ts';
import { budgetLines, describeBudget } from './bus-table.ts';
import { stopSignal, whenAborted } from './stop-signal.ts';

interface RunFlags {
  readonly site: string;
  readonly data: string;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  readonly httpPort?: number;
  readonly mqttPort?: number;
  readonly pace?: number;
  readonly start?: number;
  readonly newLedger?: boolean;
  readonly record?: string;
}

export const port = (name: string) => wholeNumber(name, 0, 65_535);

export function addRun(program: Command): void {
  program
    .command('run')
    .requiredOption('--site <file>', 'site file (see config/ for examples)')
    .option('--data <dir>', 'data folder: ledger, names, keys, socket', defaultDataDir)
    .option('--http-port <n>', 'port of the status page, instead of http.port', port('--http-port'))
    .option('--mqtt-port <n>', 'port of the embedded broker, instead of mqtt.embedded.port', port('--mqtt-port'))
    .option('--pace <n>', 'training: village time runs this much faster, 1 to 60', wholeNumber('--pace', 1, 60))
    .option('--start <ms>', 'training: village time of a new village, ms since 1970', wholeNumber('--start', 0, Number.MAX_SAFE_INTEGER))
    .option('--new-ledger', 'begin a new ledger for a village whose ledger.db is gone and has no backup')
    .option('--record <dir>', 'capture the run: every wire, what was decided and from what, free of names and card codes; for sim replay')
    .addOption(new Option('--log-level <level>', 'how much goes to the log on standard error').choices(['debug', 'info', 'warn', 'error']).default('info'))
    .description('Run the gateway: devices, ledger, broker, uplink, status page. Stops cleanly on Ctrl-C or SIGTERM.')
    .action(async (flags: RunFlags) => {
      const stop = stopSignal();
      const log = openLog(flags.logLevel);
      const site = withPorts(loadSite(flags.site), flags);
      const training = flags.pace === undefined ? null : { pace: flags.pace, firstMs: epochMs(flags.start ?? wireClock.now()) };
      const { data: dataDir, newLedger = false } = flags;
      const what = { machine: thisMachine, site, dataDir, training, log, newLedger, recordDir: flags.record };
      const gateway = await openGateway({ ...what, withField: true, announce: true });
      const serve = async () => {
        keepSite(flags.data, site);
        // A line that is too full is no reason not to serve a village; `sifen check` refuses it before it is put in service.
        for (const { message } of describeBudget(budgetLines(site.config)).findings) log.warn({}, message);
        log.info({ village: site.config.village.id, page: gateway.url, broker: gateway.brokerUrl }, 'in service');
        await Promise.race([whenAborted(stop.signal), gateway.village.failed, gateway.uplink.done]);
      };
      await closingAfter(serve, () => gateway.close());
      log.info({}, 'stopped');
    });
}

/** The site with the ports of the command line in place. */
export function withPorts(site: LoadedSite, { httpPort, mqttPort }: { readonly httpPort?: number; readonly mqttPort?: number }): LoadedSite {
  const { config } = site;
  const http = httpPort === undefined ? config.http : { ...config.http, port: httpPort };
  const embedded = mqttPort === undefined || config.mqtt.embedded === null ? config.mqtt.embedded : { ...config.mqtt.embedded, port: mqttPort };
  return { ...site, config: { ...config, http, mqtt: { ...config.mqtt, embedded } } };
}
