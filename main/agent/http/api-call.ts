import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Server } from '../../../shared/contract/define.ts'
import { type Problem, WindfallError } from '../../../shared/errors.ts'
import { bearerToken, requireOrigin, requireToken } from './gate.ts'

export const MAX_MESSAGE_BYTES = 64 * 1024
export const API_PREFIX = '/api/'

/** `POST /api/<call>` with the input as JSON body: the command line's way in. Errors: those of the gate, `input.*`, and the call's own. */
export async function answerApiCall(request: IncomingMessage, name: string, { token, server }: { token: string; server: Server<undefined> }): Promise<unknown> {
  requireOrigin(request.headers, 'optional')
  requireToken(bearerToken(request.headers), token)
  if (request.method !== 'POST') throw new WindfallError('input.invalid', 'A call is made with POST.')
  return server.dispatch(name, parseJson(await readBody(request)), undefined)
}

export function sendJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }).end(JSON.stringify(body))
}

/** RFC 9457. */
export function sendProblem(response: ServerResponse, problem: Problem): void {
  response
    .writeHead(problem.status, { 'content-type': 'application/problem+json', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    .end(JSON.stringify(problem))
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_MESSAGE_BYTES) throw new WindfallError('input.too-large', `A call may carry at most ${MAX_MESSAGE_BYTES} bytes.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Error: `input.invalid`. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new WindfallError('input.invalid', 'The message is not valid JSON.', { cause: error })
  }
}
