/**
 * Runs simulation tasks in child processes, one task a process at a time, so that a machine's cores are used and a run that hangs or dies
 * takes no other with it. Bounded: a task that says nothing for taskMsMax of real time is given up as failed.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { RunReport } from './run-scenario.ts';
import { replayCommand, type Task, type TaskOutcome } from './task.ts';

const workerFile = join(import.meta.dirname, 'worker.ts');
/** Unit: ms of real time. A seed of 24 hours on a slow and busy machine. */
const taskMsMax = 20 * 60_000;

export interface PoolOptions {
  readonly tasks: Iterable<Task>;
  readonly workers: number;
  readonly onOutcome: (outcome: Pick<TaskOutcome, 'task' | 'failure'> & { readonly report: RunReport | null }) => void;
}

/** Resolves when every task has had its outcome. */
export async function runPool({ tasks, workers, onOutcome }: PoolOptions): Promise<void> {
  const queue = tasks[Symbol.iterator]();
  const work = async (): Promise<void> => {
    let child: ChildProcess | undefined;
    for (let next = queue.next(); !next.done; next = queue.next()) {
      const task = next.value;
      child ??= fork(workerFile, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
      const outcome = await ask(child, task);
      if (outcome === null) {
        child.kill('SIGKILL');
        child = undefined;
        onOutcome({
          task,
          report: null,
          failure: `DIED seed ${task.seed}: its process ended or hung; what it said is above\n  replay: ${replayCommand(task)}`,
        });
      } else onOutcome(outcome);
    }
    child?.disconnect();
  };
  await Promise.all(Array.from({ length: workers }, work));
}

/** The outcome, or null when the process died or hung over it. */
function ask(child: ChildProcess, task: Task): Promise<TaskOutcome | null> {
  return new Promise((resolve) => {
    const end = (outcome: TaskOutcome | null) => {
      clearTimeout(late);
      child.off('message', onMessage);
      child.off('exit', onExit);
      resolve(outcome);
    };
    const onMessage = (outcome: unknown) => end(outcome as TaskOutcome);
    const onExit = () => end(null);
    const late = setTimeout(onExit, taskMsMax);
    child.on('message', onMessage);
    child.on('exit', onExit);
    child.send(task);
  });
}
