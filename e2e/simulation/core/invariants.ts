/** What must hold at every step, and what must have come about in the end. */
import type { Renewals } from '../../../main/coordinator/jobs/leases.ts'
import type { Attempt } from '../../../main/coordinator/jobs/attempts.store.ts'
import { isOpen } from '../../../main/coordinator/jobs/leases.ts'
import type { Job } from '../../../main/coordinator/jobs/jobs.store.ts'
import { TERMINAL } from '../../../main/coordinator/jobs/transition.ts'
import type { Standing } from '../../../main/coordinator/replicas/shard-machine.ts'
import type { Working } from '../../../main/agent/jobs/may-start.ts'
import type { FailureCode } from '../../../shared/errors.ts'
import type { Change, Tables, Work } from './database.ts'
import { Violation } from './violation.ts'
import { LEASE_TTL_MS } from './world.ts'

export interface Watch {
  readonly started: (replica: string) => void
  readonly heard: (replica: string, nodeId: string, ageMs: number) => void
  readonly declaredDead: (replica: string, nodeId: string) => void
  /** Notes when each lease was renewed. */
  readonly renewals: (replica: string, of: Renewals) => Renewals
  readonly expired: (replica: string, leaseId: string) => void
  /** A fencing token was drawn; returns it. */
  readonly token: (replica: string, token: number) => number
  readonly working: (agent: string, all: readonly Working[]) => void
  readonly acknowledged: (nodeId: string, proofId: string) => void
  readonly refused: (nodeId: string, entry: { readonly leaseId: string }, how: { readonly code: FailureCode; readonly isHonest: boolean }) => void
  readonly settled: (jobId: string, times: bigint) => void
  readonly committed: (tables: Tables, changes: readonly Change[], works: readonly Work[]) => void
}

/** Clocks that drift by a tenth of a per mille. */
const ALMOST = 0.999
const OFFLINE_MS = 300_000

const broken = (invariant: string, message: string, ...about: readonly string[]): never => {
  throw new Violation(invariant, message, about)
}

export function createWatch(now: () => number): Watch {
  const startedAt = new Map<string, number>()
  const heardAt = new Map<string, number>()
  const renewedAt = new Map<string, number>()
  const tokens = new Map<number, string>()
  const keptProofs = new Set<string>()
  let highest = 0
  return {
    started: (replica) => void startedAt.set(replica, now()),
    heard: (replica, nodeId, ageMs) => void heardAt.set(`${replica} ${nodeId}`, now() - ageMs),
    declaredDead(replica, nodeId) {
      const since = Math.max(startedAt.get(replica) ?? 0, heardAt.get(`${replica} ${nodeId}`) ?? 0)
      if (now() - since < OFFLINE_MS * ALMOST) broken('presence', `${replica} declares ${nodeId} dead after ${now() - since} ms`, replica, nodeId)
    },
    renewals: (replica, of) => ({
      ...of,
      renew(leaseId) {
        renewedAt.set(`${replica} ${leaseId}`, now())
        of.renew(leaseId)
      },
      isExpired(leaseId) {
        const key = `${replica} ${leaseId}`
        if (!renewedAt.has(key)) renewedAt.set(key, now())
        return of.isExpired(leaseId)
      },
      forgetAll() {
        for (const key of renewedAt.keys()) if (key.startsWith(`${replica} `)) renewedAt.delete(key)
        of.forgetAll()
      },
    }),
    expired(replica, leaseId) {
      const keptMs = now() - (renewedAt.get(`${replica} ${leaseId}`) ?? now())
      if (keptMs < LEASE_TTL_MS * ALMOST) broken('lease-time', `${replica} ends lease ${leaseId} ${Math.round(keptMs)} ms after it was renewed`, leaseId)
    },
    token(replica, token) {
      const before = tokens.get(token)
      if (before !== undefined) broken('token-reused', `${replica} gives token ${token}, which ${before} gave before`, replica)
      tokens.set(token, replica)
      return token
    },
    working(agent, all) {
      const devices = all.flatMap(({ deviceIds }) => deviceIds)
      if (new Set(devices).size < devices.length)
        broken('slots', `${agent} works on ${devices.join(', ')} at once`, agent, ...all.map(({ lease }) => lease.leaseId))
    },
    acknowledged(nodeId, proofId) {
      if (!keptProofs.has(proofId))
        broken('proof-lost', `${nodeId} was told that proof ${proofId} is accepted, and the database does not have it`, proofId, nodeId)
    },
    refused(nodeId, { leaseId }, { code, isHonest }) {
      if (!code.startsWith('proof.'))
        broken('proof-dropped', `${nodeId} lets go of the proof for lease ${leaseId} although nobody has judged it (${code})`, leaseId)
      if (isHonest && code !== 'proof.lease')
        broken('honest-proof', `${nodeId} worked as it should under lease ${leaseId}, and is refused with ${code}`, leaseId, nodeId)
    },
    settled(jobId, times) {
      if (times !== 1n) broken('effect-twice', `job ${jobId} is paid for ${times} times`, jobId)
    },
    committed(tables, changes, works) {
      for (const { fence, by } of works)
        if (fence && tables.shards.get(fence.shard)?.epoch !== fence.epoch)
          broken('fenced-writer', `${by.name} writes for ${fence.shard} under epoch ${fence.epoch}, which is over`, by.name)
      requireBalance(changes)
      for (const change of changes) {
        if (change.table === 'proofs') keptProofs.add((change.after as { proof: { proofId: string } }).proof.proofId)
        requireSound(tables, change)
        if (change.table !== 'attempts' || change.before !== undefined) continue
        const { token, leaseId } = change.after as Attempt
        if (token <= highest) broken('token-fell', `lease ${leaseId} has token ${token}, after ${highest}`, leaseId)
        highest = token
      }
    },
  }
}

function requireBalance(changes: readonly Change[]): void {
  const moved = changes.filter(({ table }) => table === 'accounts')
  const sum = moved.reduce((total, { before, after }) => total + (after as bigint) - ((before as bigint | undefined) ?? 0n), 0n)
  if (sum !== 0n) broken('books', `a commit makes ${sum} micro-USD out of nothing`)
}

function requireSound(tables: Tables, { table, key, before, after }: Change): void {
  if (table === 'jobs') requireJob(before as Job | undefined, after as Job)
  if (table === 'shards') requireShard(before as Standing | undefined, after as Standing)
  if (table === 'proofs' && before !== undefined) broken('chain', `proof ${key} is replaced`, key)
  if (table === 'attempts') requireAttempts(tables, after as Attempt)
  if (table === 'accounts' && (after as bigint) < 0n && key !== 'requester') broken('books', `the account ${key} is overdrawn`, key)
}

function requireJob(before: Job | undefined, after: Job): void {
  if (before && after.token < before.token) broken('token-fell', `the token of job ${after.jobId} falls from ${before.token} to ${after.token}`, after.jobId)
  if (before && TERMINAL.has(before.state) && after.state !== before.state)
    broken('end-is-final', `job ${after.jobId} is ${before.state}, and becomes ${after.state}`, after.jobId)
}

function requireShard(before: Standing | undefined, after: Standing): void {
  const epoch = before?.epoch ?? 0
  if (after.epoch < epoch || (after.epoch === epoch && after.owner !== (before?.owner ?? null)))
    broken('epoch-reused', `${after.shard} goes from ${before?.owner} to ${after.owner} under epoch ${after.epoch}`, after.shard)
}

function requireAttempts(tables: Tables, { jobId }: Attempt): void {
  const open = [...tables.attempts.values()].filter((one) => one.jobId === jobId && isOpen(one.state))
  const leases = open.map(({ leaseId }) => leaseId)
  if (open.length > 1) broken('one-lease', `job ${jobId} has ${open.length} leases at once`, jobId, ...leases)
  const token = tables.jobs.get(jobId)?.token
  if (open.some((one) => one.token !== token)) broken('stale-lease', `job ${jobId} goes on under an older token than ${token}`, jobId, ...leases)
}
