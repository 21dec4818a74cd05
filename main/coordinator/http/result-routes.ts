import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Readable } from 'node:stream'
import { parse } from '../../../shared/contract/define.ts'
import { Id } from '../../../shared/contract/wire.ts'
import type { Checked } from './access.ts'
import { requesterOf } from './callers.ts'

/** What a completed job produced, as it is stored. */
export interface ResultDeps {
  /** Errors: `not-found`, also for somebody else's job, one that has no output, and one whose output is no longer kept. */
  readonly open: (requesterId: string, jobId: string) => Promise<{ readonly content: Readable; readonly bytes: number; readonly sha256: string }>
}

/** Results of jobs, for whoever submitted them. Never held in memory. */
export function bindResults(app: FastifyInstance, { open }: ResultDeps, checked: (request: FastifyRequest) => Checked): void {
  app.get('/v1/jobs/:jobId/result', { config: { access: 'jobs.read' } }, async (request, reply) => {
    const { jobId } = request.params as { readonly jobId?: string }
    const { content, bytes, sha256 } = await open(requesterOf(checked(request).caller), parse(Id, jobId, 'job id'))
    const digest = `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`
    return reply.type('application/octet-stream').headers({ 'content-length': bytes, 'repr-digest': digest }).send(content)
  })
}
