import { beforeEach, expect, test } from 'vitest'
import { TREE_HEAD_TYPE, TreeHead } from '../../../shared/domain/carbon-receipt.ts'
import { signEnvelope, unpackEnvelope } from '../../../shared/domain/dsse.ts'
import { decodeBase64, decodeUtf8 } from '../../../shared/domain/encoding.ts'
import { ENERGY_PROOF_TYPE } from '../../../shared/domain/energy-proof.ts'
import { verifyConsistency } from '../../../shared/domain/merkle.ts'
import { testGrid, testNextKeys, testNode, testRotations, toBytes } from '../../../shared/domain/receipt-bundle.fake.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { createIds } from '../../kernel/ids.ts'
import { createSigner, generateKeyPem } from '../../kernel/signing.ts'
import { nodeVerifyPort } from '../../kernel/verify-port.ts'
import { openTestDatabase } from '../persistence/database.fake.ts'
import { type Db, transact } from '../persistence/database.ts'
import { createReceiptIssuer, type IssueInput } from './issue.ts'
import { check, inputFor, logSigner, receiptSigner, world } from './issuing.fake.ts'
import { bundleOf, consistencyProof, listReceipts } from './read.ts'

let db: Db
beforeEach(async () => {
  db = await openTestDatabase()
  return () => db.destroy()
})

test('every receipt of a growing log is valid for an auditor who has only the file', async () => {
  const { issue } = world(db)
  const issued = []
  for (let count = 0; count < 9; count++) issued.push(await issue())
  for (const [index, { bundle, summary, receiptId }] of issued.entries()) {
    expect(await check(bundle)).toMatchObject({ valid: true })
    expect(await bundleOf(db, receiptId)).toEqual(bundle)
    expect(summary).toMatchObject({
      receiptId,
      leafIndex: index,
      jobId: `job-${index + 1}`,
      zone: 'GB-13',
      origin: 'recorded',
      issuedAt: '2026-11-21T15:00:00.000Z',
    })
  }
})

test('the summary carries the least trustworthy origin of its intervals', async () => {
  const { issuer } = world(db)
  const input = await inputFor(1)
  const mixed = {
    ...input,
    intensityAt: (from: number) => ({ ...testGrid(80), origin: from < Date.parse('2026-11-21T14:00:00.000Z') ? ('modelled' as const) : ('live' as const) }),
  }
  expect((await transact(db, (tx) => issuer.issue(tx, mixed))).summary.origin).toBe('modelled')
})

test('what fails after issuing leaves no receipt, no leaf and no head', async () => {
  const { issuer, issue } = world(db)
  const before = await issue()
  const input = await inputFor(7)
  const failing = transact(db, async (tx) => {
    await issuer.issue(tx, input)
    throw new Error('the ledger said no')
  })
  await expect(failing).rejects.toThrow('the ledger said no')
  expect(await issuer.currentTreeHead(db)).toEqual(before.bundle.inclusion.treeHead)
  expect((await listReceipts(db, { after: null, limit: 10 })).items).toHaveLength(1)
  expect((await issue()).summary.leafIndex).toBe(1)
})

test('an hour without grid data stops the receipt, it is not guessed', async () => {
  const { issuer } = world(db)
  const input: IssueInput = {
    ...(await inputFor(1)),
    intensityAt: () => {
      throw new WindfallError('grid.unavailable', 'no data')
    },
  }
  await expect(transact(db, (tx) => issuer.issue(tx, input))).rejects.toMatchObject({ code: 'grid.unavailable' })
  expect((await listReceipts(db, { after: null, limit: 10 })).items).toEqual([])
})

test('a job on a node gets one receipt, however often it is asked for', async () => {
  const { issuer, issue } = world(db)
  await issue()
  const again = await inputFor(1)
  await expect(transact(db, (tx) => issuer.issue(tx, again))).rejects.toThrow(/unique/i)
  expect((await listReceipts(db, { after: null, limit: 10 })).items).toHaveLength(1)
})

test('another log key cannot continue a log', async () => {
  const { issue, clock } = world(db)
  await issue()
  const other = createReceiptIssuer({ receiptSigner, logSigner: createSigner(generateKeyPem()), clock, ids: createIds(clock) })
  const input = await inputFor(2)
  await expect(transact(db, (tx) => other.issue(tx, input))).rejects.toMatchObject({ code: 'config.invalid' })
})

test('an empty log has a signed head too', async () => {
  const opened = unpackEnvelope(await world(db).issuer.currentTreeHead(db), TREE_HEAD_TYPE)
  if (typeof opened === 'string') throw new Error(opened)
  expect(await nodeVerifyPort.verify(logSigner.publicJwk, opened.signedBytes, opened.signature)).toBe(true)
  // SHA-256 of nothing, RFC 9162 §2.1.1.
  expect(JSON.parse(decodeUtf8(opened.body) ?? '')).toMatchObject({ treeSize: 0, rootHash: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' })
})

test('pages go from the newest receipt to the first, each once', async () => {
  const { issue } = world(db)
  for (let count = 0; count < 7; count++) await issue()
  const seen: number[] = []
  for (let after: string | null = null, more = true; more; ) {
    const page = await listReceipts(db, { after, limit: 3 })
    seen.push(...page.items.map(({ leafIndex }) => leafIndex))
    after = page.next
    more = after !== null
  }
  expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0])
  await expect(listReceipts(db, { after: 'x', limit: 3 })).rejects.toMatchObject({ code: 'input.invalid' })
  await expect(bundleOf(db, 'nothing')).rejects.toMatchObject({ code: 'not-found' })
})

const rootOf = (payload: string) =>
  decodeBase64(TreeHead.parse(JSON.parse(decodeUtf8(decodeBase64(payload) ?? new Uint8Array()) ?? '')).rootHash) ?? new Uint8Array()

test('any two heads ever signed are consistent', async () => {
  const { issue } = world(db)
  const roots: Uint8Array[] = []
  for (let count = 0; count < 12; count++) roots.push(rootOf((await issue()).bundle.inclusion.treeHead.payload))
  for (const [first, firstRoot] of roots.entries())
    for (const [second, secondRoot] of roots.entries()) {
      if (first > second) continue
      const hashes = (await consistencyProof(db, first + 1, second + 1)).map((hash) => decodeBase64(hash) ?? new Uint8Array())
      expect(await verifyConsistency(nodeVerifyPort.sha256, { firstSize: first + 1, firstRoot, secondSize: second + 1, secondRoot, hashes })).toBe(true)
    }
  await expect(consistencyProof(db, 0, 3)).rejects.toMatchObject({ code: 'input.invalid' })
  await expect(consistencyProof(db, 1, 13)).rejects.toMatchObject({ code: 'input.invalid' })
})

test('the receipt of a node that replaced its key is valid for an auditor who has only the file, and says how the keys follow', async () => {
  const { issuer } = world(db)
  const input = await inputFor(1)
  const { statements } = await testRotations(testNextKeys)
  const [proof] = input.proofs
  const signer = testNextKeys.at(-1)
  if (!proof || !signer) throw new Error('nothing to sign')
  const envelope = await signEnvelope(ENERGY_PROOF_TYPE, toBytes(proof.proof), signer)
  const nodeKeys = [testNode, ...testNextKeys].map(({ publicJwk }) => publicJwk)
  const { bundle, receiptId } = await transact(db, (tx) => issuer.issue(tx, { ...input, proofs: [{ ...proof, envelope }], nodeKeys, rotations: statements }))
  expect(bundle).toMatchObject({ bundle: 'windfall.receipt-bundle/v2', rotations: statements })
  expect(await check(bundle)).toMatchObject({ valid: true })
  expect(await bundleOf(db, receiptId)).toEqual(bundle)
})
