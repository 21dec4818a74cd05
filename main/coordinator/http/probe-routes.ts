import type { FastifyInstance } from 'fastify'
import type { createAccessCheck } from './access.ts'

/** What each part of a coordinator lacks to be sent requests, in words; `null` for one that is as it should be. */
export interface Readiness {
  readonly isReady: boolean
  readonly parts: {
    /** Whether something can be written. */
    readonly database: string | null
    /** Whether what there must be one of runs here, where nobody else could run it. */
    readonly shards: string | null
    readonly draining: string | null
  }
}

export interface ProbeDeps {
  readonly readiness: () => Promise<Readiness>
  readonly metrics: { readonly contentType: string; readonly text: () => Promise<string> }
}

const answer = (description: string, statuses: readonly string[], parts: object = {}) => ({
  description,
  content: {
    'application/json': {
      schema: { type: 'object', properties: { status: { type: 'string', enum: statuses }, ...parts }, required: ['status'], additionalProperties: false },
    },
  },
})

const wrong = { type: ['string', 'null'], description: 'What is wrong; null while nothing is' }
const parts = { parts: { type: 'object', properties: { database: wrong, shards: wrong, draining: wrong } } }

const alive = {
  operationId: 'isAlive',
  summary: 'Whether this process lives, whatever else does not',
  tags: ['public'],
  security: [],
  response: { 200: answer('It lives', ['alive']) },
}

const ready = {
  operationId: 'isReady',
  summary: 'Whether to send requests here: the database takes writes, what has to run runs, and it is not stopping. Whoever may read the system sees each part',
  tags: ['public'],
  security: [],
  response: { 200: answer('It is ready', ['ready'], parts), 503: answer('It is not ready', ['not-ready'], parts) },
}

const measured = {
  operationId: 'getMetrics',
  summary: 'How this coordinator does, in the text format of Prometheus',
  tags: ['requester'],
  security: [{ apiKey: [] }],
  response: { 200: { description: 'OK', content: { 'text/plain': { schema: { type: 'string' } } } } },
}

/**
 * `/healthz` and `/readyz` for balancers and orchestrators, which say a word and no more to strangers, and `/metrics` for whoever may read them.
 */
export function bindProbes(app: FastifyInstance, { readiness, metrics }: ProbeDeps, check: ReturnType<typeof createAccessCheck>): void {
  const probe = { access: 'public', isProbe: true } as const
  app.get('/healthz', { schema: alive, config: probe }, async (_request, reply) => reply.send({ status: 'alive' }))
  app.get('/readyz', { schema: ready, config: probe }, async (request, reply) => {
    const { isReady, parts: found } = await readiness()
    const isShown =
      request.headers.authorization !== undefined &&
      (await check('system.read', request).then(
        () => true,
        () => false,
      ))
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not-ready', ...(isShown ? { parts: found } : {}) })
  })
  app.get('/metrics', { schema: measured, config: { access: 'metrics.read' } }, async (_request, reply) =>
    reply.header('content-type', metrics.contentType).send(await metrics.text()),
  )
}
