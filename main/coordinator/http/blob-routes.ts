import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Readable } from 'node:stream'
import { Digest } from '../../../shared/contract/wire.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { parse } from '../../../shared/contract/define.ts'
import type { Checked } from './access.ts'
import { problemAnswer } from './openapi.ts'

const MAX_BLOB_BYTES = 64 * 1_048_576

export interface BlobDeps {
  /** Whether this node was given a job that runs this. */
  readonly mayFetch: (nodeId: string, digest: string) => Promise<boolean>
  readonly stream: (digest: string) => Promise<{ readonly content: Readable; readonly bytes: number }>
  readonly write: (source: AsyncIterable<Uint8Array>, limits: { readonly maxBytes: number; readonly expected: string }) => Promise<string>
}

const digestOf = ({ params }: FastifyRequest): string => parse(Digest, (params as { digest?: string }).digest, 'digest')

const description = (method: 'get' | 'put') => ({
  operationId: `${method}Blob`,
  summary:
    method === 'get' ? 'Fetch what a job runs' : `Upload what a job runs, at most ${MAX_BLOB_BYTES / 1_048_576} MiB; the content must hash to the digest`,
  tags: [method === 'get' ? 'node' : 'requester'],
  security: [method === 'get' ? { deviceKey: [] } : { apiKey: [] }],
  params: { type: 'object', properties: { digest: { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' } }, required: ['digest'] },
  ...(method === 'put' ? { consumes: ['application/octet-stream'] } : { produces: ['application/octet-stream'] }),
  response: { default: problemAnswer },
})

/** Archives of jobs, by digest, for the nodes that hold such a job. Uploads are hashed while they arrive and never held in memory. */
export function bindBlobs(app: FastifyInstance, { mayFetch, stream, write }: BlobDeps, checked: (request: FastifyRequest) => Checked): void {
  app.get('/v1/blobs/:digest', { schema: description('get'), config: { access: 'node' } }, async (request, reply) => {
    const { caller } = checked(request)
    const digest = digestOf(request)
    if (caller.kind !== 'node' || !(await mayFetch(caller.nodeId, digest))) throw new WindfallError('not-found', `No job of this node runs ${digest}.`)
    const { content, bytes } = await stream(digest)
    return reply.type('application/octet-stream').header('content-length', bytes).send(content)
  })
  app.put('/v1/blobs/:digest', { schema: description('put'), config: { access: 'requester' }, bodyLimit: MAX_BLOB_BYTES }, async (request, reply) => {
    const expected = digestOf(request)
    await write((request.body ?? []) as AsyncIterable<Uint8Array>, { maxBytes: MAX_BLOB_BYTES, expected })
    return reply.type('application/json; charset=utf-8').send(JSON.stringify({ digest: expected }))
  })
}
