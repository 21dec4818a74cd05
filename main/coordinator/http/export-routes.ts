import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { parse } from '../../../shared/contract/define.ts'
import { ReceiptExport } from '../../../shared/contract/receipt.ts'
import { Id } from '../../../shared/contract/wire.ts'
import type { Checked } from './access.ts'
import { requesterOf } from './callers.ts'
import type { ExportParts } from './export-parts.ts'
import { problemAnswer } from './openapi.ts'

/** Readers may keep the keys for as long; a new one is published when it begins to sign, and an earlier one stays. */
const KEYS_MAX_AGE_S = 3_600

const TYPES = { csv: 'text/csv; charset=utf-8; header=present', jsonl: 'application/jsonl; charset=utf-8', vc: 'text/plain; charset=utf-8' } as const
const NAMES = { csv: 'receipts.csv', jsonl: 'receipts.jsonl', vc: 'receipts.vc.txt' } as const

const DESCRIBED = { response: { default: problemAnswer } }
const KEYS = {
  ...DESCRIBED,
  operationId: 'getKeySet',
  summary: 'Keys that credentials are signed with, now and before (RFC 7517)',
  tags: ['public'],
  produces: ['application/jwk-set+json'],
}
const CREDENTIAL = {
  ...DESCRIBED,
  operationId: 'getReceiptCredential',
  summary: 'A receipt as a W3C Verifiable Credential 2.0, secured as a JWT (vc+jwt)',
  tags: ['public'],
  params: { type: 'object', properties: { receiptId: { type: 'string' } }, required: ['receiptId'] },
  produces: ['application/vc+jwt'],
}
const RECEIPTS = {
  ...DESCRIBED,
  operationId: 'exportReceipts',
  summary: 'Receipts of your jobs, oldest work first: their intervals as CSV, bundles as JSON Lines, or credentials; for operators those of everybody',
  tags: ['requester'],
  security: [{ apiKey: [] }],
  querystring: { type: 'object', properties: Object.fromEntries(Object.keys(ReceiptExport.shape).map((name) => [name, { type: 'string' }])) },
  produces: Object.values(TYPES),
}

type Routes = Pick<ExportParts, 'keySet' | 'credential' | 'receipts'>

/** What is no JSON of the contract: keys, credentials, and exports that are written while they are read. */
export function bindExports(app: FastifyInstance, { keySet, credential, receipts }: Routes, checked: (request: FastifyRequest) => Checked): void {
  app.get('/.well-known/jwks.json', { schema: KEYS, config: { access: 'public' } }, async (_request, reply) =>
    reply
      .header('cache-control', `public, max-age=${KEYS_MAX_AGE_S}`)
      .type('application/jwk-set+json; charset=utf-8')
      .send(JSON.stringify(await keySet())),
  )
  app.get('/v1/receipts/:receiptId/credential', { schema: CREDENTIAL, config: { access: 'public' } }, async (request, reply) => {
    const { receiptId } = request.params as { readonly receiptId?: string }
    return reply.type('application/vc+jwt').send(await credential(parse(Id, receiptId, 'receipt id')))
  })
  app.get('/v1/receipt-export', { schema: RECEIPTS, config: { access: 'requester' } }, async (request, reply) => {
    const asked = parse(ReceiptExport, request.query)
    const pieces = receipts(requesterOf(checked(request).caller), asked)
    return reply
      .type(TYPES[asked.format])
      .header('content-disposition', `attachment; filename="${NAMES[asked.format]}"`)
      .send(Readable.from(pieces, { objectMode: false }))
  })
}
