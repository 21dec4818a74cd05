import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Sqlite, openSqlite } from '../kernel/sqlite.ts'
import { createJobsStore, type JobsStore } from './jobs/jobs.store.ts'
import * as initial from './migrations/0001-initial.ts'
import { createProofsStore, type ProofsStore } from './proofs/proofs.store.ts'
import { createSettingsStore, type SettingsStore } from './settings.store.ts'
import { createFactsStore, type FactsStore } from './sync/facts.store.ts'
import { createOutboxStore, type OutboxStore } from './sync/outbox.store.ts'

export interface AgentStores extends Disposable {
  readonly settings: SettingsStore
  readonly jobs: JobsStore
  readonly proofs: ProofsStore
  readonly outbox: OutboxStore
  readonly facts: FactsStore
  /** Runs `work` in one transaction: all of it is durable when this returns, or none of it happened. */
  readonly atomically: <T>(work: () => T) => T
}

/** Opens the agent's database. Errors: `storage.failed`, `storage.newer`. */
export function openAgentStores(dataDirectory: string): AgentStores {
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 })
  const db: Sqlite = openSqlite(join(dataDirectory, 'agent.sqlite'), [initial])
  return {
    settings: createSettingsStore(db),
    jobs: createJobsStore(db),
    proofs: createProofsStore(db),
    outbox: createOutboxStore(db),
    facts: createFactsStore(db),
    atomically: (work) => db.transaction(work).immediate(),
    [Symbol.dispose]: () => db.close(),
  }
}
