import { appendFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { AgentStatus } from '../../shared/contract/agent.ts'
import { readInstance } from '../../main/kernel/instance-file.ts'
import { FAKE_4090, compileFakeNvml } from '../../main/agent/gpu/nvml.fake.ts'
import { type Books, balanceOf, ended, openingBalanceOf, startFleet, submitSample } from '../support/fleet.ts'
import { answer, temporaryDirectory, until, windfall } from '../support/windfall.ts'

/** The container job runs where an engine answers; elsewhere a second module takes its place, and the summary says so. */
const dockerAnswers = async (): Promise<boolean> => {
  const { checks } = await answer<{ checks: { code: string; verdict: string }[] }>(['doctor'])
  return checks.some(({ code, verdict }) => code === 'docker' && verdict === 'ok')
}

test('two agents and a coordinator: a module, a container and a job that fails, all the way to the chain', async () => {
  using root = temporaryDirectory()
  await using fleet = await startFleet(root.path)
  const coordinator = await fleet.startCoordinator()
  const { url } = coordinator.ready
  const nvml = compileFakeNvml()
  const gpu = typeof nvml === 'string' ? null : nvml
  gpu?.play({ gpus: [{ ...FAKE_4090, live: 1 }] })
  const [first, second] = await Promise.all([
    fleet.startAgent('first', url, gpu ? { WINDFALL_NVML: gpu.path } : {}),
    fleet.startAgent('second', url, { DOCKER_HOST: 'unix:///var/run/no-engine-here.sock' }),
  ])
  const wallets = [first.ready.payoutAddress ?? '', second.ready.payoutAddress ?? '']
  const before = await Promise.all(wallets.map((wallet) => openingBalanceOf(fleet, wallet)))
  const data = fleet.directory('coordinator')

  const docker = await dockerAnswers()
  const submitted = [
    await submitSample(data, 'wasm', ['96', '72', '1']),
    await (docker ? submitSample(data, 'docker', ['4', '2']) : submitSample(data, 'wasm', ['80', '60', '1'])),
    await submitSample(data, 'wasm', ['zero']),
  ]
  const jobs = await Promise.all(submitted.map(({ jobId }) => ended(data, jobId)))
  expect(jobs.map(({ state }) => state)).toEqual(['completed', 'completed', 'failed'])
  expect(jobs[2]).toMatchObject({ reason: 'job.exit-code', receiptId: null, priceMicroUsd: null })
  expect(jobs[2]?.message).toContain('expected a number')

  // Receipts are on the machines of their owners and hold in a fresh process that knows only the file and the coordinator's keys.
  const files = await until(
    async () =>
      ['first', 'second'].flatMap((name) => readdirSync(join(fleet.directory(name), 'receipts')).map((file) => join(fleet.directory(name), 'receipts', file))),
    (found) => found.length === 2,
    { what: 'both receipts on disk' },
  )
  for (const file of files) {
    const { code, stdout } = await windfall(['receipt', 'verify', file, '--coordinator', url])
    expect(stdout).toContain('signed by the keys you trust')
    expect(code).toBe(0)
  }

  // Every micro-USD that was confirmed is paid, and every lamport the books call paid has arrived.
  const books = await until(
    () => answer<Books>(['ledger', 'check', '--data', data]),
    ({ confirmedMicroUsd, paidMicroUsd }) => confirmedMicroUsd === paidMicroUsd,
    { what: 'payment of everything' },
  )
  expect(books).toMatchObject({ balanced: true, findings: [] })
  expect(books.sums.map(({ sum }) => sum)).toEqual(books.sums.map(() => '0'))
  const arrived = await until(
    async () => (await Promise.all(wallets.map((wallet) => balanceOf(fleet, wallet)))).reduce((sum, now, index) => sum + now - (before[index] ?? 0n), 0n),
    (sum) => sum === BigInt(books.paidLamports),
    { what: 'arrival of everything paid' },
  )
  expect(arrived).toBeGreaterThan(0n)

  if (gpu) {
    const status = await answer<AgentStatus>(['status', '--data', fleet.directory('first')])
    expect(status.devices.map(({ kind }) => kind)).toContain('gpu')
    gpu[Symbol.dispose]()
  }
  const later = await firstDay(fleet.directory('coordinator'), join(root.path, 'requester'), url)
  for (const service of [first, second, coordinator]) expect(await service.stop()).toBe(0)
  await later()
})

/**
 * A requester with a new machine, the address of a coordinator and a key: three commands to a job that is done and checked. Returns what checks it again, from
 * what is on that machine and nothing else.
 */
async function firstDay(coordinator: string, data: string, url: string): Promise<() => Promise<void>> {
  const key = readInstance(coordinator)?.coordinator?.apiKey ?? ''
  const result = join(data, 'result')
  const login = await windfall(['login', '--with-key', '--coordinator', url, '--data', data], { WINDFALL_API_KEY: key })
  expect(login).toMatchObject({ code: 0, stderr: expect.stringContaining('Pinned the keys') })
  const done = await windfall(['job', 'run', '--sample', 'wasm', '--arg', '64', '48', '1', '--best-effort', '--output', result, '--data', data])
  expect(done).toMatchObject({ code: 0, stdout: expect.stringMatching(/receipt .* valid, [^]*is what the receipt names\nVerified\.\n$/) })
  const jobId = /^job +(\S+)/.exec(done.stdout)?.[1] ?? ''
  const again = ['receipt', 'verify', '--job', jobId, '--result', result, '--data', data]
  return async () => {
    expect(await windfall(again)).toMatchObject({ code: 0, stdout: expect.stringContaining('Verified.') })
    appendFileSync(result, 'x')
    expect(await windfall(again)).toMatchObject({ code: 1, stdout: expect.stringContaining('NOT what the receipts name') })
  }
}
