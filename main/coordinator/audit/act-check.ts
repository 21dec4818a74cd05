import { ACT_HEAD_TYPE, ActBody, type ActEntry, ActHead } from '../../../shared/contract/audit.ts'
import type { Envelope, PublicJwk } from '../../../shared/contract/wire.ts'
import { unpackEnvelope } from '../../../shared/domain/dsse.ts'
import { readJsonBytes } from '../../../shared/domain/json-bytes.ts'
import { fromIso } from '../../../shared/units.ts'
import { keyIdOf, sha256Hex } from '../../kernel/signing.ts'
import { nodeVerifyPort } from '../../kernel/verify-port.ts'
import type { Act } from './acts.store.ts'
import { createLogCheck } from './log-check.ts'

/** A piece of an exported log of acts, in the order of the log. */
export type ActLine = { readonly act: ActEntry } | { readonly head: Envelope }

export interface ActCheck {
  readonly acts: number
  readonly lastHash: string | null
  /** How many details are no longer kept; their hashes are. */
  readonly forgotten: number
  /** Signed heads that the log is as they say, and the newest act that one of them covers. */
  readonly heads: number
  readonly signedUpTo: number
  /** What is wrong, in words; `null` if nothing is. */
  readonly problem: string | null
}

/** What an act looks like in its chain. */
const actOf = ({ record: { at, ...record } }: Pick<ActEntry, 'record'>): Act => ({ ...record, at: fromIso(at) })

/** What a head says, once the key has signed it; `null` if it has not, or it is none. */
async function openActHead(envelope: Envelope, key: PublicJwk): Promise<ActHead | null> {
  const opened = unpackEnvelope(envelope, ACT_HEAD_TYPE)
  if (typeof opened === 'string') return null
  const head = ActHead.safeParse(readJsonBytes(opened.body)).data
  if (!head || head.logId !== keyIdOf(key)) return null
  return (await nodeVerifyPort.verify(key, opened.signedBytes, opened.signature)) ? head : null
}

function detailsProblem({ record, details }: ActEntry): string | null {
  if (details === null) return null
  try {
    return ActBody.parse(JSON.parse(record.body)).detailsSha256 === sha256Hex(details) ? null : `The details of act ${record.seq} are not what was hashed.`
  } catch {
    return `Act ${record.seq} is not written as an act is.`
  }
}

/**
 * Checks a whole log of acts: every record against its hash and the one before it, every detail that is kept against its record, and every head, those
 * that somebody kept from earlier (`seen`) included, against the log. Stops at the first thing that is wrong.
 */
export async function checkActs(
  lines: AsyncIterable<ActLine>,
  { key, seen }: { readonly key: PublicJwk; readonly seen: readonly Envelope[] },
): Promise<ActCheck> {
  const log = createLogCheck({ isWhole: true })
  const hashes: string[] = []
  const found = { forgotten: 0, heads: 0, signedUpTo: 0 }
  const answer = (problem: string | null): ActCheck => ({ acts: hashes.length, lastHash: hashes.at(-1) ?? null, ...found, problem })
  const headProblem = async (envelope: Envelope): Promise<string | null> => {
    const head = await openActHead(envelope, key)
    if (!head) return 'A head is not signed by the key of this log.'
    const said = `On ${head.at} it was signed that act ${head.seq} is the newest, with the hash ${head.hash}`
    const hash = hashes[head.seq - 1]
    if (hash === undefined) return `${said}; the log now ends before it: acts were cut off.`
    if (hash !== head.hash) return `${said}; now it has another: the log was rewritten.`
    found.heads += 1
    found.signedUpTo = Math.max(found.signedUpTo, head.seq)
    return null
  }
  const take = async (line: ActLine): Promise<string | null> => {
    if ('head' in line) return headProblem(line.head)
    // Of this log nothing is ever erased: what is personal stands beside it.
    if (!log.add(actOf(line.act)) || log.result().brokenAt !== null)
      return `Act ${log.result().brokenAt} is missing, is not what was hashed, or does not follow on the one before it.`
    hashes.push(line.act.record.hash)
    if (line.act.details === null) found.forgotten += 1
    return detailsProblem(line.act)
  }
  for await (const line of lines) {
    const problem = await take(line)
    if (problem !== null) return answer(problem)
  }
  for (const head of seen) {
    const problem = await headProblem(head)
    if (problem !== null) return answer(problem)
  }
  return answer(null)
}
