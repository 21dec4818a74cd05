import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Readable } from 'node:stream'
import { z } from 'zod'
import { parse } from '../../../shared/contract/define.ts'
import { Id } from '../../../shared/contract/wire.ts'
import { WindfallError } from '../../../shared/errors.ts'
import type { Checked } from './access.ts'

interface Claim {
  readonly nodeId: string
  readonly leaseId: string
  readonly token: number
}

export interface InputDeps {
  readonly open: (claim: Claim, index: number) => Promise<{ readonly content: Readable; readonly bytes: number; readonly sha256: string }>
}

const Asked = z.strictObject({ leaseId: Id, index: z.coerce.number().int().min(0), token: z.coerce.number().int().positive() })

/** What jobs begin with, for the node that holds the lease and nobody else. Never held in memory. */
export function bindInputs(app: FastifyInstance, { open }: InputDeps, checked: (request: FastifyRequest) => Checked): void {
  app.get('/v1/leases/:leaseId/inputs/:index', { config: { access: 'node' } }, async (request, reply) => {
    const { caller } = checked(request)
    if (caller.kind !== 'node') throw new WindfallError('auth.required', 'Only an enrolled node may do this.')
    const { index, ...claim } = parse(Asked, { ...(request.params as object), ...(request.query as object) })
    const { content, bytes, sha256 } = await open({ nodeId: caller.nodeId, ...claim }, index)
    return reply
      .type('application/octet-stream')
      .header('content-length', bytes)
      .header('repr-digest', `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`)
      .send(content)
  })
}
