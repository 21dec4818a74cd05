/** What of an act is written down beside the chain: never a secret, and never more than people read. */
import type { Fact } from './acting.ts'

const MAX_TEXT = 300
/** More members than any call takes, and longer names: what is sent is written down before it is checked, also of those who are refused. */
const MAX_MEMBERS = 40
const MAX_NAME = 64
const SECRET = /key|secret|token|password|code|signature|private|envelope|cookie|session/i
/** Members by which the subjects of a call are named. */
const NAMED: Readonly<Record<string, string>> = {
  nodeId: 'node',
  requesterId: 'requester',
  account: 'requester',
  memberId: 'member',
  jobId: 'job',
  proofId: 'proof',
  incidentId: 'incident',
  batchId: 'payout-batch',
  depositId: 'deposit',
  refundId: 'refund',
  redemptionId: 'redemption',
  canaryId: 'canary',
  webhookId: 'webhook',
  approvalId: 'approval',
  erasureId: 'erasure',
  tokenId: 'enrolment-token',
  keyId: 'key',
  person: 'person',
}
const ID = /^[A-Za-z0-9_:-]{1,80}$/

type Members = Readonly<Record<string, unknown>>
const membersOf = (value: unknown): Members => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {})

/** What a call is about, by the ids in its input: `node:ID`, and of a person `requester:ID`. */
export function subjectsIn(input: unknown): string[] {
  return Object.entries(membersOf(input)).flatMap(([name, id]) => {
    const kind = Object.hasOwn(NAMED, name) ? NAMED[name] : undefined
    if (kind === undefined || typeof id !== 'string' || !ID.test(id)) return []
    // Whoever means themselves is the actor.
    if (kind === 'person') return id.includes(':') ? [id] : []
    return [`${kind}:${id}`]
  })
}

const plain = (value: unknown): unknown => {
  if (typeof value === 'string') return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value
  // `1e999` is JSON, and no number that JSON can say again.
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  return typeof value === 'boolean' || value === null ? value : undefined
}

/** The members of a value that are words, numbers, true or false, but for what may be secret. What is nested is named by what was done with it. */
export const plainMembers = (value: unknown): Members =>
  Object.fromEntries(
    Object.entries(membersOf(value))
      .slice(0, MAX_MEMBERS)
      .flatMap(([name, member]) => {
        const shown = plain(member)
        if (shown === undefined || name.length > MAX_NAME) return []
        return [[name, SECRET.test(name) && typeof shown === 'string' && !name.endsWith('Id') ? '(not written down)' : shown]]
      }),
  )

/** What an act has changed, by its facts: each names what was before where there was something. */
export const changesOf = (facts: readonly Fact[]) =>
  facts.map(({ seq, kind, body }) => ({ decision: seq, kind, ...(body === '' ? {} : { change: plainMembers(JSON.parse(body)) }) }))
