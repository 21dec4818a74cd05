import { afterEach, beforeAll, expect, test } from 'vitest'
import type { LogAnchor } from '../../../shared/contract/log.ts'
import type { Envelope } from '../../../shared/contract/wire.ts'
import { anchorMemo } from '../../../shared/domain/anchor-memo.ts'
import { RECEIPT_PAYLOAD_TYPE, TREE_HEAD_TYPE, type TreeHead } from '../../../shared/domain/carbon-receipt.ts'
import { payloadOf, signEnvelope } from '../../../shared/domain/dsse.ts'
import { encodeBase64, encodeUtf8 } from '../../../shared/domain/encoding.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { lamports } from '../../../shared/units.ts'
import type { HistoryItem } from '../../chain/chain.ts'
import { openTestDatabase } from '../../coordinator/persistence/database.fake.ts'
import type { Db } from '../../coordinator/persistence/database.ts'
import { EPOCH_MS, issueOne, inputFor, logSigner, receiptSigner, world } from '../../coordinator/receipts/issuing.fake.ts'
import { createReceiptIssuer } from '../../coordinator/receipts/issue.ts'
import { createIds } from '../../kernel/ids.ts'
import { createSigner, generateKeyPem } from '../../kernel/signing.ts'
import { type AuditRequest, auditLog } from './audit.ts'
import { keysOf, sourceOver } from './source.fake.ts'
import { type LogSource, logOf } from './source.ts'
import { withNumber } from './seen-proofs.ts'

const WALLET = '1'.repeat(32)
const KEYS = keysOf(WALLET)
const signatureOf = (letter: string): string => letter.repeat(88)

/** Seven receipts, of which four were anchored and the rest follow in an epoch of their own. */
async function anchoredLog(): Promise<{ readonly db: Db; readonly source: LogSource; readonly memo: string; readonly heads: readonly Envelope[] }> {
  const db = await openTestDatabase()
  const { issue, plan, record, heads, clock } = world(db)
  const issued = []
  for (let count = 0; count < 7; count++) {
    issued.push(await issue())
    if (count === 3) {
      await heads.signEpoch(db, EPOCH_MS)
      await record((await plan())?.memo ?? '', signatureOf('5'))
      await clock.advance(EPOCH_MS)
    }
  }
  await heads.signEpoch(db, EPOCH_MS)
  const [anchor] = await Array.fromAsync(sourceOver(db, KEYS).anchors())
  return { db, source: sourceOver(db, KEYS), memo: anchor?.memo ?? '', heads: issued.map(({ bundle }) => bundle.inclusion.treeHead) }
}

let real: Awaited<ReturnType<typeof anchoredLog>>
/** The same keys over other receipts. */
let fork: Awaited<ReturnType<typeof anchoredLog>>
beforeAll(async () => {
  ;[real, fork] = [await anchoredLog(), await anchoredLog()]
  return async () => {
    await real.db.destroy()
    await fork.db.destroy()
  }
})

const opened: Db[] = []
afterEach(async () => {
  for (const db of opened.splice(0)) await db.destroy()
})

const item = (memo: string, letter = '5'): HistoryItem => ({ signature: signatureOf(letter), slot: 1, err: null, memo: `[${memo.length}] ${memo}` })

/** A chain whose history is known. */
const chainOf = (history: readonly HistoryItem[]): NonNullable<AuditRequest['chain']> => ({
  genesisHash: async () => 'a local one',
  historyOf: async (_, { until }) => {
    const end = history.findIndex(({ signature }) => signature === until)
    return end < 0 ? history : history.slice(0, end)
  },
  transaction: async (signature) => {
    const found = history.find((one) => one.signature === signature)
    const memos = found?.memo ? [found.memo.replace(/^\[\d+\] /, '')] : []
    return found ? { slot: 1, err: null, fee: lamports(5_000n), memos, blockTime: null, changes: new Map(), tokenChanges: [] } : null
  },
})

const audit = (source: LogSource, changes: Partial<AuditRequest> = {}) =>
  auditLog({ source, pinned: null, state: null, seen: [], chain: null, progress: () => {}, ...changes })

const headOf = (envelope: Envelope) => payloadOf(envelope) as TreeHead
const signed = (head: Partial<TreeHead>, over: Envelope) => signEnvelope(TREE_HEAD_TYPE, encodeUtf8(JSON.stringify({ ...headOf(over), ...head })), logSigner)

test('an honest log is sound, with its receipts, its heads and its anchors', async () => {
  const progress: number[] = []
  const report = await audit(real.source, { chain: chainOf([item('other'), item(real.memo)]), progress: (done) => progress.push(done) })
  expect(report.finding).toBeNull()
  expect(report).toMatchObject({ sound: true, treeSize: 7, from: 0, receipts: 7, anchors: { shown: 1, final: 1, onChain: 1 }, notAnchored: 3 })
  expect(progress).toEqual([7])
  expect(report.rootHash).toBe(headOf(await real.source.head()).rootHash)
})

test('whoever may not read receipts checks leaves, heads and anchors, and the next audit with a key begins with the first receipt', async () => {
  const report = await audit({ ...real.source, entries: null })
  expect(report).toMatchObject({ sound: true, treeSize: 7, receipts: 0 })
  expect(await audit(real.source, { state: report.state })).toMatchObject({ sound: true, from: 0, receipts: 7 })
})

test('the next audit begins where the last one ended', async () => {
  const db = await openTestDatabase()
  opened.push(db)
  const { issue, plan, record } = world(db)
  for (let count = 0; count < 5; count++) await issue()
  const first = await audit(sourceOver(db, KEYS), { chain: chainOf([]) })
  await issue()
  const memo = (await plan())?.memo ?? ''
  await record(memo, signatureOf('6'))
  const asked: number[] = []
  const source = sourceOver(db, KEYS)
  const watched: LogSource = {
    ...source,
    leaves: (page) => {
      asked.push(page.from)
      return source.leaves(page)
    },
  }
  const history = [item(memo, '6'), item('other', '4')]
  const second = await audit(watched, { state: first.state, chain: chainOf(history) })
  expect(second).toMatchObject({ sound: true, from: 5, receipts: 1, anchors: { final: 1, onChain: 1 }, notAnchored: 0 })
  expect(asked).toEqual([5])
  const again = { state: second.state, pinned: [logSigner.keyId, receiptSigner.keyId] }
  expect(await audit(source, { ...again, chain: chainOf(history) })).toMatchObject({ sound: true, from: 6, receipts: 0, anchors: { onChain: 0 } })
  // Sent a second time since then.
  const doubled = chainOf([item(memo, '7'), ...history])
  expect((await audit(source, { ...again, chain: doubled })).finding).toMatchObject({ check: 'anchor', detail: expect.stringContaining('anchored twice') })
  const damaged = { ...second.state, end: (second.state?.end ?? []).toReversed() } as NonNullable<typeof second.state>
  await expect(audit(source, { state: damaged })).rejects.toMatchObject({ code: 'input.invalid' })
})

const rewritten = async (envelope: Envelope): Promise<Envelope> => {
  const body = Buffer.from(envelope.payload, 'base64').toString().replace('"GB-13"', '"GB-12"')
  return signEnvelope(RECEIPT_PAYLOAD_TYPE, encodeUtf8(body), receiptSigner)
}

/** What a coordinator that lies shows in place of the truth, and what an auditor says to it. */
const LIES: Readonly<Record<string, { readonly lie: () => Partial<LogSource>; readonly check: string; readonly says: RegExp }>> = {
  'removes a leaf': {
    lie: () => ({
      leaves: async (page) => {
        const { hashes, heads } = await real.source.leaves(page)
        return { hashes: hashes.toSpliced(2, 1), heads }
      },
    }),
    check: 'tree-head',
    says: /does not belong/,
  },
  'removes a leaf and the last head': {
    lie: () => ({
      leaves: async (page) => {
        const { hashes, heads } = await real.source.leaves(page)
        return { hashes: hashes.toSpliced(2, 1), heads: heads.slice(0, -1) }
      },
    }),
    check: 'leaf',
    says: /leaf 2 .*rewritten/,
  },
  'exchanges two leaves': {
    lie: () => ({
      entries: null,
      leaves: async (page) => {
        const { hashes, heads } = await real.source.leaves(page)
        return { hashes: [hashes[1] ?? '', hashes[0] ?? '', ...hashes.slice(2)], heads }
      },
    }),
    check: 'root',
    says: /root of the first 1 receipts/,
  },
  'says that it holds more than it gives': {
    lie: () => ({ head: async () => signed({ treeSize: 9 }, await real.source.head()) }),
    check: 'leaf',
    says: /gives 0 leaves from 7 on/,
  },
  'rewrites a receipt': {
    lie: () => ({
      entries: async (page) => {
        const items = (await real.source.entries?.(page)) ?? []
        return Promise.all(
          items.map(async (entry) =>
            entry.leafIndex === 4 && entry.evidence ? { ...entry, evidence: { ...entry.evidence, receipt: await rewritten(entry.evidence.receipt) } } : entry,
          ),
        )
      },
    }),
    check: 'leaf',
    says: /leaf 4 is not the one/,
  },
  'leaves out what a receipt rests on': {
    lie: () => ({
      entries: async (page) => {
        const items = (await real.source.entries?.(page)) ?? []
        const other = items[1]?.evidence?.proofs ?? []
        return items.map((entry) => (entry.leafIndex === 4 && entry.evidence ? { ...entry, evidence: { ...entry.evidence, proofs: other } } : entry))
      },
    }),
    check: 'receipt',
    says: /leaf 4 is not valid: proofs/,
  },
  'hides a receipt behind another': {
    lie: () => ({ entries: async (page) => ((await real.source.entries?.(page)) ?? []).toSpliced(3, 1) }),
    check: 'leaf',
    says: /leaf 4 in place of that of leaf 3/,
  },
  'signs a head of a fork': {
    lie: () => ({ head: async () => signed({ rootHash: headOf(await fork.source.head()).rootHash }, await real.source.head()) }),
    check: 'root',
    says: /root of the first 7 receipts/,
  },
  'signed the head of an epoch over a fork': {
    lie: () => ({ epochHeads: fork.source.epochHeads }),
    check: 'root',
    says: /root of the first 4 receipts/,
  },
  'shows a head that somebody else signed': {
    lie: () => ({ head: async () => signEnvelope(TREE_HEAD_TYPE, encodeUtf8('{}'), receiptSigner) }),
    check: 'tree-head',
    says: /form/,
  },
  'signed a head that says two sizes': {
    lie: () => ({
      head: async () => {
        const text = JSON.stringify(headOf(await real.source.head()))
        return signEnvelope(TREE_HEAD_TYPE, encodeUtf8(text.replace('{', '{"treeSize":9,')), logSigner)
      },
    }),
    check: 'tree-head',
    says: /form/,
  },
  'publishes a key that is not that of its log': {
    lie: () => ({ keys: async () => ({ ...KEYS, logKey: KEYS.receiptKey }) }),
    check: 'log-key',
    says: /names its log/,
  },
  'anchored another root': {
    lie: () => ({
      anchors: async function* () {
        for await (const anchor of real.source.anchors()) yield { ...anchor, memo: fork.memo }
      },
    }),
    check: 'anchor',
    says: /root of the first 4 receipts/,
  },
  'shows an anchor whose memo is about something else': {
    lie: () => ({
      anchors: async function* () {
        for await (const anchor of real.source.anchors()) yield { ...anchor, treeSize: 3 }
      },
    }),
    check: 'anchor',
    says: /does not say so/,
  },
  'shows an anchor twice': {
    lie: () => ({
      anchors: async function* (): AsyncGenerator<LogAnchor> {
        for (let time = 0; time < 2; time++) yield* real.source.anchors()
      },
    }),
    check: 'anchor',
    says: /two anchors for a log of 4/,
  },
}

test.each(Object.entries(LIES))('a coordinator that %s is found out', async (_, { lie, check, says }) => {
  const { sound, finding, state } = await audit({ ...real.source, ...lie() })
  expect({ sound, state }).toEqual({ sound: false, state: null })
  expect(finding).toMatchObject({ check, detail: expect.stringMatching(says) })
})

const seen = (treeHead: Envelope | undefined) => [{ name: 'mine.wfreceipt', treeHead: treeHead as Envelope }]

test('a log that was rewritten, forked or cut off since the last audit is found out, and so is one that shows others another head', async () => {
  const { state } = await audit(real.source)
  expect((await audit(fork.source, { state })).finding).toMatchObject({ check: 'consistency', detail: expect.stringContaining('rewritten or forked') })
  const short = { ...real.source, head: async () => real.heads[4] ?? real.source.head() }
  expect((await audit(short, { state })).finding).toMatchObject({ check: 'consistency', detail: expect.stringContaining('it has shrunk') })
  const other = { ...real.source, keys: async () => ({ ...KEYS, logKey: KEYS.receiptKey, logId: receiptSigner.keyId }) }
  expect((await audit(other, { state })).finding).toMatchObject({ check: 'log-key', detail: expect.stringContaining('one key for life') })
  expect((await audit(real.source, { pinned: [receiptSigner.keyId] })).finding).toMatchObject({ check: 'log-key' })

  for (const before of [null, state]) {
    expect(await audit(real.source, { state: before, seen: seen(real.heads[2]) })).toMatchObject({ sound: true })
    expect((await audit(real.source, { state: before, seen: seen(fork.heads[2]) })).finding).toMatchObject({
      detail: expect.stringContaining('mine.wfreceipt'),
    })
  }
  const larger = await signed({ treeSize: 8 }, await real.source.head())
  expect((await audit(real.source, { seen: seen(larger) })).finding).toMatchObject({ check: 'consistency', detail: expect.stringContaining('it has shrunk') })
})

test('anchors are where the coordinator says, each once, and nowhere else', async () => {
  const says = async (history: readonly HistoryItem[]) => (await audit(real.source, { chain: chainOf(history) })).finding?.detail ?? ''
  expect(await says([])).toMatch(/is said to be anchored by 5+, and no final transaction/)
  expect(await says([item('other')])).toMatch(/no final transaction/)
  expect(await says([item(real.memo, '6'), item(real.memo)])).toMatch(/anchored twice/)
  expect(await says([item(fork.memo, '6'), item(real.memo)])).toMatch(/with a root that the coordinator does not show/)
  const unknown = anchorMemo({ logId: logSigner.keyId, treeSize: 6, rootHash: headOf(real.heads[5] as Envelope).rootHash })
  expect(await says([item(unknown, '6'), item(real.memo)])).toMatch(/does not show/)
  // Another log on the same wallet, and one that failed, say nothing about this one.
  const others = anchorMemo({ logId: receiptSigner.keyId, treeSize: 6, rootHash: encodeBase64(new Uint8Array(32)) })
  expect(await says([item(others, '6'), { ...item(fork.memo, '7'), err: '{}' }, item(real.memo)])).toBe('')
  const mainnet = { ...chainOf([item(real.memo)]), genesisHash: async () => '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d' }
  await expect(audit(real.source, { chain: mainnet })).rejects.toThrow(/serves mainnet-beta/)
})

test('receipts that another key signed, and energy that two receipts claim, are found out', async () => {
  const db = await openTestDatabase()
  opened.push(db)
  const { issue, issuer, clock } = world(db)
  await issue()
  await issueOne(db, issuer, await inputFor(9, 1))
  const stranger = createReceiptIssuer({ receiptSigner: createSigner(generateKeyPem()), logSigner, clock, ids: createIds(clock) })
  const { finding } = await audit(sourceOver(db, KEYS))
  expect(finding).toMatchObject({ check: 'proof', leafIndex: 1, detail: expect.stringContaining('another receipt claims') })
  await issueOne(db, stranger, await inputFor(3))
  const third = await audit({
    ...sourceOver(db, KEYS),
    entries: async (page) => ((await sourceOver(db, KEYS).entries?.(page)) ?? []).map((one) => (one.leafIndex < 2 ? { ...one, evidence: null } : one)),
  })
  expect(third.finding).toMatchObject({ check: 'receipt', leafIndex: 2, detail: expect.stringContaining('coordinator-key') })
})

test('the proofs of a node are remembered as few runs', () => {
  expect(withNumber([], 5)).toEqual([[5, 5]])
  expect(
    withNumber(
      [
        [1, 3],
        [5, 9],
      ],
      4,
    ),
  ).toEqual([[1, 9]])
  expect(withNumber([[1, 3]], 5)).toEqual([
    [1, 3],
    [5, 5],
  ])
  expect(withNumber([[4, 6]], 3)).toEqual([[3, 6]])
  for (const known of [1, 2, 3]) expect(withNumber([[1, 3]], known)).toBeNull()
})

test('a coordinator that asks for patience gets it, but not for ever', async () => {
  let [asked, waited] = [0, 0]
  const busy = (refusals: number): Parameters<typeof logOf>[0]['anyone'] => ({
    call: async () => {
      if (asked++ < refusals) throw new WindfallError('rate.limited', 'too many')
      return { treeHead: real.heads[0] } as never
    },
  })
  const pause = async () => waited++
  expect(await logOf({ anyone: busy(3), reader: null }, pause).head()).toBe(real.heads[0])
  expect([asked, waited]).toEqual([4, 3])
  await expect(logOf({ anyone: busy(Number.POSITIVE_INFINITY), reader: null }, pause).head()).rejects.toMatchObject({ code: 'rate.limited' })
})

test('what does not answer is no finding', async () => {
  await expect(audit({ ...real.source, leaves: async () => Promise.reject(new WindfallError('unavailable', 'nobody there')) })).rejects.toMatchObject({
    code: 'unavailable',
  })
})
