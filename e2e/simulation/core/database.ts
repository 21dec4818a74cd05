/**
 * The database that all coordinators share, in memory: one writer at a time, several works in a commit, nothing of a commit that did not end. What a work
 * writes is there at once for the works behind it, and durable only when its commit is over.
 */
import type { Attempt } from '../../../main/coordinator/jobs/attempts.store.ts'
import type { Job } from '../../../main/coordinator/jobs/jobs.store.ts'
import type { ShardName, Standing } from '../../../main/coordinator/replicas/shard-machine.ts'
import { type FailureCode, WindfallError } from '../../../shared/errors.ts'
import type { EnergyProof } from '../../../shared/domain/energy-proof.ts'
import type { PaidBatch } from './payment.ts'
import type { Agenda } from './agenda.ts'
import type { Machine } from './machine.ts'
import type { Random } from './random.ts'

export interface KeptProof {
  readonly proof: EnergyProof
  readonly bodySha256: string
  readonly leaseId: string
}

export interface Tables {
  readonly jobs: Map<string, Job>
  /** By lease. */
  readonly attempts: Map<string, Attempt>
  readonly shards: Map<ShardName, Standing>
  /** By node and number, which is unique. */
  readonly proofs: Map<string, KeptProof>
  /** By node: where its chain stands. */
  readonly heads: Map<string, { readonly seq: number; readonly head: string | null }>
  /** By account; all together come to nothing. */
  readonly accounts: Map<string, bigint>
  /** By job: what was paid for it. */
  readonly settled: Map<string, bigint>
  readonly payouts: Map<string, PaidBatch>
}

export interface Change {
  readonly table: keyof Tables
  readonly key: string
  readonly before: unknown
  readonly after: unknown
}

export interface Tx {
  readonly tables: Tables
  readonly put: <K extends keyof Tables>(table: K, key: string, value: Tables[K] extends Map<string, infer V> ? V : never) => void
}

/** Writes only while this is still the epoch of the shard. */
export interface Fence {
  readonly shard: ShardName
  readonly epoch: number
}

export interface Work {
  readonly by: Machine
  readonly fence?: Fence
  readonly work: (tx: Tx) => void
  /** After the commit, unless the process that asked is gone. */
  readonly done: () => void
  /** It did not happen: somebody else owns the shard, or the work threw. */
  readonly failed: (code: FailureCode) => void
}

export interface Database {
  readonly tables: Tables
  /** Epoch ms, by its own clock. */
  readonly clock: Machine
  readonly transact: (work: Work) => void
  /** Whatever is under way of this process is as if it had never been. */
  readonly abandon: (by: Machine) => void
  /** Does something in the middle of the next commit by which this process changes this table. */
  readonly during: (by: Machine, table: keyof Tables, happen: () => void) => void
}

interface DatabaseDeps {
  readonly agenda: Agenda
  readonly random: Random
  readonly clock: Machine
  readonly mayWrite: (fence: Fence, epoch: number | undefined) => boolean
  readonly committed: (changes: readonly Change[], works: readonly Work[]) => void
}

interface Commit {
  readonly by: Machine
  readonly works: Work[]
  readonly changes: Change[]
}

const TOGETHER = 16

const emptyTables = (): Tables => ({
  jobs: new Map(),
  attempts: new Map(),
  shards: new Map(),
  proofs: new Map(),
  heads: new Map(),
  accounts: new Map(),
  settled: new Map(),
  payouts: new Map(),
})

export function createDatabase(deps: DatabaseDeps): Database {
  const { agenda, random } = deps
  const tables = emptyTables()
  const queue: Work[] = []
  let under: Commit | null = null
  const traps = new Map<Machine, { readonly table: keyof Tables; readonly happen: () => void }>()
  const put =
    (changes: Change[]): Tx['put'] =>
    (table, key, value) => {
      const rows = tables[table] as Map<string, unknown>
      changes.push({ table, key, before: rows.get(key), after: value })
      rows.set(key, value)
    }
  const undo = (changes: readonly Change[]): void => {
    for (const { table, key, before } of changes.toReversed()) {
      const rows = tables[table] as Map<string, unknown>
      if (before === undefined) rows.delete(key)
      else rows.set(key, before)
    }
  }
  const attempt = (commit: Commit, work: Work): void => {
    const begun = commit.changes.length
    const fail = (code: FailureCode): void => {
      undo(commit.changes.splice(begun))
      work.by.receive(() => work.failed(code))
    }
    const { fence } = work
    if (fence && !deps.mayWrite(fence, tables.shards.get(fence.shard)?.epoch)) return fail('storage.fenced')
    try {
      work.work({ tables, put: put(commit.changes) })
      commit.works.push(work)
    } catch (error) {
      if (!(error instanceof WindfallError)) throw error
      fail(error.code)
    }
  }
  const begin = (): void => {
    const by = queue[0]?.by
    if (under || !by) return
    const commit: Commit = { by, works: [], changes: [] }
    under = commit
    for (let taken = 0; taken < TOGETHER && queue[0]?.by === by; taken += 1) attempt(commit, queue.shift() as Work)
    const trap = traps.get(by)
    if (trap && commit.changes.some(({ table }) => table === trap.table)) {
      traps.delete(by)
      agenda.after(0, trap.happen)
    }
    // A disk that now and then takes a second.
    agenda.after(random.chance(0.01) ? random.between(200, 1_500) : random.between(1, 12), () => end(commit))
  }
  const end = (commit: Commit): void => {
    if (under !== commit) return
    under = null
    deps.committed(commit.changes, commit.works)
    for (const work of commit.works) work.by.receive(work.done)
    begin()
  }
  return {
    tables,
    clock: deps.clock,
    transact(work) {
      queue.push(work)
      begin()
    },
    during: (by, table, happen) => void traps.set(by, { table, happen }),
    abandon(by) {
      for (let index = queue.length - 1; index >= 0; index -= 1) if (queue[index]?.by === by) queue.splice(index, 1)
      if (under?.by !== by) return
      undo(under.changes)
      under = null
      begin()
    },
  }
}
