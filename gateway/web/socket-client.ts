/** Asks a running gateway through its Unix socket. Knows no operation by name and opens no database. */
import { request } from 'node:http';
import { GatewayError, isErrorCode } from '../errors.ts';
import { socketAnswerMs } from '../limits.ts';

/** Nobody listens on this socket: there is no running gateway. */
export const noGateway = Symbol('no gateway');

/** No socket, none that is listened to, and a file where the folder should be. */
const absent: ReadonlySet<string> = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTDIR']);

/**
 * @returns the result, or `noGateway`. When `signal` aborts the question is withdrawn: the gateway stops waiting for what it is about.
 * @throws the reason of `signal`; GatewayError as the gateway answered it, or store_locked when it did not answer.
 */
export async function askGateway(socketPath: string, name: string, input: object, signal?: AbortSignal): Promise<unknown> {
  const { status, body } = await post(socketPath, `/v1/${name}`, JSON.stringify(input), signal).catch((error: NodeJS.ErrnoException) => {
    signal?.throwIfAborted();
    if (error.code !== undefined && absent.has(error.code)) return { status: 0, body: '' };
    throw new GatewayError('store_locked', `The running gateway did not answer on ${socketPath}: ${error.message}.`, { cause: error });
  });
  if (status === 0) return noGateway;
  const answer = JSON.parse(body) as { result?: unknown; code?: string; message?: string; hint?: string };
  if (status === 200) return answer.result;
  const code = answer.code !== undefined && isErrorCode(answer.code) ? answer.code : 'gateway_fault';
  throw new GatewayError(code, answer.message ?? `The gateway answered ${status}.`, answer.hint === undefined ? {} : { hint: answer.hint });
}

function post(socketPath: string, path: string, body: string, signal: AbortSignal | undefined): Promise<{ status: number; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const call = request({ socketPath, path, method: 'POST', headers, timeout: socketAnswerMs, ...(signal && { signal }) }, (response) => {
    const parts: Buffer[] = [];
    response.on('data', (part: Buffer) => parts.push(part));
    response.on('end', () => resolve({ status: response.statusCode ?? 500, body: Buffer.concat(parts).toString() }));
    response.on('error', reject);
  });
  call.on('error', reject);
  call.on('timeout', () => call.destroy(new Error(`no answer within ${socketAnswerMs} ms`)));
  call.end(body);
  return promise;
}
