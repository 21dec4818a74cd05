import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BUNDLE_TYPE } from '../../shared/domain/carbon-receipt.ts'
import { testBundle, testLogKey, testNode, testReceiptKey } from '../../shared/domain/receipt-bundle.fake.ts'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { createIds } from '../kernel/ids.ts'
import type { DeviceKeys } from '../kernel/device-key.ts'
import { createSigner, generateKeyPem } from '../kernel/signing.ts'
import { createLiveLogs } from './jobs/live-logs.ts'
import { parseAgentConfig } from './config.ts'
import { createCoordinatorSession } from './coordinator-session.ts'
import type { PowerSource } from './power-source.ts'
import { createReceiptFolder } from './receipt-folder.ts'
import { type AgentStores, openAgentStores } from './stores.ts'
import { type FakeCoordinator, createFakeCoordinator } from './sync/coordinator.fake.ts'
import { serveFakeCoordinator } from './sync/coordinator-server.fake.ts'
import { eventOf, factsOf, payoutFact } from './sync/facts.fixture.ts'
import { createTestWork } from './work.fixture.ts'

const signer = createSigner(generateKeyPem())
const bundle = await testBundle()
const gpu = {
  device: { kind: 'gpu', vendor: 'NVIDIA', name: 'RTX 4070', driver: '595', uuid: 'GPU-1', vramBytes: 1, powerLimitW: 200 },
} as unknown as PowerSource
const keys: DeviceKeys = {
  nodeId: signer.keyId,
  signer,
  history: () => ({ firstKey: signer.publicJwk, rotations: [] }),
  next: () => null,
  prepare: () => expect.fail(),
  adopt: async () => undefined,
  postpone: () => undefined,
  describe: () => expect.fail(),
}
const anchor = () => ({ cluster: 'localnet', signature: '2'.repeat(64), memo: 'windfall:log/1' })
const TRUSTED = [testReceiptKey.keyId, testLogKey.keyId]
let directory: string
let stores: AgentStores
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'windfall-session-'))
  stores = openAgentStores(directory)
})
afterEach(() => {
  stores[Symbol.dispose]()
  rmSync(directory, { recursive: true, force: true })
})

function startAgent(coordinatorUrl: string | null) {
  const clock = createFakeClock()
  const work = createTestWork({ stores, signer, clock })
  const hardware = { lent: [gpu] as PowerSource[] }
  const session = createCoordinatorSession({
    config: parseAgentConfig({ dataDirectory: directory, coordinatorUrl }),
    stores,
    keys,
    clock,
    log: pino({ level: 'silent' }),
    inventory: { current: () => ({ cpu: { vendor: 'test', model: 'test', packages: 1, cores: 2, threads: 4, memoryBytes: 0 }, sources: [gpu], seen: [] }) },
    devices: { offered: async () => hardware.lent },
    checkpoints: { exportCheckpoint: async () => null },
    probeRuntimes: async () => [],
    sampleLog: async () => null,
    grid: work.grid,
    solar: { site: null, update: () => undefined },
    tariff: { current: () => null },
    work,
    news: work.news,
    logs: createLiveLogs({ clock, ids: createIds(clock) }),
    receipts: createReceiptFolder(directory),
  })
  /** Runs the session until something is so, over real sockets and with time that only this loop moves. */
  const until = async (done: () => boolean) => {
    const stop = new AbortController()
    const running = session.run(stop.signal)
    for (let turn = 0; turn < 3_000 && !done(); turn++) await clock.advance(20)
    const reached = done()
    stop.abort()
    await clock.advance(1_000)
    await running
    expect(reached).toBe(true)
  }
  return { ...session, ...work, hardware, until }
}

/** Another coordinator: other keys, other events. */
function other(coordinator: FakeCoordinator, key = testNode.publicJwk): FakeCoordinator {
  const { invoke } = coordinator.transport
  Object.assign(coordinator.transport, {
    invoke: async (name: string, input: unknown) => {
      const answer = await invoke(name, input)
      return name === 'keys' ? { ...(answer as object), receiptKey: key, logKey: key } : answer
    },
  })
  return coordinator
}

test('an agent without a coordinator says so and waits', async () => {
  const { state, run } = startAgent(null)
  expect(state()).toEqual({ state: 'unconfigured', url: null, lastSyncAt: null, message: null })
  const stop = new AbortController()
  stop.abort()
  await expect(run(stop.signal)).resolves.toBeUndefined()
})

test('what happened to this node arrives in its stores and as a file of its own, once', async () => {
  const coordinator = createFakeCoordinator(signer)
  await using server = await serveFakeCoordinator(coordinator)
  coordinator.events.push(...factsOf('job-a', bundle).map((fact, index) => eventOf(index + 1, fact)))
  const agent = startAgent(server.url)
  await agent.until(() => stores.facts.payoutTotals().paidMicroUsd > 0n)
  expect(stores.facts.payoutTotals()).toEqual({ inFlightMicroUsd: 0n, paidMicroUsd: 150n, paidLamports: 1_000n })
  expect(stores.facts.listReceipts(null, 10)).toHaveLength(1)
  expect(readdirSync(join(directory, 'receipts'))).toEqual(['receipt-1.wfreceipt'])
  expect(agent.state()).toMatchObject({ url: server.url, lastSyncAt: expect.any(String) })
  const asked = coordinator.calls.filter((call) => call === 'nodeEvents').length
  await startAgent(server.url).until(() => coordinator.calls.filter((call) => call === 'heartbeat').length >= 2)
  expect(coordinator.calls.filter((call) => call === 'nodeEvents')).toHaveLength(asked)
})

test('a refusal is shown to the owner with its code, and the next proof is accepted without a restart', async () => {
  const coordinator = createFakeCoordinator(signer)
  coordinator.verdict = (leaseId) => (leaseId === 'b' ? 'proof.implausible' : null)
  await using server = await serveFakeCoordinator(coordinator)
  const agent = startAgent(server.url)
  await agent.finish('a')
  await agent.finish('b')
  let more = false
  await agent.until(() => {
    if (!more && stores.jobs.get('b')?.state === 'refused') {
      more = true
      void agent.finish('c')
    }
    return coordinator.accepted.length === 2
  })
  expect(coordinator.accepted.map(({ proof }) => [proof.seq, proof.leaseId])).toEqual([
    [1, 'a'],
    [2, 'c'],
  ])
  expect(stores.jobs.get('b')).toMatchObject({ state: 'refused', code: 'proof.implausible', message: 'Refused with proof.implausible.' })
})

test('a job that was accepted stays accepted, whatever a repeated report is answered with', async () => {
  const coordinator = createFakeCoordinator(signer)
  coordinator.verdict = () => 'proof.lease'
  await using server = await serveFakeCoordinator(coordinator)
  const agent = startAgent(server.url)
  await agent.finish('a')
  stores.jobs.update('a', { state: 'accepted', receiptId: 'receipt-1' })
  await agent.until(() => stores.outbox.peek() === null)
  expect(stores.jobs.get('a')).toMatchObject({ state: 'accepted', code: null })
})

test('keys are pinned on first contact; other keys at the same address are not trusted, another coordinator’s are', async () => {
  const first = createFakeCoordinator(signer)
  await using server = await serveFakeCoordinator(first)
  const agent = startAgent(server.url)
  expect(agent.pinnedKeys()).toEqual([])
  await agent.until(() => first.calls.includes('heartbeat'))
  expect(agent.pinnedKeys()).toEqual(TRUSTED)
  first.calls.length = 0
  other(first)
  await startAgent(server.url).until(() => first.calls.includes('heartbeat'))
  expect(agent.pinnedKeys()).toEqual(TRUSTED)
  const key = createSigner(generateKeyPem())
  const second = other(createFakeCoordinator(signer), key.publicJwk)
  await using elsewhere = await serveFakeCoordinator(second)
  const moved = startAgent(elsewhere.url)
  await moved.until(() => second.calls.includes('heartbeat'))
  expect(moved.pinnedKeys()).toEqual([...TRUSTED, key.keyId, key.keyId])
})

test('a node that moves to another coordinator reads that one’s news from the start, and one that only changed its address from where it was', async () => {
  const first = createFakeCoordinator(signer)
  for (let seq = 1; seq <= 5; seq++) first.events.push(eventOf(seq, payoutFact(`first-${seq}`)))
  await using server = await serveFakeCoordinator(first)
  await startAgent(server.url).until(() => stores.facts.listPayouts(null, 10).length === 5)
  const second = other(createFakeCoordinator(signer))
  second.events.push(eventOf(1, payoutFact('second-1')))
  await using elsewhere = await serveFakeCoordinator(second)
  await startAgent(elsewhere.url).until(() => stores.facts.listPayouts(null, 10).length === 6)
  await using again = await serveFakeCoordinator(first)
  first.calls.length = 0
  await startAgent(again.url).until(() => first.calls.includes('heartbeat'))
  expect(first.calls).not.toContain('nodeEvents')
})

test('an anchor that came later is fetched for the receipts that wait for one, and no other receipt slips in with it', async () => {
  const coordinator = createFakeCoordinator(signer)
  const answers = [await testBundle({ anchor, statement: (statement) => ({ ...statement, subject: [] }) }), await testBundle({ anchor })]
  const { invoke } = coordinator.transport
  Object.assign(coordinator.transport, {
    invoke: (name: string, input: unknown) =>
      name === 'getReceipt' ? Promise.resolve(answers.length > 1 ? answers.shift() : answers[0]) : invoke(name, input),
  })
  await using server = await serveFakeCoordinator(coordinator)
  coordinator.events.push(eventOf(1, { kind: 'receipt', receiptId: 'receipt-1', bundle }))
  await startAgent(server.url).until(() => stores.facts.receipt('receipt-1')?.anchor?.cluster === 'localnet')
  expect(stores.facts.unanchored(10)).toEqual([])
  expect(stores.facts.receipt('receipt-1')).toMatchObject({ bundle: BUNDLE_TYPE, receipt: bundle.receipt })
})

test('a device that is switched off is no longer announced, others stay, and nothing is told twice', async () => {
  const coordinator = createFakeCoordinator(signer)
  const told: string[][] = []
  const { invoke } = coordinator.transport
  Object.assign(coordinator.transport, {
    invoke: (name: string, input: { readonly capabilities?: { readonly gpus: readonly { readonly name: string }[] } }) => {
      if (name === 'enrol') told.push((input.capabilities?.gpus ?? []).map((one) => one.name))
      return invoke(name, input)
    },
  })
  await using server = await serveFakeCoordinator(coordinator)
  const agent = startAgent(server.url)
  let beats = 0
  await agent.until(() => {
    agent.announce()
    beats = coordinator.calls.filter((call) => call === 'heartbeat').length
    if (beats === 2) agent.hardware.lent = []
    return beats === 4
  })
  expect(told).toEqual([['RTX 4070'], []])
})
