/** A process that runs simulation tasks for `npm run simulate`: one message in, one outcome out, until its parent is gone. */
import { runTask, type Task } from './task.ts';

process.on('message', (task: Task) => {
  void runTask(task).then((outcome) => process.send?.(outcome));
});
process.on('disconnect', () => process.exit(0));
