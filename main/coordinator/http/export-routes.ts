import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { parse } from '../../../shared/contract/define.ts'
import { ReceiptExport } from '../../../shared/contract/receipt.ts'
import { Id } from '../../../shared/contract/wire.ts'
import { WindfallError } from '../../../shared/errors.ts'
import type { Checked } from './access.ts'
import { viewerOf } from './callers.ts'
import type { ExportParts } from './export-parts.ts'

/** Readers may keep the keys for as long; a new one is published when it begins to sign, and an earlier one stays. */
const KEYS_MAX_AGE_S = 3_600

const TYPES = { csv: 'text/csv; charset=utf-8; header=present', jsonl: 'application/jsonl; charset=utf-8', vc: 'text/plain; charset=utf-8' } as const
const NAMES = { csv: 'receipts.csv', jsonl: 'receipts.jsonl', vc: 'receipts.vc.txt' } as const

/** Exports that one requester has made at once: each holds a page of receipts for as long as its reader takes. */
const MOST_AT_ONCE = 4

/** Counts what a caller has going on; the function ends it. Error: `rate.limited`. */
function createPlaces(): (caller: string) => () => void {
  const taken = new Map<string, number>()
  return (caller) => {
    const before = taken.get(caller) ?? 0
    if (before >= MOST_AT_ONCE) throw new WindfallError('rate.limited', `${MOST_AT_ONCE} exports of yours are being read. Ask again when one of them is done.`)
    taken.set(caller, before + 1)
    return () => {
      const left = (taken.get(caller) ?? 1) - 1
      if (left > 0) taken.set(caller, left)
      else taken.delete(caller)
    }
  }
}

type Routes = Pick<ExportParts, 'keySet' | 'credential' | 'receipts'>

/** What is no JSON of the contract: keys, credentials, and exports that are written while they are read. */
export function bindExports(app: FastifyInstance, { keySet, credential, receipts }: Routes, checked: (request: FastifyRequest) => Checked): void {
  const takePlace = createPlaces()
  app.get('/.well-known/jwks.json', { config: { access: 'public' } }, async (_request, reply) =>
    reply
      .header('cache-control', `public, max-age=${KEYS_MAX_AGE_S}`)
      .type('application/jwk-set+json; charset=utf-8')
      .send(JSON.stringify(await keySet())),
  )
  app.get('/v1/receipts/:receiptId/credential', { config: { access: 'public' } }, async (request, reply) => {
    const { receiptId } = request.params as { readonly receiptId?: string }
    return reply.type('application/vc+jwt').send(await credential(parse(Id, receiptId, 'receipt id')))
  })
  app.get('/v1/receipt-export', { config: { access: 'receipts.read' } }, async (request, reply) => {
    const asked = parse(ReceiptExport, request.query)
    const viewer = viewerOf(checked(request).caller)
    const pieces = Readable.from(await receipts(viewer, asked), { objectMode: false })
    // Closed however it ends: read to the end, broken off, or never begun.
    pieces.once('close', takePlace(viewer.account ?? viewer.by))
    return reply.type(TYPES[asked.format]).header('content-disposition', `attachment; filename="${NAMES[asked.format]}"`).send(pieces)
  })
}
