import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type HttpBinding, type Server } from '../../../shared/contract/define.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { type Checked, checkBody } from './access.ts'
import { type JsonSchema, describeCall, httpCalls } from './openapi.ts'
import type { Caller } from './parts.ts'
import { acceptedAsync, impatient, prefersAsync } from './prefer.ts'

export const DEFAULT_BODY_BYTES = 65_536
/** A proof carries up to 16 MiB of output in base64, an answer to a challenge 24 MiB of compressed samples; a job has to fit, with its plan, into one frame of an agent's socket. */
const BODY_BYTES: Readonly<Record<string, number>> = {
  enrol: 131_072,
  submitProof: 25_165_824,
  submitProofs: 25_165_824,
  answerChallenge: 33_555_456,
  submitJob: 49_152,
  saveTemplate: 49_152,
  // Up to 10,000 rows of parameters beside the job.
  submitArray: 8_388_608,
  planJob: 49_152,
  addCanary: 49_152,
}

/** What goes through the door of the intake. */
const HAND_INS: ReadonlySet<string> = new Set(['submitProof', 'submitProofs', 'giveBack'])

export interface RouteDeps {
  readonly server: Server<Caller>
  /** What the access check found out about a request. */
  readonly checked: (request: FastifyRequest) => Checked
  /** By which calls are described; a server that only answers has no use for it. */
  readonly components?: Readonly<Record<string, JsonSchema>>
}

/** `/v1/jobs/{jobId}` → `/v1/jobs/:jobId`. */
const fastifyPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1')

// Bytes that are not UTF-8 would grow threefold as replacement characters and slip past every limit on size.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function parseBody(body: unknown): unknown {
  if (!Buffer.isBuffer(body) || body.length === 0) return {}
  try {
    return JSON.parse(utf8.decode(body)) as unknown
  } catch (error) {
    throw new WindfallError('input.invalid', 'The body is not JSON.', { cause: error })
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The contract's input from query or body, with the path's parts put in. Whatever else was sent is left for the contract to refuse. */
function inputOf({ method }: HttpBinding, { query, body, params }: Pick<FastifyRequest, 'query' | 'body' | 'params'>): unknown {
  const sent = method === 'GET' ? query : parseBody(body)
  return isRecord(sent) ? { ...sent, ...(params as Record<string, unknown>) } : sent
}

/** Makes a route of every call of the contract. Checking input and answer is the contract's own work, so HTTP and contract cannot disagree. */
export function bindContract(app: FastifyInstance, { server, checked, components }: RouteDeps): void {
  for (const [name, call, http] of httpCalls()) {
    app.route({
      method: http.method,
      url: fastifyPath(http.path),
      bodyLimit: BODY_BYTES[name] ?? DEFAULT_BODY_BYTES,
      ...(components ? { schema: describeCall(name, call, { http, components }) } : {}),
      config: { access: http.access, isHandIn: HAND_INS.has(name) },
      handler: async (request: FastifyRequest, reply: FastifyReply) => {
        const found = checked(request)
        checkBody(found, Buffer.isBuffer(request.body) ? request.body : new Uint8Array())
        const isAsync = prefersAsync(name, request)
        const answer = await server.dispatch(name, inputOf(http, request), isAsync ? impatient(found.caller) : found.caller)
        if (isAsync) acceptedAsync(reply)
        return reply.type('application/json; charset=utf-8').send(JSON.stringify(answer))
      },
    })
  }
}
