/**
 * One piece of work of a simulation, small enough to hand to another process: a seed run twice and compared, or a crowd's jobs. Its outcome is
 * words for people and numbers for the sum; a failure names the seed, the step and the command that replays it.
 */
import { type RunReport, runJobs, runSeed } from './run-scenario.ts';

export type Task =
  | { readonly kind: 'seed'; readonly seed: number; readonly hours: number }
  | { readonly kind: 'jobs'; readonly seed: number; readonly jobs: number };

export interface TaskOutcome {
  readonly task: Task;
  readonly report: RunReport;
  /** Null when all is well. */
  readonly failure: string | null;
}

/** The command that runs a task once more with its transcript. */
export const replayCommand = (task: Task): string =>
  task.kind === 'seed' ? `npm run simulate -- --seed ${task.seed} --hours ${task.hours}` : `npm run simulate -- --seed ${task.seed} --jobs ${task.jobs}`;

/** Virtual time as people read it. */
export function formatVirtual(ms: number): string {
  const [hours, minutes, seconds] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, Math.floor(ms / 1000) % 60];
  return [hours, minutes, seconds].map((part) => String(part).padStart(2, '0')).join(':');
}

export function describeBreach(task: Task, { breach, step, atMs }: RunReport): string | null {
  if (breach === null) return null;
  return `BROKEN ${breach.rule}: ${breach.detail}\n  seed ${task.seed}, step ${step}, ${formatVirtual(atMs)} of virtual time\n  replay: ${replayCommand(task)}`;
}

export async function runTask(task: Task): Promise<TaskOutcome> {
  const report = task.kind === 'seed' ? await runSeed(task.seed, task.hours) : await runJobs(task.seed, task.jobs);
  const breach = describeBreach(task, report);
  if (breach !== null || task.kind === 'jobs') return { task, report, failure: breach };
  const again = await runSeed(task.seed, task.hours);
  const isEqual = again.digest === report.digest;
  const failure = isEqual ? null : `DIFFERENT seed ${task.seed}: two runs gave ${report.digest} and ${again.digest}\n  replay: ${replayCommand(task)}`;
  return { task, report, failure };
}
