import { WindfallError } from '../../shared/errors.ts'
import { toIso } from '../../shared/units.ts'
import type { Clock } from '../kernel/clock.ts'
import { packageVersion } from '../kernel/paths.ts'
import { sha256Hex } from '../kernel/signing.ts'
import { createDispatchStore } from './evidence/dispatch.store.ts'
import { type EvidenceDeps, type MeteredReceipt, evidenceOf } from './evidence/evidence.ts'
import type { Stretch } from './evidence/site-day.ts'
import { createSitesStore } from './evidence/sites.store.ts'
import type { EvidenceParts } from './http/export-parts.ts'
import { type Db, type Tx, transact } from './persistence/database.ts'
import { createReceiptBrowser } from './receipts/browse.store.ts'
import { statementOf, workedPages } from './receipts/browse.ts'
import { createCapabilitiesStore } from './registry/capabilities.store.ts'

interface EvidencingDeps extends Pick<EvidenceDeps, 'signer'> {
  readonly db: Db
  readonly clock: Pick<Clock, 'now'>
  readonly decide: (tx: Tx, kind: string, body: object) => Promise<void>
}

/** What operators know about the sites of machines, and the evidence of what happened there. Error of all: `not-found`. */
export function createEvidencing({ db, clock, decide, signer }: EvidencingDeps): EvidenceParts {
  const deps = { store: createDispatchStore(db), clock, version: packageVersion, signer, receipts: meteredPages(db) }
  const required = async (nodeId: string): Promise<string> => {
    const known = await createCapabilitiesStore(db).capabilities(nodeId)
    if (!known) throw new WindfallError('not-found', `There is no node ${nodeId}. To see those there are: windfall node list`)
    return known.zone
  }
  return {
    async evidence({ nodeId, date }) {
      const zone = await required(nodeId)
      return evidenceOf(deps, { site: await createSitesStore(db).get(nodeId), zone, date })
    },
    async site(nodeId) {
      await required(nodeId)
      return createSitesStore(db).get(nodeId)
    },
    async describeSite(by, { nodeId, ...changes }) {
      await required(nodeId)
      return transact(db, async (tx) => {
        const store = createSitesStore(tx)
        const known = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
        await store.put({ ...(await store.get(nodeId)), ...known, saidBy: by, saidAt: toIso(clock.now()) })
        await decide(tx, 'site.described', { nodeId, by, ...known })
        return store.get(nodeId)
      })
    },
  }
}

const meteredPages = (db: Db) =>
  async function* pages(nodeId: string, { from, to }: Stretch): AsyncGenerator<readonly MeteredReceipt[]> {
    for await (const page of workedPages(createReceiptBrowser(db), { nodeId, since: from, until: to }))
      yield page.map((receipt) => ({
        predicate: statementOf(receipt).predicate,
        leafIndex: receipt.leafIndex,
        bodySha256: sha256Hex(Buffer.from(receipt.envelope.payload, 'base64')),
      }))
  }
