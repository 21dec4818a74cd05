/**
 * How fast receipts are verified, against what their signatures alone take in the same minute: the limit that no verifier passes. Rates are per
 * second of processor time, so that what else runs on the machine changes neither side. Prints one line of JSON for each row; exits with 1 if a
 * row misses its bar.
 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { preAuthEncoding } from '../../shared/domain/dsse.ts'
import { verifyReceipt } from '../../shared/domain/verify-receipt.ts'
import { nodeVerifyPort } from '../../main/kernel/verify-port.ts'
import { atLeast, paired } from '../scale/row.ts'
import { keyPair } from './key-pairs.ts'
import { toFile } from './mutants.ts'
import { planReceipt } from './plan.ts'
import { type SealedBundle, sealPlan } from './seal.ts'

const COUNT = 1_000
const ROUNDS = 5
const COORDINATOR = { receiptKey: keyPair('OKP', 'coordinator'), logKey: keyPair('OKP', 'log') }
const pinnedKeys = [COORDINATOR.receiptKey.keyId, COORDINATOR.logKey.keyId]

/** One run each, on fifty nodes, all with Ed25519 keys: three signatures in a receipt. */
function makeReceipts(): SealedBundle[] {
  const plain: SealedBundle[] = []
  for (let seed = 0; plain.length < COUNT; seed++) {
    const node = keyPair('OKP', `node ${seed % 50}`)
    const plan = planReceipt(`bench ${seed}`, (proof) => ({ ...proof, nodeId: node.keyId }))
    const proofs = plan.proofs.map((one) => ({ ...one, signer: node }))
    if (proofs.length === 1) plain.push(sealPlan({ ...plan, ...COORDINATOR, proofs, nodeKeys: [node] }))
  }
  return plain
}

/** Per second of processor time, all threads together. */
async function rate(work: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return COUNT / ((user + system) / 1e6)
}

const verifyAll = (files: readonly Uint8Array[]) => async () => {
  for (const file of files) {
    const { valid, failedStep } = await verifyReceipt(file, { crypto: nodeVerifyPort, pinnedKeys })
    if (!valid) throw new Error(`a receipt that holds fails at ${failedStep}`)
  }
}

/** Every signature with its bytes and its key at hand. */
function signaturesOf(bundles: readonly SealedBundle[]): { bytes: Uint8Array; signature: Buffer; key: KeyObject }[] {
  const keys = new Map<string, KeyObject>()
  return bundles.flatMap(({ receipt, proofs, inclusion, keys: jwks }) => {
    const names = [COORDINATOR.receiptKey.keyId, COORDINATOR.logKey.keyId]
    for (const [index, jwk] of jwks.entries()) {
      const name = names[index] ?? proofs[0]?.signatures[0]?.keyid ?? ''
      if (!keys.has(name)) keys.set(name, createPublicKey({ key: jwk, format: 'jwk' }))
    }
    return [receipt, inclusion.treeHead, ...proofs].map(({ payload, payloadType, signatures: [first] }) => {
      const key = keys.get(first?.keyid ?? '')
      if (!key) throw new Error('a signature without its key')
      return { bytes: preAuthEncoding(payloadType, Buffer.from(payload, 'base64')), signature: Buffer.from(first?.sig ?? '', 'base64'), key }
    })
  })
}

const checkAll = (signatures: ReturnType<typeof signaturesOf>) => () => {
  for (const { bytes, signature, key } of signatures) if (!verify(null, bytes, key, signature)) throw new Error('a signature that holds does not')
}

/** All else about a receipt may take three times as long as its signatures. */
const BAR = 0.25

const bundles = makeReceipts()
const [files, signatures] = [bundles.map(toFile), signaturesOf(bundles)]
await verifyAll(files)()
const rates = await paired(
  ROUNDS,
  () => rate(verifyAll(files)),
  () => rate(checkAll(signatures)),
)
const referenceName = `their ${signatures.length / COUNT} Ed25519 signatures alone`
const row = atLeast({ name: 'verified', unit: 'receipts/s', ...rates, referenceName, bar: BAR })
console.log(JSON.stringify(row))
process.exitCode = row.holds ? 0 : 1
