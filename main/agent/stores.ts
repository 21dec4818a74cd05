import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Sqlite, openSqlite } from '../kernel/sqlite.ts'
import { createCheckpointStore, type CheckpointStore } from './jobs/checkpoint.store.ts'
import { createGridPastStore, type GridPastStore } from './grid/past.store.ts'
import { createPricePastStore, type PricePastStore } from './grid/price-past.store.ts'
import { createContainerJournal, type ContainerJournal } from './jobs/container-journal.store.ts'
import { createImageStockStore, type ImageStockStore } from './jobs/image-stock.store.ts'
import { createDaySpansStore, type DaySpansStore } from './day-spans.store.ts'
import { createJobsStore, type JobsStore } from './jobs/jobs.store.ts'
import { createTakenDevices, type TakenDevices } from './jobs/taken-devices.store.ts'
import { createDeviceDaysStore, type DeviceDaysStore } from './metering/device-days.store.ts'
import { createOldSampleLogs, type OldSampleLogs } from './metering/old-sample-logs.store.ts'
import * as initial from './migrations/0001-initial.ts'
import * as metering from './migrations/0002-metering.ts'
import * as policy from './migrations/0003-policy.ts'
import * as containers from './migrations/0004-containers.ts'
import * as grid from './migrations/0005-grid.ts'
import * as gpus from './migrations/0006-gpus.ts'
import * as runs from './migrations/0007-runs.ts'
import * as money from './migrations/0008-money.ts'
import * as receiptSearch from './migrations/0009-receipt-search.ts'
import { createMoneyStore, type MoneyStore } from './money/money.store.ts'
import { createProofsStore, type ProofsStore } from './proofs/proofs.store.ts'
import { createSettingsStore, type SettingsStore } from './settings.store.ts'
import { createFactsStore, type FactsStore } from './sync/facts.store.ts'
import { createOutboxStore, type OutboxStore } from './sync/outbox.store.ts'
import { createYieldsStore, type YieldsStore } from './yields.store.ts'

export interface AgentStores extends Disposable {
  readonly settings: SettingsStore
  readonly jobs: JobsStore
  readonly takenDevices: TakenDevices
  readonly proofs: ProofsStore
  readonly outbox: OutboxStore
  readonly facts: FactsStore
  readonly deviceDays: DeviceDaysStore
  readonly oldSampleLogs: OldSampleLogs
  readonly daySpans: DaySpansStore
  readonly yields: YieldsStore
  readonly gridPast: GridPastStore
  readonly pricePast: PricePastStore
  readonly money: MoneyStore
  readonly containers: ContainerJournal
  readonly images: ImageStockStore
  readonly checkpoints: CheckpointStore
  /** Runs `work` in one transaction: all of it is durable when this returns, or none of it happened. */
  readonly atomically: <T>(work: () => T) => T
}

/** The agent's database, brought up to date. Errors: `storage.failed`, `storage.newer`. */
export function openAgentDatabase(dataDirectory: string): Sqlite {
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 })
  return openSqlite(join(dataDirectory, 'agent.sqlite'), [initial, metering, policy, containers, grid, gpus, runs, money, receiptSearch])
}

/** Opens the agent's database. Errors: `storage.failed`, `storage.newer`. */
export function openAgentStores(dataDirectory: string): AgentStores {
  const db = openAgentDatabase(dataDirectory)
  return {
    settings: createSettingsStore(db),
    jobs: createJobsStore(db),
    takenDevices: createTakenDevices(db),
    proofs: createProofsStore(db),
    outbox: createOutboxStore(db),
    facts: createFactsStore(db),
    deviceDays: createDeviceDaysStore(db),
    oldSampleLogs: createOldSampleLogs(db),
    daySpans: createDaySpansStore(db),
    yields: createYieldsStore(db),
    gridPast: createGridPastStore(db),
    pricePast: createPricePastStore(db),
    money: createMoneyStore(db),
    containers: createContainerJournal(db),
    images: createImageStockStore(db),
    checkpoints: createCheckpointStore(db),
    atomically: (work) => db.transaction(work).immediate(),
    [Symbol.dispose]: () => db.close(),
  }
}
