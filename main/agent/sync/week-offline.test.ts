import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createSigner, generateKeyPem } from '../../kernel/signing.ts'
import { openAgentStores } from '../stores.ts'
import { createFakeCoordinator } from './coordinator.fake.ts'
import { createLinkStatus } from './link-status.ts'
import { runOutbox } from './outbox.ts'
import { createTestProver } from '../stored-prover.fixture.ts'

const gone = (leaseId: string) => Number(leaseId.slice(1)) < 20
const nothing = () => undefined
const WEEK = 7 * 86_400_000
const signer = createSigner(generateKeyPem())

/** An agent with an outbox that runs, and a status that its owner sees. */
function setUp() {
  const directory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'windfall-week-'))
  const stores = openAgentStores(directory)
  onTestFinished(() => {
    stores[Symbol.dispose]()
    rmSync(directory, { recursive: true, force: true })
  })
  const clock = createFakeClock()
  const coordinator = createFakeCoordinator(signer, clock)
  const { realign, finish } = createTestProver({ stores, signer, clock })
  const messages: (string | null)[] = []
  const status = createLinkStatus({ url: 'http://c', clock, skewMs: () => null, log: { warn: nothing, info: nothing }, changed: nothing, connected: nothing })
  status.http(null)
  const refused: string[] = []
  const delivered = () => {
    status.delivered(stores.outbox.count() - 1)
    messages.push(status.view().message)
  }
  const run = (signal: AbortSignal) =>
    runOutbox(
      {
        outbox: stores.outbox,
        client: coordinator.client,
        nodeId: signer.keyId,
        signer,
        clock,
        random: () => 0.5,
        handOver: async () => undefined,
        realign,
        accepted: delivered,
        refused: (item, { code }) => {
          refused.push(`${item.kind} ${item.leaseId} ${code}`)
          delivered()
        },
        postponed: nothing,
      },
      signal,
    )
  const job = async (number: number, output?: Uint8Array<ArrayBuffer>) => {
    const held = { leaseId: `l${number}`, token: 1 }
    stores.outbox.add(`start-${number}`, { kind: 'start', ...held }, clock.now())
    if (number % 5 === 4)
      stores.outbox.add(`fail-${number}`, { kind: 'fail', ...held, reason: 'job.exit-code', message: 'x', exitCode: 1, retry: false }, clock.now())
    else await finish(held.leaseId, output)
  }
  return { stores, clock, coordinator, messages, refused, run, job }
}

test('after a week offline three hundred reports go up in order within a minute, and the owner sees how far it is', async () => {
  const { stores, clock, coordinator, messages, refused, run, job } = setUp()
  const asked: number[] = []
  let away = true
  let atOnce = 0
  let most = 0
  const { invoke } = coordinator.transport
  Object.assign(coordinator.transport, {
    invoke: async (name: string, input: unknown) => {
      most = Math.max(most, ++atOnce)
      try {
        return await invoke(name, input)
      } finally {
        atOnce -= 1
      }
    },
  })
  coordinator.fate = () => {
    asked.push(clock.monotonic())
    return away ? 'lost' : 'well'
  }
  const stop = new AbortController()
  const running = run(stop.signal)
  for (let number = 0; number < 150; number++) {
    await job(number)
    await clock.advance(WEEK / 150)
  }
  // Never more often than every second, on average every fifteen, for a week.
  expect(asked.length).toBeLessThan(WEEK / 15_000 + 10)
  expect(stores.outbox.count()).toBe(300)
  away = false
  const back = clock.monotonic()
  for (let round = 0; round < 60 && stores.outbox.count() > 0; round++) await clock.advance(1_000)
  expect(clock.monotonic() - back).toBeLessThanOrEqual(60_000)
  stop.abort()
  await running
  expect(coordinator.taken).toEqual(
    Array.from({ length: 150 }, (_, number) => [`start l${number}`, `${number % 5 === 4 ? 'fail' : 'proof'} l${number}`]).flat(),
  )
  expect([refused, most]).toEqual([[], 1])
  expect(messages[119]).toBe('Catching up: 120 of 300 reports delivered.')
  expect(messages.at(-1)).toBeNull()
})

test('what was given to others meanwhile is settled with the reason, and holds nothing up', async () => {
  const { stores, clock, coordinator, refused, run, job } = setUp()
  for (let number = 0; number < 40; number++) await job(number)
  const { invoke } = coordinator.transport
  coordinator.verdict = (leaseId) => (gone(leaseId) ? 'proof.lease' : null)
  Object.assign(coordinator.transport, {
    invoke: (name: string, input: { leaseId?: string }) => {
      const lost = ['startAttempt', 'failAttempt'].includes(name) && gone(input.leaseId ?? '')
      coordinator.fate = () => (lost ? 'lease.lost' : 'well')
      return invoke(name, input)
    },
  })
  const stop = new AbortController()
  const running = run(stop.signal)
  for (let round = 0; round < 60 && stores.outbox.count() > 0; round++) await clock.advance(1_000)
  stop.abort()
  await running
  expect(stores.outbox.count()).toBe(0)
  expect(refused).toHaveLength(40)
  expect(new Set(refused.map((text) => text.split(' ').at(-1)))).toEqual(new Set(['lease.lost', 'proof.lease']))
  expect(coordinator.taken).toHaveLength(40)
  expect(coordinator.accepted.map(({ proof }) => proof.seq)).toEqual(Array.from({ length: 16 }, (_, index) => index + 1))
})

test('large outputs that wait are not in memory, only the one that goes up', async () => {
  const { stores, clock, coordinator, run, job } = setUp()
  const output = new Uint8Array(1_048_576)
  for (let number = 0; number < 48; number++) await job(number, output)
  expect(JSON.stringify(stores.outbox.proofs()).length).toBeLessThan(1_048_576)
  // All that wait are signed anew, and keep their outputs.
  coordinator.verdict = (leaseId) => (leaseId === 'l0' ? 'proof.output' : null)
  const sent = new Set<number>()
  const { invoke } = coordinator.transport
  Object.assign(coordinator.transport, {
    invoke: (name: string, input: { output?: string }) => {
      if (input.output !== undefined) sent.add(Buffer.from(input.output, 'base64').length)
      return invoke(name, input)
    },
  })
  const stop = new AbortController()
  const running = run(stop.signal)
  for (let round = 0; round < 60 && stores.outbox.count() > 0; round++) await clock.advance(1_000)
  stop.abort()
  await running
  expect([stores.outbox.count(), [...sent]]).toEqual([0, [output.length]])
})
