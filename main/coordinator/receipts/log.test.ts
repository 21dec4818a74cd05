import type { KyselyPlugin } from 'kysely'
import { beforeEach, expect, test } from 'vitest'
import type { Envelope } from '../../../shared/contract/wire.ts'
import { TREE_HEAD_TYPE, TreeHead } from '../../../shared/domain/carbon-receipt.ts'
import { unpackEnvelope } from '../../../shared/domain/dsse.ts'
import { decodeBase64, decodeUtf8, encodeBase64, encodeUtf8 } from '../../../shared/domain/encoding.ts'
import { leafHash, verifyConsistency, verifyInclusion } from '../../../shared/domain/merkle.ts'
import { createIds } from '../../kernel/ids.ts'
import { nodeVerifyPort } from '../../kernel/verify-port.ts'
import { openTestDatabase } from '../persistence/database.fake.ts'
import { type Db, transact } from '../persistence/database.ts'
import { createLogHeads } from './heads.ts'
import { createReceiptIssuer } from './issue.ts'
import { EPOCH_MS, check, inputFor, logSigner, receiptSigner, world } from './issuing.fake.ts'
import { consistencyProof, inclusionProof, listAnchors, listEntries, listEpochHeads, listLeaves } from './log-read.ts'
import { appendToLog } from './log.ts'
import { createLogStore } from './log.store.ts'
import { bundleOf } from './read.ts'

const { sha256 } = nodeVerifyPort
let db: Db
beforeEach(async () => {
  db = await openTestDatabase()
  return () => db.destroy()
})

const bytes = (text: string): Uint8Array => decodeBase64(text) ?? new Uint8Array()

/** What a head says, once its signature holds. */
async function headOf(envelope: Envelope): Promise<TreeHead> {
  const opened = unpackEnvelope(envelope, TREE_HEAD_TYPE)
  if (typeof opened === 'string') throw new Error(opened)
  expect(await nodeVerifyPort.verify(logSigner.publicJwk, opened.signedBytes, opened.signature)).toBe(true)
  return TreeHead.parse(JSON.parse(decodeUtf8(opened.body) ?? ''))
}

/** Leaves that are no receipts, under a head after each batch. Returns the heads. */
async function grow(batches: readonly number[]): Promise<TreeHead[]> {
  const heads: TreeHead[] = []
  for (const [batch, count] of batches.entries()) {
    const bodies = Array.from({ length: count }, (_, index) => encodeUtf8(`${batch} ${index}`))
    const { head } = await transact(db, (tx) => appendToLog(createLogStore(tx), logSigner, { bodies, known: null, at: world(db).clock.now() }))
    heads.push(await headOf(head.envelope))
  }
  return heads
}

test('receipts that are issued together are under one head, and each is as valid as if it were alone', async () => {
  const { issuer, issue } = world(db)
  await issue()
  const together = await Promise.all([11, 12, 13, 14, 15].map((job) => inputFor(job)))
  const issued = await transact(db, (tx) => issuer.issue(tx, together))
  expect(new Set(issued.map(({ bundle }) => bundle.inclusion.treeHead.payload)).size).toBe(1)
  expect(issued.map(({ summary }) => [summary.jobId, summary.leafIndex])).toEqual([11, 12, 13, 14, 15].map((job, at) => [`job-${job}`, at + 1]))
  for (const { bundle, receiptId } of issued) {
    expect(await check(bundle)).toMatchObject({ valid: true })
    expect(await bundleOf(db, receiptId)).toEqual(bundle)
  }
  expect(await transact(db, (tx) => issuer.issue(tx, []))).toEqual([])
})

test('whoever else has written, and whatever was undone, the log goes on from where it is', async () => {
  const { issuer, issue, clock } = world(db)
  const other = createReceiptIssuer({ receiptSigner, logSigner, clock, ids: createIds(clock) })
  await issue()
  const undone = transact(db, async (tx) => {
    await issuer.issue(tx, [await inputFor(20)])
    throw new Error('no')
  })
  await expect(undone).rejects.toThrow('no')
  const input = await inputFor(21)
  await transact(db, (tx) => other.issue(tx, [input]))
  const { bundle, summary } = await issue()
  expect(summary.leafIndex).toBe(2)
  expect(await check(bundle)).toMatchObject({ valid: true })
})

test('every leaf is proven in the log of every size, by its number, its hash or the receipt it is of', async () => {
  const heads = await grow([1, 4, 1, 5])
  const { hashes: leaves } = await listLeaves(db, { from: 0, limit: 100 })
  expect(leaves[0]).toBe(encodeBase64(await leafHash(sha256, encodeUtf8('0 0'))))
  for (const [index, hash] of leaves.entries())
    for (const { treeSize, rootHash } of heads) {
      if (index >= treeSize) continue
      const proof = await inclusionProof(db, { hash, size: treeSize })
      expect(proof).toMatchObject({ leafIndex: index, treeSize })
      const path = { leafHash: bytes(hash), leafIndex: index, treeSize, hashes: proof.hashes.map(bytes), rootHash: bytes(rootHash) }
      expect(await verifyInclusion(sha256, path)).toBe(true)
    }
  // A size at which no head was signed has its proofs, too.
  expect(await inclusionProof(db, { leaf: 1, size: 3 })).toMatchObject({ treeSize: 3, treeHead: null })
  expect(await headOf((await inclusionProof(db, { leaf: 1 })).treeHead as Envelope)).toEqual(heads.at(-1))
  for (const wrong of [{ leaf: 3, size: 3 }, { leaf: 0, size: 12 }, { leaf: 11 }, {}, { leaf: 1, hash: leaves[1] }])
    await expect(inclusionProof(db, wrong)).rejects.toMatchObject({ code: 'input.invalid' })
  for (const unknown of [{ hash: encodeBase64(await sha256(encodeUtf8('x'))) }, { receipt: 'receipt-1' }])
    await expect(inclusionProof(db, unknown)).rejects.toMatchObject({ code: 'not-found' })
})

test('any two heads ever signed are consistent, those of the log as it is and of every epoch included', async () => {
  const { heads: log, clock } = world(db)
  // SHA-256 of nothing, RFC 9162 §2.1.1.
  expect(await headOf(await log.newest(db))).toMatchObject({ treeSize: 0, rootHash: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' })
  const heads = await grow([1, 2, 1, 4, 3])
  await log.signEpoch(db, EPOCH_MS)
  await log.signEpoch(db, EPOCH_MS)
  await clock.advance(EPOCH_MS)
  await log.signEpoch(db, EPOCH_MS)
  const epochs = await Promise.all((await listEpochHeads(db, { limit: 10 })).items.map(headOf))
  expect(epochs.map(({ treeSize, at }) => [treeSize, at])).toEqual([
    [11, '2026-11-21T15:00:00.000Z'],
    [11, '2026-11-21T16:00:00.000Z'],
  ])
  expect(await headOf(await log.newest(db))).toEqual(epochs[1])
  await clock.advance(5_000)
  const now = await headOf(await log.now(db))
  expect(now.at).toBe('2026-11-21T16:00:05.000Z')
  const all = [...heads, ...epochs, now]
  for (const first of all)
    for (const second of all) {
      if (first.treeSize > second.treeSize) continue
      const hashes = (await consistencyProof(db, first.treeSize, second.treeSize)).map(bytes)
      const roots = { firstSize: first.treeSize, firstRoot: bytes(first.rootHash), secondSize: second.treeSize, secondRoot: bytes(second.rootHash) }
      expect(await verifyConsistency(sha256, { ...roots, hashes })).toBe(true)
    }
  for (const [from, to] of [
    [0, 3],
    [1, 12],
    [4, 3],
  ] as const)
    await expect(consistencyProof(db, from, to)).rejects.toMatchObject({ code: 'input.invalid' })
})

test('a head is there for every size at which one was signed, and the newest is never older than the log', async () => {
  const { heads: log, clock } = world(db)
  expect(await headOf(await log.at(db, 0))).toMatchObject({ treeSize: 0 })
  await log.signEpoch(db, EPOCH_MS)
  const heads = await grow([2, 3])
  expect(await headOf(await log.newest(db))).toEqual(heads[1])
  expect(await headOf(await log.at(db, 2))).toEqual(heads[0])
  await expect(log.at(db, 1)).rejects.toThrow('for a log of 1 receipt. The next one is for 2.')
  // A head of today over the log of yesterday would look as if it had shrunk.
  await expect(log.at(db, 0)).rejects.toThrow('The next one is for 2.')
  await expect(log.at(db, 4)).rejects.toThrow('The next one is for 5.')
  await expect(log.at(db, 6)).rejects.toThrow('The log holds 5 receipts.')
  // Many who ask at once get one signature.
  const asked = await log.now(db)
  await clock.advance(999)
  expect(await log.now(db)).toBe(asked)
  await grow([1])
  expect(await headOf(await log.now(db))).toMatchObject({ treeSize: 6 })
})

test('heads that many ask for at the same moment cost one signature, and one that cannot be signed is tried again', async () => {
  const { clock } = world(db)
  let [signed, isAway] = [0, true]
  const sign = async (body: Uint8Array) => {
    signed++
    if (isAway) throw new Error('the signer is away')
    return logSigner.sign(body)
  }
  const log = createLogHeads({ logSigner: { keyId: logSigner.keyId, sign }, clock })
  await expect(log.now(db)).rejects.toThrow('away')
  isAway = false
  const heads = await Promise.all(Array.from({ length: 5 }, () => log.now(db)))
  expect([signed, new Set(heads).size]).toEqual([2, 1])
  // Before the first receipt they are not stored anywhere, and cost no more for that.
  expect(await Promise.all([log.newest(db), log.at(db, 0)])).toEqual([heads[0], heads[0]])
  expect(signed).toBe(2)
})

test('the log is read page by page: leaves and anchors by anyone, receipts by those they belong to', async () => {
  const { issue, plan, record } = world(db)
  for (let count = 0; count < 5; count++) await issue()
  const planned = await plan()
  expect((await listAnchors(db, { limit: 5 })).items).toMatchObject([{ treeSize: 5, memo: planned?.memo, anchor: null }])
  await record(planned?.memo ?? '')
  expect((await listAnchors(db, { after: 4, limit: 5 })).items).toMatchObject([{ anchor: { cluster: 'localnet', signature: '5'.repeat(88) } }])
  expect(await listAnchors(db, { after: 5, limit: 5 })).toEqual({ items: [], next: null })
  const seen: string[] = []
  for (let from: number | null = 0; from !== null; ) {
    const page: Awaited<ReturnType<typeof listLeaves>> = await listLeaves(db, { from, limit: 2 })
    seen.push(...page.hashes)
    expect(page.heads).toHaveLength(page.hashes.length)
    from = page.next
  }
  const entries = await listEntries(db, null, { from: 1, limit: 3 })
  expect([entries.items.map(({ leafIndex }) => leafIndex), entries.next]).toEqual([[1, 2, 3], 4])
  expect(await listEntries(db, null, { from: 4, limit: 3 })).toMatchObject({ items: [{ leafIndex: 4 }], next: null })
  expect(await listEntries(db, null, { from: 5, limit: 3 })).toEqual({ items: [], next: null })
  for (const { leafIndex, evidence } of entries.items)
    expect(encodeBase64(await leafHash(sha256, bytes(evidence?.receipt.payload ?? '')))).toBe(seen[leafIndex])
  await db.updateTable('receipt').set({ requester_id: 'ada' }).where('leaf_index', '=', 2).execute()
  expect((await listEntries(db, 'ada', { from: 0, limit: 5 })).items.map(({ evidence }) => evidence === null)).toEqual([true, true, false, true, true])
})

test('a proof takes three statements at most, and no more rows than twice the height of the tree', async () => {
  const size = 1_000
  await grow([size])
  const read = { statements: 0, rows: 0 }
  const counting: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      read.statements++
      read.rows += result.rows.length
      return result
    },
  }
  const counted = db.withPlugin(counting)
  const cost = async (ask: () => Promise<unknown>) => {
    Object.assign(read, { statements: 0, rows: 0 })
    await ask()
    return { ...read }
  }
  const most = 2 * Math.ceil(Math.log2(size))
  for (let at = 1; at < size; at += 83) {
    for (const { statements, rows } of [
      await cost(() => consistencyProof(counted, at, size)),
      await cost(() => consistencyProof(counted, at, size - (at % 7))),
    ]) {
      expect(statements).toBeLessThanOrEqual(2)
      expect(rows).toBeLessThanOrEqual(most + 1)
    }
    const { statements, rows } = await cost(() => inclusionProof(counted, { leaf: at - 1, size: size - (at % 5) }))
    expect(statements).toBe(3)
    expect(rows).toBeLessThanOrEqual(most + 2)
  }
})
