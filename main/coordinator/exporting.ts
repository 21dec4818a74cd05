import type { OutputOf } from '../../shared/contract/define.ts'
import type { coordinatorContract } from '../../shared/contract/coordinator.ts'
import { WindfallError } from '../../shared/errors.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Signer } from '../kernel/signing.ts'
import { type Counted, requireShort, sumEmissions } from './emissions/emissions.ts'
import type { ExportParts } from './http/export-parts.ts'
import type { Db } from './persistence/database.ts'
import { type ReceiptFilter, createReceiptBrowser } from './receipts/browse.store.ts'
import { filterFor, intervalsIn, listReceipts, statementOf, workedPages } from './receipts/browse.ts'
import { credentialOf, issuerOf, keySetOf } from './receipts/credential.ts'
import { exportReceipts } from './receipts/export.ts'
import { createReceiptKeysStore } from './receipts/keys.store.ts'
import { bundleOf } from './receipts/read.ts'
import { createReceiptsStore } from './receipts/receipts.store.ts'

export interface ExportingDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'now'>
  /** Signs receipts, and what is made of them. */
  readonly signer: Pick<Signer, 'keyId' | 'publicJwk' | 'sign'>
  readonly logId: string
  /** Under which address others reach this coordinator; `null` if it has none. */
  readonly publicUrl: string | null
}

/** What receipts look like from outside: found, exported, summed. Keeps the key that signs now, so that it stays known when another one takes over. */
export async function createExporting({ db, clock, signer, logId, publicUrl }: ExportingDeps): Promise<ExportParts> {
  const keys = createReceiptKeysStore(db)
  await keys.add(signer, clock.now())
  const browser = createReceiptBrowser(db)
  const issuing = { signer, logId, issuer: issuerOf(publicUrl, logId) }
  const alone = createTurns()
  const sum = async (filter: ReceiptFilter, question: Pick<EmissionsAsked, 'by' | 'after' | 'limit'>) => {
    const { since, until } = filter
    requireShort({ ...question, since, until })
    return sumEmissions({ pages: countedPages(browser, filter), several: await browser.several(filter) }, { ...question, since, until })
  }
  return {
    list: (viewer, { after, limit, ...filters }) => listReceipts(db, filterFor(viewer, filters), { after, limit }),
    keySet: async () => keySetOf(signer, await keys.all()),
    credential: async (receiptId) => credentialOf(issuing, await storedReceipt(db, receiptId)),
    receipts: async (viewer, { format, ...filters }) => {
      const filter = filterFor(viewer, filters)
      await requireNamed(db, filter)
      return exportReceipts(browser, filter, { bundleOf: (id) => bundleOf(db, id), credentialOf: (receipt) => credentialOf(issuing, receipt) })[format]()
    },
    emissions: (viewer, { by: group, after, limit, ...filters }) =>
      alone(viewer.account ?? viewer.by, () => sum(filterFor(viewer, filters), { by: group, after, limit })),
    ownEmissions: (nodeId, { by, after, limit, ...stretch }) => alone(nodeId, () => sum({ ...filterFor(EVERYBODY, stretch), nodeId }, { by, after, limit })),
  }
}

const EVERYBODY = { account: null, all: true }

/** Who names a receipt is told where there is none. Error: `not-found`. */
async function requireNamed(db: Db, { receiptId, ...others }: ReceiptFilter): Promise<void> {
  if (receiptId === undefined) return
  const { items } = await listReceipts(db, { receiptId, ...others }, { after: null, limit: 1 })
  if (items.length === 0) throw new WindfallError('not-found', `There is no receipt ${receiptId} that you may see and that the rest applies to.`)
}

/** A sum reads every receipt that it is over: nobody has several made at once. Error: `rate.limited`. */
function createTurns(): <T>(who: string, run: () => Promise<T>) => Promise<T> {
  const busy = new Set<string>()
  return async (who, run) => {
    if (busy.has(who)) throw new WindfallError('rate.limited', 'Another sum of yours is being made. Ask again when it is there.')
    busy.add(who)
    try {
      return await run()
    } finally {
      busy.delete(who)
    }
  }
}

async function storedReceipt(db: Db, receiptId: string) {
  const receipt = await createReceiptsStore(db).receipt(receiptId)
  if (!receipt) throw new WindfallError('not-found', `There is no receipt ${receiptId}.`)
  return receipt
}

type EmissionsAsked = Pick<OutputOf<(typeof coordinatorContract)['getEmissions']>, 'by'> & { readonly after: string | null; readonly limit: number }

/** A sum reads much and keeps nothing of it. */
const PAGE = 500

async function* countedPages(browser: ReturnType<typeof createReceiptBrowser>, filter: ReceiptFilter): AsyncGenerator<readonly Counted[]> {
  for await (const page of workedPages(browser, filter, PAGE))
    yield page.map((receipt) => {
      const { predicate } = statementOf(receipt)
      return { predicate, intervals: intervalsIn(predicate, filter), gpuHours: receipt.gpuHours, requesterId: receipt.requesterId }
    })
}
