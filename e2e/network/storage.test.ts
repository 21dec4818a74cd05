import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { Client as Postgres } from 'pg'
import { expect, test } from 'vitest'
import { build } from '../../main/cli/build.ts'
import { hasPostgres } from '../../main/coordinator/persistence/databases.fixture.ts'
import { startPostgres } from '../../main/coordinator/persistence/postgres-server.fixture.ts'
import { testSpec } from '../../main/coordinator/test-work.fake.ts'
import { createHttpTransport } from '../../main/kernel/contract-http.ts'
import { readInstance } from '../../main/kernel/instance-file.ts'
import { skipFor } from '../../main/kernel/requirement.fixture.ts'
import { coordinatorContract } from '../../shared/contract/coordinator.ts'
import { connect } from '../../shared/contract/define.ts'
import { enrolAgents, newAgents } from '../scale/agents.ts'
import { createNode } from '../scale/windfall-queue.ts'
import { type CoordinatorReady, startFleet } from '../support/fleet.ts'
import { type Service, startService, temporaryDirectory, until } from '../support/windfall.ts'

const DISK_BYTES = 48 * 1_048_576
const MOST_JOBS = 2_000

/** Runs what follows with a disk of its own at its first argument, which nobody else sees. */
const behindOwnDisk = (place: string): readonly string[] => [
  'unshare',
  '-rm',
  'sh',
  '-c',
  `mount -t tmpfs -o size=${DISK_BYTES} tmpfs "$0" && exec "$@"`,
  place,
]

const hasOwnDisk = (): boolean => {
  const { status } = spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs tmpfs /tmp'])
  if (status !== 0) skipFor('a coordinator whose disk is full', 'no file system can be mounted here (unshare -rm)')
  return status === 0
}

interface Answer {
  readonly status: number
  readonly retryAfter: string | null
  readonly code: string | null
}

interface Given {
  readonly url: string
  readonly apiKey: string
}

/** Asks as any program would, and reads what the answer says to programs. */
async function submit({ url, apiKey }: Given, jobId: string): Promise<Answer> {
  const spec = testSpec(Date.now(), { price: { microUsdPerHour: '60', maxMicroUsd: '10' } })
  const response = await fetch(`${url}/v1/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
    body: JSON.stringify({ jobId, spec }),
  })
  const body = (await response.json()) as { code?: string }
  return { status: response.status, retryAfter: response.headers.get('retry-after'), code: body.code ?? null }
}

const clientOf = ({ url, apiKey }: Given) =>
  connect(coordinatorContract, createHttpTransport(coordinatorContract, { baseUrl: url, authorize: async () => ({ authorization: `Bearer ${apiKey}` }) }))

/** Submits until it is refused; returns what was accepted and the refusal. */
async function submitUntilRefused(given: Given, name: string): Promise<{ accepted: readonly string[]; refused: string; answer: Answer }> {
  const accepted: string[] = []
  for (let number = 0; number < MOST_JOBS; number++) {
    const jobId = `${name}-${number}`
    const answer = await submit(given, jobId)
    if (answer.status === 429) await new Promise((resolve) => setTimeout(resolve, 200))
    else if (answer.status >= 300) return { accepted, refused: jobId, answer }
    else accepted.push(jobId)
  }
  throw new Error(`${MOST_JOBS} jobs were accepted.`)
}

/** Everything that was accepted is there, the books balance, and what was refused is accepted now. */
async function expectRecovered(given: Given, { accepted, refused }: { accepted: readonly string[]; refused: string }): Promise<void> {
  const client = clientOf(given)
  await until(
    () => submit(given, refused),
    ({ status }) => status === 200,
    { what: 'work being accepted again' },
  )
  for (const jobId of [...accepted, refused]) expect((await client.call('getJob', { jobId })).jobId).toBe(jobId)
  expect(await client.call('checkLedger', {})).toMatchObject({ balanced: true, findings: [] })
}

/** Takes every byte that is left. */
function fill(file: string): void {
  const block = Buffer.alloc(65_536)
  const descriptor = openSync(file, 'w')
  try {
    for (let size = block.length; size >= 1; )
      try {
        writeSync(descriptor, block, 0, size)
      } catch {
        size = Math.floor(size / 2)
      }
  } finally {
    closeSync(descriptor)
  }
}

test.runIf(hasOwnDisk())('a full disk: new work is refused with a reason, a proof waits, nothing is lost, and it goes on by itself', async () => {
  using root = temporaryDirectory()
  await using fleet = await startFleet(root.path)
  const place = join(root.path, 'disk')
  mkdirSync(place)
  const args = ['coordinator', '--data', place, '--port', '0', '--rpc', fleet.rpcUrl, '--test-funds', '--no-live-grid', '--log-level', 'error']
  const service: Service<CoordinatorReady> = await startService(args, {}, behindOwnDisk(place))
  try {
    const { url } = service.ready
    const disk = `/proc/${service.pid}/root${place}`
    const given = { url, apiKey: readInstance(disk)?.coordinator?.apiKey ?? '' }
    expect((await submit(given, 'before')).status).toBe(200)
    const agents = newAgents(1)
    await enrolAgents(url, agents)
    const [agent] = agents
    const node = agent && (await createNode(given, agent))
    if (!node) throw new Error('there is no node')
    await node.ready()
    const lease = await until(
      () => node.lease(),
      (found) => found !== null,
      { what: 'a lease' },
    )

    fill(join(disk, 'filler'))
    const turnedAway = await submitUntilRefused(given, 'full')
    expect(turnedAway.answer).toEqual({ status: 503, code: 'storage.full', retryAfter: '5' })
    expect((await clientOf(given).call('getJob', { jobId: 'before' })).jobId).toBe('before')
    if (lease) await expect(node.prove(lease)).rejects.toThrow('storage.full')

    rmSync(join(disk, 'filler'))
    await expectRecovered(given, turnedAway)
    if (lease) expect(await node.prove(lease)).toMatchObject({ jobId: 'before' })
    expect(service.alive()).toBe(true)
    node.close()
  } finally {
    await service.stop()
  }
})

test.runIf(hasPostgres)('a database that can only be read: new work is refused with a reason, nothing is lost, and it goes on by itself', async () => {
  using root = temporaryDirectory()
  // What ships, on a database in which nothing is yet: a bundle finds its migrations otherwise than the sources do.
  await build({ only: ['coordinator'] }, () => undefined)
  await using fleet = await startFleet(root.path)
  const postgres = await startPostgres()
  const admin = new Postgres({ connectionString: postgres.url })
  await admin.connect()
  const makeReadOnly = async (value: 'on' | 'off') => {
    await admin.query('SET default_transaction_read_only = off')
    await admin.query(`ALTER SYSTEM SET default_transaction_read_only = ${value}`)
    await admin.query('SELECT pg_reload_conf()')
  }
  const data = join(root.path, 'coordinator')
  const args = ['coordinator', '--data', data, '--port', '0', '--rpc', fleet.rpcUrl, '--test-funds', '--no-live-grid', '--log-level', 'error']
  const service: Service<CoordinatorReady> = await startService(args, { WINDFALL_DATABASE_URL: postgres.url })
  try {
    const given = { url: service.ready.url, apiKey: readInstance(data)?.coordinator?.apiKey ?? '' }
    expect((await submit(given, 'before')).status).toBe(200)
    await makeReadOnly('on')
    const turnedAway = await submitUntilRefused(given, 'read-only')
    expect(turnedAway.answer).toEqual({ status: 503, code: 'storage.read-only', retryAfter: '5' })
    expect((await clientOf(given).call('getJob', { jobId: 'before' })).jobId).toBe('before')
    await makeReadOnly('off')
    await expectRecovered(given, turnedAway)
    expect(service.alive()).toBe(true)
  } finally {
    await service.stop()
    await admin.end()
    await postgres.stop()
  }
})
