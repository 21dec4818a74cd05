import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ReceiptSummary } from '../../shared/contract/receipt.ts'
import type { JobView } from '../../shared/contract/job.ts'
import {
  type AgentReady,
  type Books,
  type CoordinatorReady,
  type Fleet,
  balanceOf,
  ended,
  openingBalanceOf,
  startFleet,
  submitSample,
} from '../support/fleet.ts'
import { type Service, answer, temporaryDirectory, until, windfall } from '../support/windfall.ts'

const MOMENTS = 10
const SEED = Number(process.env['WINDFALL_KILL_SEED'] ?? 20_261_121)

/** A small generator, so that a failing run can be repeated by its seed (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

interface Pair {
  coordinator: Service<CoordinatorReady>
  agent: Service<AgentReady>
}

async function restart(fleet: Fleet, pair: Pair): Promise<void> {
  if (!pair.coordinator.alive()) pair.coordinator = await fleet.startCoordinator()
  if (!pair.agent.alive()) pair.agent = await fleet.startAgent('node', pair.coordinator.ready.url)
}

const VICTIMS: readonly (readonly (keyof Pair)[])[] = [['agent'], ['coordinator'], ['agent', 'coordinator']]
const page = async <T>(args: readonly string[]): Promise<T[]> => (await answer<{ items: T[] }>([...args, '--limit', '200'])).items

test(`SIGKILL at ${MOMENTS} random moments: every job ends, is proven once, receipted once and paid once (seed ${SEED})`, async () => {
  using root = temporaryDirectory()
  await using fleet = await startFleet(root.path)
  const random = createRandom(SEED)
  const data = fleet.directory('coordinator')
  const coordinator = await fleet.startCoordinator()
  const pair: Pair = { coordinator, agent: await fleet.startAgent('node', coordinator.ready.url) }
  const wallet = pair.agent.ready.payoutAddress ?? ''
  const before = await openingBalanceOf(fleet, wallet)

  const ids: string[] = []
  for (let moment = 0; moment < MOMENTS; moment++) {
    ids.push((await submitSample(data, 'wasm', ['320', '240', '1'])).jobId)
    await new Promise((resolve) => setTimeout(resolve, random() * 3_000))
    for (const victim of VICTIMS[Math.floor(random() * VICTIMS.length)] ?? []) await pair[victim].kill()
    await restart(fleet, pair)
  }

  const jobs: JobView[] = []
  for (const jobId of ids) jobs.push(await ended(data, jobId, 180_000))
  const completed = jobs.filter(({ state }) => state === 'completed')
  for (const job of jobs) expect(['completed', 'failed'], `${job.jobId}: ${job.state} ${job.reason}`).toContain(job.state)
  // Three lost attempts end a job; with kills this dense some may run out of them, but never all.
  expect(completed.length).toBeGreaterThan(MOMENTS / 2)

  const receipts = await page<ReceiptSummary>(['receipt', 'list', '--remote', '--data', data])
  expect(receipts.map(({ jobId }) => jobId).toSorted()).toEqual(completed.map(({ jobId }) => jobId).toSorted())
  for (const job of completed) expect(job.attempts.filter(({ state }) => state === 'succeeded')).toHaveLength(1)

  const books = await until(
    () => answer<Books>(['ledger', 'check', '--data', data]),
    ({ confirmedMicroUsd, paidMicroUsd }) => confirmedMicroUsd === paidMicroUsd,
    { what: 'payment of everything', timeoutMs: 120_000 },
  )
  expect(books).toMatchObject({ balanced: true, findings: [] })
  await until(
    async () => (await balanceOf(fleet, wallet)) - before,
    (sum) => sum === BigInt(books.paidLamports),
    { what: 'arrival of exactly what the books call paid' },
  )

  const folder = join(fleet.directory('node'), 'receipts')
  const files = await until(
    async () => readdirSync(folder),
    (found) => found.length === completed.length,
    { what: 'every receipt on its owner’s disk' },
  )
  expect((await windfall(['receipt', 'verify', join(folder, files[0] ?? ''), '--coordinator', pair.coordinator.ready.url])).code).toBe(0)
})
