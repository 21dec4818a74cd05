/** The part of a receipt check that is about the node: its keys, and the energy proofs they signed. */
import type { EnergyProof } from './energy-proof.ts'
import type { Opened } from './open-bundle.ts'
import { type Case, failed, type Finding, passed, predicateOf, proofsOf, sentence, short } from './receipt-case.ts'
import { currentKey } from './rotation.ts'

/** Thumbprints of every key that speaks for the node, oldest first: one, unless the bundle proves more. */
export function nodeKeyIds({ history, receipt }: Case): readonly string[] {
  return history === null || typeof history === 'string' ? [receipt.value.predicate.nodeId] : history.keys.map(({ keyId }) => keyId)
}

/** Every statement follows from the node's first key, and none of them is there for nothing. */
export function judgeRotations({ history, proofs }: Case): Finding {
  if (history === null) return passed('The node signs with the key it is named after.')
  if (typeof history === 'string') return failed(sentence(history))
  const { keyId } = currentKey(history)
  const last = proofs.at(-1)
  if (typeof last === 'object' && last.keyId !== keyId) return failed(`The node's last key (${short(keyId)}) did not sign the last proof.`)
  const times = history.keys.length - 1
  return passed(`Node ${short(history.nodeId)} replaced its key ${times === 1 ? 'once' : `${times} times`}, each time with both keys' signatures.`)
}

const ageOf = (file: Case, keyId: string): number => nodeKeyIds(file).indexOf(keyId)

function proofProblem(proof: Opened<EnergyProof> | string | undefined, file: Case, index: number): string | null {
  const { predicate, subject } = file.receipt.value
  const named = predicate.proofs[index]
  if (proof === undefined || named === undefined) return `the receipt names ${predicate.proofs.length} proofs, the file holds ${file.proofs.length}`
  if (typeof proof === 'string') return `proof ${index + 1} cannot be read: ${proof}`
  if (proof.signatureProblem) return `proof ${index + 1} is not authentic: ${proof.signatureProblem}`
  if (proof.sha256 !== named.sha256 || proof.value.proofId !== named.proofId) return `proof ${index + 1} is not the one the receipt names`
  if (proof.value.nodeId !== predicate.nodeId || !nodeKeyIds(file).includes(proof.keyId))
    return `proof ${index + 1} is not signed by the node the receipt is about`
  const before = file.proofs[index - 1]
  if (typeof before === 'object' && ageOf(file, proof.keyId) < ageOf(file, before.keyId)) return `proof ${index + 1} is signed by a key that had been replaced`
  if (proof.value.jobId !== predicate.jobId) return `proof ${index + 1} is about another job`
  return proof.value.runtime.image === `sha256:${subject[1].digest.sha256}` ? null : `proof ${index + 1} ran another image than the receipt states`
}

/** The proofs are those the receipt names, and the node's own. */
export function judgeProofs(file: Case): Finding {
  const count = Math.max(file.proofs.length, predicateOf(file).proofs.length)
  for (let index = 0; index < count; index++) {
    const problem = proofProblem(file.proofs[index], file, index)
    if (problem) return failed(sentence(problem))
  }
  const output = proofsOf(file).at(-1)?.outputSha256
  if (output !== file.receipt.value.subject[0].digest.sha256) return failed('The output of the last proof is not the output the receipt states.')
  return passed(
    `${count === 1 ? 'The energy proof is' : `All ${count} energy proofs are`} signed by node ${short(predicateOf(file).nodeId)} and named by the receipt.`,
  )
}
