import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { JobView } from '../../shared/contract/job.ts'
import type { ReceiptSummary } from '../../shared/contract/receipt.ts'
import { type Books, FINAL, balanceOf, ended, openingBalanceOf, submitSample } from '../support/fleet.ts'
import { type Replicas, startReplicas } from '../support/replicas.ts'
import { answer, temporaryDirectory, until, windfall } from '../support/windfall.ts'

const sample = (data: string): Promise<JobView> => submitSample(data, 'wasm', ['320', '240', '1'])

/** Up to six processes of several seconds' start each; what hangs is ended, nothing that only is slow comes near. */
const SLOW = { timeout: 600_000 }

const page = async <T>(args: readonly string[]): Promise<T[]> => (await answer<{ items: T[] }>([...args, '--limit', '200'])).items

/** Every job is done, proven once, receipted once, and paid once: what arrived on chain is what the books call paid. */
async function expectAllPaidOnce(replicas: Replicas, asked: string, { jobs, wallets }: { jobs: readonly string[]; wallets: ReadonlyMap<string, bigint> }) {
  const data = replicas.directory(asked)
  const listed = await until(
    () => page<JobView>(['job', 'list', '--data', data]),
    (all) => all.every(({ state }) => FINAL.includes(state)),
    { what: 'the end of every job', timeoutMs: 240_000 },
  )
  expect(listed.map(({ jobId, state, reason }) => `${jobId} ${state} ${reason}`).toSorted()).toEqual(jobs.map((jobId) => `${jobId} completed null`).toSorted())
  for (const { attempts } of listed) expect(attempts.filter(({ state }) => state === 'succeeded')).toHaveLength(1)
  const receipts = await page<ReceiptSummary>(['receipt', 'list', '--remote', '--data', data])
  expect(receipts.map(({ jobId }) => jobId).toSorted()).toEqual(jobs.toSorted())
  const books = await until(
    () => answer<Books>(['ledger', 'check', '--data', data]),
    ({ confirmedMicroUsd, paidMicroUsd }) => confirmedMicroUsd === paidMicroUsd,
    { what: 'payment of everything', timeoutMs: 120_000 },
  )
  expect(books).toMatchObject({ balanced: true, findings: [] })
  await until(
    async () => {
      let sum = 0n
      for (const [wallet, before] of wallets) sum += (await balanceOf(replicas, wallet)) - before
      return sum
    },
    (sum) => sum === BigInt(books.paidLamports),
    { what: 'arrival of exactly what the books call paid' },
  )
  const log = join(data, 'decisions.jsonl')
  writeFileSync(log, (await windfall(['decision', 'export', '--data', data])).stdout)
  expect(await windfall(['decision', 'verify', log])).toMatchObject({ code: 0 })
}

async function startAgents(replicas: Replicas, names: readonly string[]): Promise<Map<string, bigint>> {
  const wallets = new Map<string, bigint>()
  for (const name of names) {
    const wallet = (await replicas.startAgent(name)).ready.payoutAddress ?? ''
    wallets.set(wallet, await openingBalanceOf(replicas, wallet))
  }
  return wallets
}

test(
  'of two coordinators over one database, either serves any agent, and one is killed in the middle of work: nothing is lost, and nothing paid twice',
  SLOW,
  async () => {
    using root = temporaryDirectory()
    await using replicas = await startReplicas(root.path)
    await replicas.start('one')
    await replicas.start('two')
    const wallets = await startAgents(replicas, ['node'])
    const owner = await replicas.ownerOf('planning', { seenBy: 'two' })
    const other = owner.name === 'one' ? 'two' : 'one'
    expect((await replicas.seenBy(other)).filter(({ isThere }) => isThere)).toHaveLength(2)

    // Asked of the one that does not plan, while the other one does.
    const jobs = [(await sample(replicas.directory(other))).jobId, (await sample(replicas.directory(owner.name))).jobId]
    await ended(replicas.directory(other), jobs[0] ?? '')
    jobs.push((await sample(replicas.directory(other))).jobId)
    await replicas.kill(owner.name)
    jobs.push((await sample(replicas.directory(other))).jobId)
    const heir = await replicas.ownerOf('planning', { seenBy: other, after: owner.name })
    expect(heir).toEqual({ name: other, epoch: owner.epoch + 1 })
    await replicas.start(owner.name)
    jobs.push((await sample(replicas.directory(owner.name))).jobId)
    await expectAllPaidOnce(replicas, owner.name, { jobs, wallets })
  },
)

test('a coordinator that is paused in the middle of work is replaced, and can write nothing for what it ran once it goes on', SLOW, async () => {
  using root = temporaryDirectory()
  await using replicas = await startReplicas(root.path)
  await replicas.start('one')
  await replicas.start('two')
  const wallets = await startAgents(replicas, ['node'])
  const owner = await replicas.ownerOf('planning', { seenBy: 'one' })
  const other = owner.name === 'one' ? 'two' : 'one'
  const jobs = [(await sample(replicas.directory(owner.name))).jobId, (await sample(replicas.directory(other))).jobId]
  replicas.pause(owner.name)
  jobs.push((await sample(replicas.directory(other))).jobId)
  const heir = await replicas.ownerOf('planning', { seenBy: other, after: owner.name })
  expect(heir).toEqual({ name: other, epoch: owner.epoch + 1 })
  await ended(replicas.directory(other), jobs[0] ?? '')
  replicas.resume(owner.name)
  await until(
    async () => replicas.stderr(owner.name),
    (said) => said.includes('another coordinator has taken over') && said.includes('"shard":"planning"'),
    { what: 'the paused coordinator to notice' },
  )
  expect(replicas.stderr(owner.name)).toContain('nothing was written')
  jobs.push((await sample(replicas.directory(owner.name))).jobId)
  await expectAllPaidOnce(replicas, owner.name, { jobs, wallets })
  expect(await replicas.ownerOf('planning', { seenBy: owner.name })).toEqual(heir)
})

test('three coordinators, two machines, and each coordinator killed or paused in turn: every job is done, receipted and paid once', SLOW, async () => {
  using root = temporaryDirectory()
  await using replicas = await startReplicas(root.path)
  const names = ['one', 'two', 'three'] as const
  for (const name of names) await replicas.start(name)
  const wallets = await startAgents(replicas, ['node-a', 'node-b'])
  const jobs: string[] = []
  for (const [round, victim] of names.entries()) {
    const asked = names[(round + 1) % names.length] ?? 'one'
    jobs.push((await sample(replicas.directory(victim))).jobId)
    if (round === 1) replicas.pause(victim)
    else await replicas.kill(victim)
    jobs.push((await sample(replicas.directory(asked))).jobId)
    await replicas.ownerOf('planning', { seenBy: asked, after: victim })
    if (round === 1) replicas.resume(victim)
    else await replicas.start(victim)
  }
  await expectAllPaidOnce(replicas, 'one', { jobs, wallets })
})
