import { beforeEach, expect, test } from 'vitest'
import { signEnvelope } from '../../../shared/domain/dsse.ts'
import { ENERGY_PROOF_TYPE } from '../../../shared/domain/energy-proof.ts'
import { testGrid, testNextKeys, testNode, testRotations, toBytes } from '../../../shared/domain/receipt-bundle.fake.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { createIds } from '../../kernel/ids.ts'
import { createSigner, generateKeyPem } from '../../kernel/signing.ts'
import { openTestDatabase } from '../persistence/database.fake.ts'
import { type Db, transact } from '../persistence/database.ts'
import { createReceiptIssuer, type IssueInput } from './issue.ts'
import { check, inputFor, issueOne, receiptSigner, world } from './issuing.fake.ts'
import { listReceipts } from './browse.ts'
import { bundleOf } from './read.ts'

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
  expect((await issueOne(db, issuer, mixed)).summary.origin).toBe('modelled')
})

test('what fails after issuing leaves no receipt, no leaf and no head', async () => {
  const { issuer, issue, heads } = world(db)
  const before = await issue()
  const input = await inputFor(7)
  const failing = transact(db, async (tx) => {
    await issuer.issue(tx, [input])
    throw new Error('the ledger said no')
  })
  await expect(failing).rejects.toThrow('the ledger said no')
  expect(await heads.newest(db)).toEqual(before.bundle.inclusion.treeHead)
  expect((await listReceipts(db, {}, { after: null, limit: 10 })).items).toHaveLength(1)
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
  await expect(issueOne(db, issuer, input)).rejects.toMatchObject({ code: 'grid.unavailable' })
  expect((await listReceipts(db, {}, { after: null, limit: 10 })).items).toEqual([])
})

test('a job on a node gets one receipt, however often it is asked for', async () => {
  const { issuer, issue } = world(db)
  await issue()
  const again = await inputFor(1)
  await expect(issueOne(db, issuer, again)).rejects.toThrow(/unique/i)
  expect((await listReceipts(db, {}, { after: null, limit: 10 })).items).toHaveLength(1)
})

test('another log key cannot continue a log', async () => {
  const { issue, clock } = world(db)
  await issue()
  const other = createReceiptIssuer({ receiptSigner, logSigner: createSigner(generateKeyPem()), clock, ids: createIds(clock) })
  const input = await inputFor(2)
  await expect(issueOne(db, other, input)).rejects.toMatchObject({ code: 'config.invalid' })
})

test('pages go from the newest receipt to the first, each once', async () => {
  const { issue } = world(db)
  for (let count = 0; count < 7; count++) await issue()
  const seen: number[] = []
  for (let after: string | null = null, more = true; more; ) {
    const page = await listReceipts(db, {}, { after, limit: 3 })
    seen.push(...page.items.map(({ leafIndex }) => leafIndex))
    after = page.next
    more = after !== null
  }
  expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0])
  await expect(listReceipts(db, {}, { after: 'x', limit: 3 })).rejects.toMatchObject({ code: 'input.invalid' })
  await expect(bundleOf(db, 'nothing')).rejects.toMatchObject({ code: 'not-found' })
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
  const { bundle, receiptId } = await issueOne(db, issuer, { ...input, proofs: [{ ...proof, envelope }], nodeKeys, rotations: statements })
  expect(bundle).toMatchObject({ bundle: 'windfall.receipt-bundle/v2', rotations: statements })
  expect(await check(bundle)).toMatchObject({ valid: true })
  expect(await bundleOf(db, receiptId)).toEqual(bundle)
})

test('a model name that no database column holds does not keep a receipt from being issued', async () => {
  const { issuer } = world(db)
  const input = await inputFor(1)
  const { bundle, receiptId } = await issueOne(db, issuer, { ...input, job: { ...input.job, modelId: 'a\u0000b' } })
  expect(await check(bundle)).toMatchObject({ valid: true })
  expect(await db.selectFrom('receipt').select(['id', 'model_id']).execute()).toEqual([{ id: receiptId, model_id: 'ab' }])
  const { items } = await listReceipts(db, { modelId: 'a\u0000b' }, { after: null, limit: 5 })
  expect(items.map((item) => item.receiptId)).toEqual([receiptId])
})
