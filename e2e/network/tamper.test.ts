import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ReceiptSummary } from '../../shared/contract/receipt.ts'
import type { JobView, Lease } from '../../shared/contract/job.ts'
import { openOwnProof } from '../../main/agent/proofs/prove.ts'
import { openTestWallet } from '../../main/cli/test-funds.ts'
import { createSigner, generateKeyPem, sha256Hex } from '../../main/kernel/signing.ts'
import { type Books, balanceOf, openingBalanceOf, startFleet } from '../support/fleet.ts'
import { type RogueNode, type Submission, enrolRogue } from '../support/rogue-node.ts'
import { answer, temporaryDirectory, until, windfall } from '../support/windfall.ts'

const MODULE = Buffer.from('\0asm\u0001\0\0\0')
const OUTPUT = Buffer.from('what the job was asked for')
const FAKE = Buffer.from('something else')
const SPEC = {
  kind: 'data-hash',
  name: 'Small job',
  runtime: { name: 'wasm' },
  limits: { wallSeconds: 120, memoryBytes: 67_108_864, outputBytes: 1_024, cpus: 1 },
  needs: { gpus: 0, vramBytes: 0, ramBytes: 0 },
  expected: { seconds: 30, watts: 250 },
  price: { microUsdPerHour: '3600000000', maxMicroUsd: '100000000' },
  carbon: { rule: 'now', capG: null },
  outputSha256: sha256Hex(OUTPUT),
}

type Tamper = Partial<Omit<Submission, 'lease'>>

/** What the owner is told of proofs that did not count. */
const refusals = async (node: RogueNode) => (await node.events()).filter(({ kind }) => kind === 'proof-refused')

/** Submits and expects a refusal: over HTTP with this code, in the owner's feed with the same code and words, and without a step in the chain. */
async function refuses(node: RogueNode, code: string, lease: Lease, tamper: Tamper): Promise<void> {
  await node.hold(lease)
  const before = await refusals(node)
  const chain = await node.client.call('proofChain', {})
  const submission = await node.prove({ lease, output: OUTPUT, ...tamper })
  const error: unknown = await node.send(submission).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ name: 'WindfallError', code, status: code === 'proof.replayed' ? 409 : 422 })
  const told = (await refusals(node)).slice(before.length)
  expect(told, code).toMatchObject([{ code, message: (error as Error).message.slice(0, 500) }])
  expect(await node.client.call('proofChain', {})).toEqual(chain)
}

test('whatever a node forges is refused with its own code and shown to its owner; its honest proofs are receipted once and paid once', async () => {
  using root = temporaryDirectory()
  await using fleet = await startFleet(root.path)
  const coordinator = await fleet.startCoordinator()
  const { url } = coordinator.ready
  const data = fleet.directory('coordinator')
  const wallet = await openTestWallet(root.path, fleet.rpcUrl)
  const before = await openingBalanceOf(fleet, wallet)
  const node = await enrolRogue(url, wallet)
  writeFileSync(join(root.path, 'module.wasm'), MODULE)
  writeFileSync(join(root.path, 'job.json'), JSON.stringify(SPEC))
  const submit = () => answer<JobView>(['job', 'submit', join(root.path, 'job.json'), '--archive', join(root.path, 'module.wasm'), '--data', data])
  const job = (jobId: string) => answer<JobView>(['job', 'show', jobId, '--data', data])

  const first = await submit()
  const lease = await node.lease()
  expect(lease.jobId).toBe(first.jobId)
  const stranger = createSigner(generateKeyPem())
  const honest = await node.prove({ lease, output: OUTPUT })

  // Signed by another key: under its own name, and under the name of this node.
  await refuses(node, 'proof.signature', lease, { signedBy: stranger })
  await refuses(node, 'proof.signature', lease, { signedBy: { keyId: node.signer.keyId, sign: stranger.sign } })
  await refuses(node, 'proof.wrong-node', lease, { changes: { nodeId: stranger.keyId } })
  // Out of sequence: a number that skips one, and a predecessor that nobody knows.
  await refuses(node, 'proof.sequence', lease, { changes: { seq: 2, prev: 'a'.repeat(64) } })
  await refuses(node, 'proof.sequence', lease, { changes: { prev: 'a'.repeat(64) } })
  // Ten times what was measured and more than the card can draw, and intervals that do not add up to what is claimed.
  const { boardJ, intervals } = openOwnProof(honest.envelope).proof
  await refuses(node, 'proof.implausible', lease, {
    changes: { boardJ: boardJ * 10, intervals: intervals.map((interval) => ({ ...interval, joules: interval.joules * 10 })) },
  })
  await refuses(node, 'proof.implausible', lease, { changes: { boardJ: boardJ + 1 } })
  // For a lease the node never had: in the body, and as the lease it is submitted under.
  await refuses(node, 'proof.lease', lease, { changes: { leaseId: 'a-lease-of-somebody-else' } })
  await refuses(node, 'proof.lease', lease, { under: { leaseId: 'a-lease-of-somebody-else', token: 1 } })
  await refuses(node, 'proof.lease', lease, { under: { ...lease, token: lease.token + 1 } })
  // Other bytes than those that were signed.
  await refuses(node, 'proof.output', lease, { sends: FAKE })
  expect((await job(first.jobId)).state).toBe('running')

  // All of that has cost the lease nothing: the honest proof counts, once, however often it is sent.
  const accepted = await node.send(honest)
  expect(await node.send(honest)).toEqual(accepted)
  expect(await job(first.jobId)).toMatchObject({ state: 'completed', receiptId: accepted.receiptId, outputSha256: sha256Hex(OUTPUT) })

  // The place of an accepted proof, for another job.
  const second = await submit()
  const next = await node.lease()
  expect(next.jobId).toBe(second.jobId)
  await refuses(node, 'proof.sequence', next, { changes: { seq: 1, prev: null } })
  // A result that is not the one the job must have ends the attempt; what was signed for it is worth nothing under the next one.
  await refuses(node, 'proof.output', next, { output: FAKE })
  const again = await node.lease()
  expect(again).toMatchObject({ jobId: second.jobId, token: next.token + 1 })
  await refuses(node, 'proof.lease', next, { under: next })
  await refuses(node, 'proof.lease', next, { under: again })
  const finished = await node.send(await node.prove({ lease: again, output: OUTPUT }))
  expect(finished.jobId).toBe(second.jobId)
  expect(await node.client.call('proofChain', {})).toMatchObject({ seq: 2 })

  // Two honest jobs: two receipts that hold, two earnings, and on chain exactly what the books call paid.
  const { items } = await answer<{ items: ReceiptSummary[] }>(['receipt', 'list', '--remote', '--data', data])
  expect(new Set(items.map(({ receiptId }) => receiptId))).toEqual(new Set([accepted.receiptId, finished.receiptId]))
  for (const { receiptId } of items) {
    const file = join(root.path, `${receiptId}.wfreceipt`)
    writeFileSync(file, JSON.stringify(await node.client.call('getReceipt', { receiptId })))
    expect(await windfall(['receipt', 'verify', file, '--coordinator', url])).toMatchObject({ code: 0 })
  }
  const facts = await node.events()
  const earned = facts.flatMap((fact) => (fact.kind === 'earning' ? [BigInt(fact.microUsd)] : []))
  expect(earned).toHaveLength(2)
  const books = await until(
    () => answer<Books>(['ledger', 'check', '--data', data]),
    ({ confirmedMicroUsd, paidMicroUsd }) => confirmedMicroUsd === paidMicroUsd,
    { what: 'payment of everything' },
  )
  expect(books).toMatchObject({ balanced: true, findings: [], confirmedMicroUsd: String(earned.reduce((sum, amount) => sum + amount, 0n)) })
  await until(
    async () => (await balanceOf(fleet, wallet)) - before,
    (gained) => gained === BigInt(books.paidLamports),
    { what: 'arrival of exactly what the books call paid' },
  )

  // An accepted proof replayed for another job counts for nothing, and is one forgery more than is forgiven.
  const third = await submit()
  const last = await node.lease()
  expect(last.jobId).toBe(third.jobId)
  await expect(node.send({ ...honest, leaseId: last.leaseId, token: last.token })).rejects.toMatchObject({ code: 'proof.replayed', status: 409 })
  expect((await refusals(node)).at(-1)).toMatchObject({ code: 'proof.replayed', proofId: accepted.proofId })
  expect(await node.client.call('getOwnNode', {})).toMatchObject({ state: 'quarantined', standing: { quarantines: 1 } })
  expect(await coordinator.stop()).toBe(0)
})
