import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Readable } from 'node:stream'
import { Digest } from '../../../shared/contract/wire.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { parse } from '../../../shared/contract/define.ts'
import type { Checked } from './access.ts'
import { streamedBody } from './streamed-body.ts'

const MAX_BLOB_BYTES = 64 * 1_048_576

export interface BlobDeps {
  /** Whether this node was given a job that runs this. */
  readonly mayFetch: (nodeId: string, digest: string) => Promise<boolean>
  readonly stream: (digest: string) => Promise<{ readonly content: Readable; readonly bytes: number }>
  readonly write: (source: AsyncIterable<Uint8Array>, limits: { readonly maxBytes: number; readonly expected: string }) => Promise<string>
}

const digestOf = ({ params }: FastifyRequest): string => parse(Digest, (params as { digest?: string }).digest, 'digest')

/** Archives of jobs, by digest, for the nodes that hold such a job. Uploads are hashed while they arrive and never held in memory. */
export function bindBlobs(app: FastifyInstance, { mayFetch, stream, write }: BlobDeps, checked: (request: FastifyRequest) => Checked): void {
  app.get('/v1/blobs/:digest', { config: { access: 'node' } }, async (request, reply) => {
    const { caller } = checked(request)
    const digest = digestOf(request)
    if (caller.kind !== 'node' || !(await mayFetch(caller.nodeId, digest))) throw new WindfallError('not-found', `No job of this node runs ${digest}.`)
    const { content, bytes } = await stream(digest)
    return reply.type('application/octet-stream').header('content-length', bytes).send(content)
  })
  app.put('/v1/blobs/:digest', { config: { access: 'jobs.write' }, bodyLimit: MAX_BLOB_BYTES }, async (request, reply) => {
    const expected = digestOf(request)
    await write(streamedBody(request), { maxBytes: MAX_BLOB_BYTES, expected })
    return reply.type('application/json; charset=utf-8').send(JSON.stringify({ digest: expected }))
  })
}
