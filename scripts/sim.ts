/**
 * `npm run sim`: the simulator for people. What needs a gateway of the same program beside it, recording a scenario and replaying a capture, is here, for
 * the simulator itself must not know one; everything else is device-sim/main.ts, untouched.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fieldPorts } from '../gateway/commands/demo-addresses.ts';
import { captureFiles } from '../protocol/capture-folder.ts';
import { usageExitCode } from './command-line/flags.ts';
import { CaptureError, readCapture } from './replay/read-capture.ts';
import { replay } from './replay/replay-village.ts';
import { judge } from './replay/report.ts';
import { freePorts } from './village/children.ts';

const usage = `Usage: npm run sim -- record SCENARIO DIR    plays a scenario with a gateway beside it and captures the run in DIR
       npm run sim -- replay DIR [--json]       a gateway lives through the capture in DIR; 0 the same decisions,
                                                1 others, 2 the capture cannot be replayed
`;

async function replayFolder(args: readonly string[]): Promise<number> {
  const isJson = args.includes('--json');
  const [folder, ...more] = args.filter((arg) => arg !== '--json');
  if (folder === undefined || more.length > 0 || folder.startsWith('-')) return misused();
  try {
    const capture = readCapture(folder);
    const replayed = await replay(capture);
    const verdict = judge(capture, replayed);
    process.stdout.write(isJson ? `${JSON.stringify({ ...verdict, unanswered: replayed.unanswered })}\n` : `${verdict.lines.join('\n')}\n`);
    return verdict.same ? 0 : 1;
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
}

/** @returns the exit code of the demo that played it. */
async function recordScenario(args: readonly string[]): Promise<number> {
  const [scenario, folder, ...more] = args;
  if (scenario === undefined || folder === undefined || more.length > 0) return misused();
  if (existsSync(join(folder, captureFiles.manifest))) {
    process.stderr.write(`${folder} holds a capture already; name another folder, or move that one away.\n`);
    return usageExitCode;
  }
  const dataDir = mkdtempSync(join(tmpdir(), 'sifen-record-'));
  try {
    const ports = ['--http-port', '0', '--mqtt-port', '0', '--field-port', String(await freePorts(fieldPorts))];
    const program = resolve(import.meta.dirname, '../gateway/main.ts');
    const demo = spawn(process.execPath, [program, 'demo', '--play', scenario, '--record', folder, '--data', dataDir, ...ports], { stdio: 'inherit' });
    // Ctrl-C reaches both: the demo ends in good order, and with it this.
    process.on('SIGINT', () => undefined);
    process.on('SIGTERM', () => demo.kill('SIGTERM'));
    return await new Promise((done, fail) => demo.once('error', fail).once('exit', (code) => done(code ?? 1)));
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function misused(): number {
  process.stderr.write(usage);
  return usageExitCode;
}

const [command, ...rest] = process.argv.slice(2);
if (command === 'replay') process.exitCode = await replayFolder(rest);
else if (command === 'record') process.exitCode = await recordScenario(rest);
else await import('../device-sim/main.ts');
