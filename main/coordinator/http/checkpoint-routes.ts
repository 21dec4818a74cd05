import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Readable } from 'node:stream'
import { z } from 'zod'
import { parse } from '../../../shared/contract/define.ts'
import { type Checkpoint, MAX_CHECKPOINT_BYTES } from '../../../shared/contract/job.ts'
import { Id } from '../../../shared/contract/wire.ts'
import { WindfallError } from '../../../shared/errors.ts'
import type { Checked } from './access.ts'
import { streamedBody } from './streamed-body.ts'

interface Claim {
  readonly nodeId: string
  readonly leaseId: string
  readonly token: number
}

export interface CheckpointDeps {
  readonly save: (handover: Claim & { readonly sha256: string; readonly content: AsyncIterable<Uint8Array> }) => Promise<Checkpoint>
  readonly open: (claim: Claim) => Promise<{ readonly content: Readable; readonly bytes: number }>
}

const PATH = '/v1/leases/:leaseId/checkpoint'
const Held = z.strictObject({ leaseId: Id, token: z.coerce.number().int().positive() })

function claimOf({ params, query }: FastifyRequest, { caller }: Checked): Claim {
  if (caller.kind !== 'node') throw new WindfallError('auth.required', 'Only an enrolled node may do this.')
  return { nodeId: caller.nodeId, ...parse(Held, { ...(params as object), ...(query as object) }) }
}

/** The signature covers the digest of the body, so that what arrives is checked against what was signed while it is written. */
function signedHash({ contentDigest }: Checked): string {
  const [, base64 = ''] = /^sha-256=:(.+):$/.exec(contentDigest ?? '') ?? []
  return Buffer.from(base64, 'base64').toString('hex')
}

/** What jobs have saved, for the node that holds the lease and nobody else. Bodies are never held in memory. */
export function bindCheckpoints(app: FastifyInstance, { save, open }: CheckpointDeps, checked: (request: FastifyRequest) => Checked): void {
  app.get(PATH, { config: { access: 'node' } }, async (request, reply) => {
    const { content, bytes } = await open(claimOf(request, checked(request)))
    return reply.type('application/octet-stream').header('content-length', bytes).send(content)
  })
  app.put(PATH, { config: { access: 'node' } }, async (request, reply) => {
    const found = checked(request)
    if (Number(request.headers['content-length'] ?? 0) > MAX_CHECKPOINT_BYTES)
      throw new WindfallError('input.too-large', `A checkpoint holds at most ${MAX_CHECKPOINT_BYTES} bytes.`)
    const content = streamedBody(request)
    const checkpoint = await save({ ...claimOf(request, found), sha256: signedHash(found), content })
    return reply.type('application/json; charset=utf-8').send(JSON.stringify(checkpoint))
  })
}
