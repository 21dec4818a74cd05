import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import type { AgentStatus } from '../../shared/contract/agent.ts'
import type { JobView, Lease } from '../../shared/contract/job.ts'
import { AGENT_LABEL } from '../../main/agent/jobs/container-spec.ts'
import { createDockerEngine } from '../../main/agent/jobs/docker.ts'
import { shellImage } from '../../main/agent/jobs/image.fixture.ts'
import { REQUESTER, type TestNode } from '../../main/coordinator/core.fake.ts'
import { startTestServer } from '../../main/coordinator/http/http.fake.ts'
import { skipFor } from '../../main/kernel/requirement.fixture.ts'
import { ended, startFleet } from '../support/fleet.ts'
import { type SavingNode, startSavingNode } from '../support/saving-node.ts'
import { answer, temporaryDirectory, until, windfall } from '../support/windfall.ts'

const GOAL = 10

/** A real coordinator on a real socket, and nodes that anyone may interrupt. */
async function startWorld() {
  const root = temporaryDirectory()
  const server = await startTestServer()
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]()
    root[Symbol.dispose]()
  })
  const url = await server.app.listen({ host: '127.0.0.1', port: 0 })
  const { core } = server
  const start = (node: TestNode): SavingNode => {
    const started = startSavingNode({ directory: join(root.path, node.nodeId), url, signer: node.signer, clock: core.clock, goal: GOAL })
    onTestFinished(() => started[Symbol.dispose]())
    return started
  }
  /** Only this node would take a job now. */
  const leaseTo = async (node: TestNode, others: readonly TestNode[]): Promise<Lease> => {
    for (const { nodeId } of others) await core.parts.agents.heartbeat(nodeId, { ready: false, reasons: ['owner-present'], running: [] })
    await node.ready()
    const lease = await core.jobs.request(node.nodeId, ['docker'])
    if (!lease) throw new Error('the job was not leased')
    return lease
  }
  return { core, start, leaseTo, checkpoint: async () => (await core.jobs.view(REQUESTER, 'job-1')).checkpoint }
}

const resultOf = (node: SavingNode): string => {
  const item = node.waiting()
  return item?.kind === 'proof' ? Buffer.from(item.output, 'base64').toString() : `no result but ${item?.kind ?? 'nothing'}`
}

test('a job that is interrupted on one node goes on on another and back again, over the network, and through a crash', async () => {
  const { core, start, leaseTo, checkpoint } = await startWorld()
  const [first, second] = [await core.enrol(), await core.enrol()]
  const atFirst = await core.lease(first, 'job-1', { checkpoints: true })

  const a = start(first)
  await a.work(atFirst, 3)
  // It dies before it could tell anybody; another process of the same node does.
  a[Symbol.dispose]()
  const again = start(first)
  await again.deliver()
  expect(await checkpoint()).toMatchObject({ token: 1 })

  const atSecond = await leaseTo(second, [first])
  expect(atSecond.checkpoint).toEqual(await checkpoint())
  const b = start(second)
  await b.work(atSecond, 4)
  await b.deliver()
  expect(b.job(atSecond)).toMatchObject({ state: 'submitted', code: 'owner-present' })
  expect(await checkpoint()).toMatchObject({ token: 2 })
  expect((await core.jobs.view(REQUESTER, 'job-1')).attempts.map(({ state }) => state)).toEqual(['given-back', 'given-back'])

  // The first node still has what it saved itself; what was handed over since is later.
  const back = await leaseTo(first, [second])
  const c = start(first)
  await c.work(back, GOAL)
  await c.deliver()
  expect(resultOf(c)).toBe('7 to 10')
})

test('a job that its coordinator asks back hands over what it saved, uses up no attempt, and goes on elsewhere', async () => {
  const { core, start, leaseTo, checkpoint } = await startWorld()
  const [first, second] = [await core.enrol(), await core.enrol()]
  const nodes = new Map([first, second].map((node) => [node, start(node)]))
  let lease = await core.lease(first, 'job-1', { checkpoints: true })
  for (const [here, there] of [
    [first, second],
    [second, first],
    [first, second],
  ] as const) {
    const node = nodes.get(here)
    await node?.work(lease, 2, async (runner) => {
      await core.jobs.start({ nodeId: here.nodeId, ...lease })
      expect(await node.askedBack(lease)).toEqual([])
      await core.jobs.askBack('another lease', 'carbon.simulated')
      await core.jobs.askBack(lease.leaseId, 'carbon.simulated')
      for (const order of await node.askedBack(lease)) runner.yieldLease(order.leaseId, order.reason)
    })
    await node?.deliver()
    expect(node?.job(lease)).toMatchObject({ code: 'carbon.simulated', message: expect.stringContaining('goes on later from its checkpoint') })
    expect((await core.jobs.view(REQUESTER, 'job-1')).attempts.at(-1)).toMatchObject({ state: 'given-back', reason: 'carbon.simulated' })
    expect(await checkpoint()).toMatchObject({ token: lease.token })
    lease = await leaseTo(there, [here])
  }
  const last = nodes.get(second)
  await last?.work(lease, GOAL)
  await last?.deliver()
  expect(last && resultOf(last)).toBe('6 to 10')
})

test('a checkpoint that the coordinator has lost costs the progress, and nothing else', async () => {
  const { core, start, leaseTo } = await startWorld()
  const [first, second] = [await core.enrol(), await core.enrol()]
  const a = start(first)
  await a.work(await core.lease(first, 'job-1', { checkpoints: true }), 3)
  await a.deliver()
  const lease = await leaseTo(second, [first])
  // As after a database that was restored from a backup.
  await core.db.deleteFrom('checkpoint').execute()
  const b = start(second)
  await b.work(lease, GOAL)
  await b.deliver()
  expect(resultOf(b)).toBe('0 to 10')
})

const engine = createDockerEngine()
const noEngine = await engine.describe(AbortSignal.timeout(10_000)).then(
  () => null,
  (error: unknown) => skipFor('the job that goes on in a container on another machine', String(error)),
)

/** Counts from what it has saved, and ends a few steps after it was taken up again: on one machine alone it never would. */
const COUNTER = `
  from=$(cat /job/ckpt/n 2> /dev/null || echo 0); i=$from
  while [ $from -eq 0 ] || [ $i -lt $((from+5)) ]; do i=$((i+1)); echo $i > /job/ckpt/n.part; mv /job/ckpt/n.part /job/ckpt/n; sleep 0.1; done
  echo "$from $i" > /job/out/result`

const MIB = 1_048_576
const SPEC = {
  kind: 'scientific',
  name: 'Counter',
  limits: { wallSeconds: 240, memoryBytes: 64 * MIB, outputBytes: 1_024, cpus: 1 },
  checkpoints: true,
  needs: { gpus: 0, vramBytes: 0, ramBytes: 0 },
  expected: { seconds: 60, watts: 40 },
  price: { microUsdPerHour: '250000', maxMicroUsd: '50000' },
  carbon: { rule: 'now', capG: null },
}

/** How far the job of this node has counted and saved. */
async function countedOn(nodeId: string): Promise<number> {
  const [container] = (await engine.list(`${AGENT_LABEL}=${nodeId}`, AbortSignal.timeout(10_000))).filter(({ kind }) => kind === 'container')
  const folder = container && (await engine.download(container.id, '/job/ckpt/n', AbortSignal.timeout(10_000)))
  const [, count = '0'] = /\0(\d+)\n/.exec(folder ? await text(folder) : '') ?? []
  return Number(count)
}

interface Shared {
  readonly url: string
  readonly job: JobView
  /** Data folder of the coordinator, and of the machines in the order in which they ran. */
  readonly data: string
  readonly machines: readonly string[]
}

/** Each machine has its own receipt on its disk, which anyone can check, and its own part of the price. */
async function allArePaid({ url, job, data, machines }: Shared): Promise<void> {
  expect(job.receiptIds).toHaveLength(machines.length)
  for (const machine of machines) {
    const folder = join(machine, 'receipts')
    const files = await until(
      async () => readdirSync(folder),
      (found) => found.length === 1,
      { what: `a receipt in ${folder}`, timeoutMs: 60_000 },
    )
    expect((await windfall(['receipt', 'verify', join(folder, files[0] ?? ''), '--coordinator', url])).code).toBe(0)
    const { earnings } = await answer<AgentStatus>(['status', '--data', machine])
    const { confirmedMicroUsd, inFlightMicroUsd, paidMicroUsd } = earnings
    expect(BigInt(confirmedMicroUsd) + BigInt(inFlightMicroUsd) + BigInt(paidMicroUsd)).toBeGreaterThan(0n)
  }
  const price = BigInt(job.priceMicroUsd ?? 0)
  const books = await answer<{ balanced: boolean; findings: string[]; confirmedMicroUsd: string }>(['ledger', 'check', '--data', data])
  expect(books).toMatchObject({ balanced: true, findings: [] })
  const platform = price - BigInt(books.confirmedMicroUsd)
  // The odd micro-USD of each part is the machine's.
  expect([platform * 100n <= price * 15n, platform >= (price * 15n) / 100n - BigInt(machines.length)]).toEqual([true, true])
}

test.skipIf(noEngine !== null)('a container that its owner interrupts on one machine finishes on another, from where it was, and both are paid', async () => {
  using root = temporaryDirectory()
  await using fleet = await startFleet(root.path)
  const coordinator = await fleet.startCoordinator()
  const data = fleet.directory('coordinator')
  const first = await fleet.startAgent('first', coordinator.ready.url)
  // An image of its own: another run on the same engine takes its image away when it ends.
  const { archive, image } = await shellImage({ Labels: { run: root.path } })
  onTestFinished(async () => void (await engine.removeImage(image)))
  writeFileSync(join(root.path, 'image.tar'), archive)
  writeFileSync(join(root.path, 'job.json'), JSON.stringify({ ...SPEC, args: [COUNTER], runtime: { name: 'docker', image } }))
  const { jobId } = await answer<JobView>(['job', 'submit', join(root.path, 'job.json'), '--archive', join(root.path, 'image.tar'), '--data', data])
  const counted = await until(
    () => countedOn(first.ready.nodeId),
    (count) => count >= 3,
    { what: 'a few steps on the first machine', timeoutMs: 120_000 },
  )

  const second = await fleet.startAgent('second', coordinator.ready.url)
  await answer(['pause', '--data', fleet.directory('first')])
  const job = await ended(data, jobId, 180_000)
  expect(job).toMatchObject({ state: 'completed', checkpoint: null })
  expect(job.attempts.map(({ nodeId, state }) => [nodeId, state])).toEqual([
    [first.ready.nodeId, 'given-back'],
    [second.ready.nodeId, 'succeeded'],
  ])
  await allArePaid({ url: coordinator.ready.url, job, data, machines: ['first', 'second'].map(fleet.directory) })
  expect((await windfall(['job', 'show', jobId, '--output', join(root.path, 'result'), '--data', data])).code).toBe(0)
  const [from, to] = readFileSync(join(root.path, 'result'), 'utf8').split(' ').map(Number)
  expect(from).toBeGreaterThanOrEqual(counted)
  expect(to).toBe((from ?? 0) + 5)
})
