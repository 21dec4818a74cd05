import type { DecisionRecord } from '../../../shared/contract/decision.ts'
import { GENESIS, chainedText } from '../../../shared/domain/chained-text.ts'
import { encodeHex, encodeUtf8 } from '../../../shared/domain/encoding.ts'
import { readDecision } from './read-decision.ts'

/** One step of checking a decision, as it is shown. */
export interface CheckStep {
  readonly name: string
  readonly outcome: 'passed' | 'failed' | 'skipped'
  readonly note: string
}

type Sha256 = (bytes: Uint8Array) => Promise<Uint8Array>

interface Neighbour {
  /** The record before; `null` if it may not be read. */
  readonly before: DecisionRecord | null
}

const hexOf = async (sha256: Sha256, text: string): Promise<string> => encodeHex(await sha256(encodeUtf8(text)))
const hashOf = (sha256: Sha256, { at, ...record }: DecisionRecord): Promise<string> => hexOf(sha256, chainedText({ ...record, at: Date.parse(at) }))

const step = (name: string, holds: boolean | null, note: string): CheckStep => ({
  name,
  outcome: holds === null ? 'skipped' : holds ? 'passed' : 'failed',
  note,
})

/** Checks one record by itself and against the one before it. Rejects only where there is no SHA-256 to be had. */
export async function checkDecision(record: DecisionRecord, { before }: Neighbour, sha256: Sha256): Promise<readonly CheckStep[]> {
  return [await ownHash(record, sha256), await link(record, before, sha256), await outcomeHash(record, sha256)]
}

async function ownHash(record: DecisionRecord, sha256: Sha256): Promise<CheckStep> {
  const name = 'The record is what was hashed'
  if (readDecision(record).form === 'erased')
    return step(name, null, 'What it said was personal and is erased. Its hash, by which the chain holds, still stands.')
  const computed = await hashOf(sha256, record)
  return step(
    name,
    computed === record.hash,
    computed === record.hash ? `SHA-256 ${computed}` : `SHA-256 of what is shown is ${computed}; the record says ${record.hash}.`,
  )
}

async function link({ seq, prevHash }: DecisionRecord, before: DecisionRecord | null, sha256: Sha256): Promise<CheckStep> {
  const name = 'It holds the hash of the one before it'
  if (seq === 1) return step(name, prevHash === GENESIS, 'It is the first one, so this is nothing but zeros.')
  if (before === null) return step(name, null, `Decision ${seq - 1} is not about a job of yours. Whoever may read all of them can check this.`)
  const isIntact = readDecision(before).form === 'erased' || (await hashOf(sha256, before)) === before.hash
  return step(name, isIntact && before.hash === prevHash, isIntact ? `Decision ${seq - 1}: ${before.hash}` : `Decision ${seq - 1} is not what was hashed.`)
}

async function outcomeHash(record: DecisionRecord, sha256: Sha256): Promise<CheckStep> {
  const name = 'The outcome is what was hashed'
  const read = readDecision(record)
  if (read.form !== 'choice') return step(name, null, 'No policy chose here, so there is no outcome of its own.')
  const { outcomeSha256 } = read.choice
  const mark = `,"outcomeSha256":"${outcomeSha256}","outcome":`
  const at = record.body.indexOf(mark)
  const computed = at === -1 ? null : await hexOf(sha256, record.body.slice(at + mark.length, -1))
  return step(name, computed === outcomeSha256, `SHA-256 ${computed ?? 'of nothing: the outcome stands elsewhere'}`)
}

/** Whether the text of an input is what the decision says it was made on. */
export const isInput = async (text: string, expected: string, sha256: Sha256): Promise<boolean> => (await hexOf(sha256, text)) === expected
