/**
 * Holds the metal against the books: the exit counter read from the board itself as raw RTU over TCP, the motor journal the simulator
 * keeps, and what `sifen` prints. It never asks the gateway's memory, and it changes nothing.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { checkStatusBlock, type DispenserStatus, statusWordCount } from '../../protocol/devices/dispenser-bd1.ts';
import { crc16, matchReply } from '../../protocol/rtu-frame.ts';
import { waitUntil } from '../village/children.ts';
import { filesOf, sifen } from '../village/village.ts';

/** How long a gateway may take to settle what a kill left behind. Unit: ms. */
const settleMs = 20_000;
const replyMs = 3000;

/** Read holding registers 0..19 of unit 1. */
function statusRequest(): Buffer {
  const body = Buffer.from([1, 3, 0, 0, 0, statusWordCount]);
  const crc = crc16(body);
  return Buffer.concat([body, Buffer.from([crc & 0xff, crc >> 8])]);
}

/** Reads the status block of the dispenser board at 127.0.0.1:`port`. @throws Error when it does not answer with a whole one. */
export async function readBoard(port: number): Promise<DispenserStatus> {
  const request = statusRequest();
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const socket = createConnection({ host: '127.0.0.1', port, noDelay: true }, () => socket.write(request));
  let bytes = Buffer.alloc(0);
  socket.on('data', (part: Buffer) => {
    bytes = Buffer.concat([bytes, part]);
    const match = matchReply(request, bytes);
    if (match.kind === 'match') resolve(match.frame);
    else if (match.kind === 'mismatch') reject(new Error(`the board answered with a wrong ${match.reason}`));
  });
  socket.setTimeout(replyMs, () => reject(new Error('the board does not answer')));
  socket.once('error', reject);
  const frame = await promise.finally(() => socket.destroy());
  const words = Array.from({ length: statusWordCount }, (_unused, index) => frame.readUInt16BE(3 + index * 2));
  const status = checkStatusBlock(words);
  if (!status.ok) throw new Error(status.issues.join('; '));
  return status.values;
}

interface Books {
  readonly balances: readonly { readonly kind: string; readonly amount: number }[];
  readonly problems: readonly { readonly detail: string }[];
  readonly dispensers: readonly { readonly posted: number; readonly purged: number; readonly suspense: number }[];
}

async function readJson<Value>(...args: readonly string[]): Promise<Value> {
  const { out, err } = await sifen(...args, '--json');
  if (out === '') throw new Error(`sifen ${args.join(' ')}: ${err}`);
  return JSON.parse(out) as Value;
}

/** Everything that is wrong, in words; empty when metal and books agree. Waits for the running gateway to settle what is open. */
export async function audit(folder: string, port: number): Promise<string[]> {
  const { data } = filesOf(folder);
  let books: Books | undefined;
  let board: DispenserStatus | undefined;
  const isSettled = async () => {
    [books, board] = [await readJson<Books>('ledger', 'show', '--data', data), await readBoard(port)];
    return judgeBooks(books, board).length === 0;
  };
  // Not in time is a finding of its own: what is still wrong then is reported below.
  await waitUntil(isSettled, () => '', settleMs).catch(() => undefined);
  if (books === undefined || board === undefined) return ['neither books nor board could be read'];
  const listed = await readJson<{ data: { job: number } }[]>('events', 'list', '--name', 'bag.issue.requested', '--limit', '10000', '--data', data);
  const verified = await readJson<{ problem: { detail: string } | null }>('events', 'verify', '--data', data);
  const chain = verified.problem === null ? [] : [`the chain does not verify: ${verified.problem.detail}`];
  return [...judgeBooks(books, board), ...judgeJournal(motorJobs(folder), new Set(listed.map((event) => event.data.job)), board), ...chain];
}

/** Exit counter = posted + waste + suspense; nothing on hold; nothing that does not add up. */
export function judgeBooks({ balances, problems, dispensers }: Books, { ctrOut }: Pick<DispenserStatus, 'ctrOut'>): string[] {
  const counted = dispensers.reduce((sum, { posted, purged, suspense }) => sum + posted + purged + suspense, 0);
  const findings = problems.map(({ detail }) => detail);
  const suspended = dispensers.reduce((sum, { suspense }) => sum + suspense, 0);
  if (suspended !== 0) findings.push(`${suspended} roll(s) are in suspense, though nothing was restored and no memory was lost`);
  if (counted !== ctrOut) findings.push(`the board counted ${ctrOut} rolls, the books ${counted}`);
  const held = balances.filter(({ kind }) => kind === 'hold').reduce((sum, { amount }) => sum + amount, 0);
  if (held !== 0) findings.push(`${held} roll(s) are still on hold`);
  return findings;
}

/** No motor start without an intent in the log, and none twice for one job. */
export function judgeJournal(jobs: readonly (number | null)[], intents: ReadonlySet<number>, { ctrStart }: Pick<DispenserStatus, 'ctrStart'>): string[] {
  const findings: string[] = [];
  const seen = new Set<number | null>();
  for (const job of jobs) {
    if (job === null || !intents.has(job)) findings.push(`the motor started for job ${job}, which has no intent`);
    if (seen.has(job)) findings.push(`the motor started twice for job ${job}`);
    seen.add(job);
  }
  if (jobs.length !== ctrStart) findings.push(`the journal has ${jobs.length} motor starts, the board counted ${ctrStart}`);
  return findings;
}

function motorJobs(folder: string): (number | null)[] {
  const { journal } = filesOf(folder);
  if (!existsSync(journal)) return [];
  const lines = readFileSync(journal, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => (JSON.parse(line) as { job: number | null }).job);
}
