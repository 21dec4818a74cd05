import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type HttpBinding, type Server } from '../../../shared/contract/define.ts'
import { type Checked, checkBody } from './access.ts'
import type { ActBorder } from './act-border.ts'
import { bodyLimitOf, httpCalls } from './http-calls.ts'
import { readJsonBody } from './json-body.ts'
import type { Caller } from './parts.ts'
import { acceptedAsync, impatient, prefersAsync } from './prefer.ts'

/** What goes through the door of the intake. */
const HAND_INS: ReadonlySet<string> = new Set(['submitProof', 'submitProofs', 'giveBack'])

export interface RouteDeps {
  readonly server: Server<Caller>
  readonly acts: Pick<ActBorder, 'perform'>
  /** What the access check found out about a request. */
  readonly checked: (request: FastifyRequest) => Checked
}

/** `/v1/jobs/{jobId}` → `/v1/jobs/:jobId`. */
const fastifyPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1')

const parseBody = (body: unknown): unknown => (Buffer.isBuffer(body) && body.length > 0 ? readJsonBody(body) : {})

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The contract's input from query or body, with the path's parts put in. Whatever else was sent is left for the contract to refuse. */
function inputOf({ method }: HttpBinding, { query, body, params }: Pick<FastifyRequest, 'query' | 'body' | 'params'>): unknown {
  const sent = method === 'GET' ? query : parseBody(body)
  return isRecord(sent) ? { ...sent, ...(params as Record<string, unknown>) } : sent
}

/** Makes a route of every call of the contract. Checking input and answer is the contract's own work, so HTTP and contract cannot disagree. */
export function bindContract(app: FastifyInstance, { server, acts, checked }: RouteDeps): void {
  for (const [name, , http] of httpCalls()) {
    app.route({
      method: http.method,
      url: fastifyPath(http.path),
      bodyLimit: bodyLimitOf(name),
      config: { access: http.access, call: name, isHandIn: HAND_INS.has(name) },
      handler: async (request: FastifyRequest, reply: FastifyReply) => {
        const found = checked(request)
        checkBody(found, Buffer.isBuffer(request.body) ? request.body : new Uint8Array())
        const isAsync = prefersAsync(name, request)
        const input = inputOf(http, request)
        const caller = isAsync ? impatient(found.caller) : found.caller
        const answer = await acts.perform({ call: name, request, caller, input }, () => server.dispatch(name, input, caller))
        if (isAsync) acceptedAsync(reply)
        return reply.type('application/json; charset=utf-8').send(JSON.stringify(answer))
      },
    })
  }
}
