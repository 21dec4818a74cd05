import type { Clock } from '../../kernel/clock.ts'
import type { DiskRoom } from '../disk-room.ts'
import type { Db } from '../persistence/database.ts'
import type { Catalogue } from './catalogue.ts'
import { createFactsStore } from './facts.store.ts'
import { CONTENT_TYPE, exposition } from './metric.ts'
import { metricsOf } from './catalogue.ts'

/** What is asked when somebody asks for metrics. */
export interface Sources {
  readonly db: Db
  readonly clock: Pick<Clock, 'monotonic'>
  readonly underway: () => number
  readonly sockets: () => number
  readonly intake: () => { readonly messages: number; readonly bytes: number; readonly underway: number }
  /** What there must be one of, and under which epoch it runs here; `null`: it does not. */
  readonly shards: () => readonly { readonly shard: string; readonly epoch: number | null }[]
  readonly readiness: () => Promise<{ readonly isReady: boolean; readonly parts: { readonly draining: string | null } }>
  readonly statistics: () => Promise<{
    readonly receipts: number
    readonly energyKWh: number
    readonly jobs: { readonly submitted: number; readonly completed: number }
  }>
  /** Whether a file stops payouts here. */
  readonly isStopped: () => boolean
  /** What is left on the disk of the data directory; `null` where the system does not tell. */
  readonly room: () => Promise<DiskRoom | null>
  readonly readProcess: () => void
}

/** However many ask, the database is asked no more often than this, ms. */
const KEEP_MS = 10_000
const JOULES_PER_KWH = 3_600_000
const none = {}

async function readDatabase({ work, money, proofs }: Catalogue, { db, statistics, isStopped }: Sources): Promise<void> {
  const facts = createFactsStore(db)
  const [jobs, nodes] = [await facts.jobs(work.jobs.labels.state), await facts.nodes()]
  work.jobs.reset()
  for (const { state, count } of jobs) work.jobs.set({ state }, count)
  work.nodes.reset()
  for (const { state, count } of nodes) work.nodes.set({ state }, count)
  const batches = await facts.payouts(money.payouts.labels.state)
  money.payouts.reset()
  for (const { state, count } of batches) money.payouts.set({ state }, count)
  const waiting = batches.flatMap(({ state, oldest }) => (state === 'failed' ? [] : [oldest]))
  money.oldestPayout.set(none, waiting.length > 0 ? Math.min(...waiting) / 1_000 : 0)
  money.paused.set(none, isStopped() || (await facts.isPaused()) ? 1 : 0)
  money.wallet.set(none, await facts.treasury())
  money.revenue.set(none, await facts.revenue())
  for (const stage of money.owed.labels.stage) money.owed.set({ stage }, await facts.owed(stage))
  const [{ receipts, energyKWh, jobs: ever }, anchor] = [await statistics(), await facts.anchor()]
  proofs.receipts.reach(none, receipts)
  proofs.energy.reach(none, energyKWh * JOULES_PER_KWH)
  proofs.anchored.set(none, anchor.at / 1_000)
  proofs.unanchored.set(none, Math.max(0, receipts - anchor.treeSize))
  work.submitted.reach(none, ever.submitted)
  work.completed.reach(none, ever.completed)
}

async function readRoom({ process }: Catalogue, { room }: Sources): Promise<void> {
  const found = await room()
  if (found === null) return
  process.diskFree.set(none, found.freeBytes)
  process.diskSize.set(none, found.sizeBytes)
}

async function readMemory({ border, proofs, process }: Catalogue, { underway, sockets, intake, shards, readiness, readProcess }: Sources): Promise<void> {
  readProcess()
  border.underway.set(none, underway())
  border.sockets.set(none, sockets())
  const { messages, bytes, underway: arriving } = intake()
  proofs.waiting.set(none, messages)
  proofs.waitingBytes.set(none, bytes)
  proofs.arriving.set(none, arriving)
  for (const { shard, epoch } of shards()) {
    process.shards.set({ shard }, epoch === null ? 0 : 1)
    if (epoch !== null) process.epochs.set({ shard }, epoch)
  }
  const { isReady, parts } = await readiness()
  process.ready.set(none, isReady ? 1 : 0)
  process.draining.set(none, parts.draining === null ? 0 : 1)
}

/** All metrics as text. Figures that cannot be read now stay what they were, and that is counted: what watches a broken coordinator must not break with it. */
export function createMetricsText(catalogue: Catalogue, sources: Sources): { readonly contentType: string; readonly text: () => Promise<string> } {
  const metrics = metricsOf(catalogue)
  let read: { readonly at: number; readonly done: Promise<void> } | null = null
  const database = (): Promise<void> => {
    const now = sources.clock.monotonic()
    if (!read || now - read.at >= KEEP_MS) read = { at: now, done: readDatabase(catalogue, sources).catch(() => catalogue.process.collectFailed.add(none)) }
    return read.done
  }
  return {
    contentType: CONTENT_TYPE,
    async text() {
      await readMemory(catalogue, sources)
      await readRoom(catalogue, sources)
      await database()
      return exposition(metrics)
    },
  }
}
