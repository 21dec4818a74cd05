import type { KyselyPlugin } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { OPERATOR, type TestCore, enrol, startTestCore } from './core.fake.ts'
import { testCapabilities } from './test-work.fake.ts'
import { createSigner, generateKeyPem } from '../kernel/signing.ts'
import { enrolmentText } from '../../shared/domain/enrolment.ts'
import { transact } from './persistence/database.ts'
import { createAvailabilityStore } from './registry/availability.store.ts'
import { createCapabilitiesStore } from './registry/capabilities.store.ts'

let core: TestCore
beforeEach(async () => {
  core = await startTestCore()
})
afterEach(() => core[Symbol.asyncDispose]())

const nodes = () => core.parts.nodes
const page = { state: null, beginning: null, after: null, limit: 50 } as const
/** So much of every hour of the week. */
const hours = (ms: number) => Array.from({ length: 168 }, () => ms)
const reason = 'gone for good'

test('nodes are listed newest first, a page at a time, by state and by the beginning of their ids', async () => {
  const made: string[] = []
  for (let count = 0; count < 5; count++) {
    made.unshift((await core.enrol()).nodeId)
    await core.clock.advance(1)
  }
  const first = await nodes().list({ ...page, limit: 3 })
  const rest = await nodes().list({ ...page, limit: 3, after: first.next })
  expect([...first.items, ...rest.items].map(({ nodeId }) => nodeId)).toEqual(made)
  expect(rest.next).toBeNull()
  const [newest = ''] = made
  await nodes().quarantine(OPERATOR, { nodeId: newest, reason })
  expect((await nodes().list({ ...page, state: 'quarantined' })).items).toMatchObject([{ nodeId: newest, state: 'quarantined', reason }])
  expect((await nodes().list({ ...page, beginning: newest.slice(0, 10) })).items.map(({ nodeId }) => nodeId)).toEqual([newest])
  expect((await nodes().list({ ...page, beginning: `${newest.slice(0, 10)}%` })).items).toEqual([])
  await expect(nodes().list({ ...page, after: 'nonsense' })).rejects.toMatchObject({ code: 'input.invalid' })
})

test('a node is shown with what it can do, whether it is there and how it has worked; its owner sees the same', async () => {
  const node = await core.enrol()
  const before = await nodes().show(node.nodeId)
  expect(before).toMatchObject({
    state: 'active',
    presence: 'unknown',
    reputation: 0.5,
    capabilities: testCapabilities,
    eco: null,
    standing: { jobs: 0, faults: {} },
  })
  await node.ready([{ leaseId: 'l', token: 1, state: 'running' }])
  expect(await nodes().own.show(node.nodeId)).toMatchObject({ presence: 'online', running: 1 })
  await expect(nodes().show('x'.repeat(43))).rejects.toMatchObject({ code: 'not-found' })
})

test('the eco score is there once it is known when the machine is idle', async () => {
  const node = await core.enrol()
  await transact(core.db, (tx) => createAvailabilityStore(tx).save(node.nodeId, { asOf: core.clock.now(), watched: hours(36e5), willing: hours(18e5) }))
  const stop = new AbortController()
  const learning = core.registry.learn(stop.signal)
  await expect.poll(async () => (await nodes().own.show(node.nodeId)).eco).toEqual({ score: 0.25, idle: 0.5, solarShare: 0 })
  stop.abort()
  await learning
})

test('every change of what a node can do is kept, the newest first', async () => {
  const signer = createSigner(generateKeyPem())
  const { nodeId } = await enrol(core, signer)
  for (const ramBytes of [1e9, 2e9, 2e9]) {
    const { challenge } = core.registry.begin(signer.publicJwk)
    const signature = Buffer.from(await signer.sign(enrolmentText(challenge, null))).toString('base64')
    await core.registry.enrol({ publicJwk: signer.publicJwk, challenge, signature, capabilities: { ...testCapabilities, ramBytes }, payoutAddress: null })
  }
  const first = await nodes().history({ nodeId, after: null, limit: 2 })
  expect(first.items.map(({ version, capabilities }) => [version, capabilities.ramBytes])).toEqual([
    [3, 2e9],
    [2, 1e9],
  ])
  const rest = await nodes().own.history({ nodeId, after: first.next, limit: 2 })
  expect([rest.items.map(({ version }) => version), rest.next]).toEqual([[1], null])
  await expect(nodes().history({ nodeId, after: 'x', limit: 2 })).rejects.toMatchObject({ code: 'input.invalid' })
})

test('an owner takes out its own machine and those of its fleet, and nobody else’s', async () => {
  const [own, mate, stranger] = [await core.enrol(), await core.enrol(), await core.enrol()]
  await core.parts.fleets.join(mate.nodeId, (await core.parts.fleets.invite(own.nodeId)).code)
  await expect(nodes().own.remove(own.nodeId, { nodeId: stranger.nodeId, reason })).rejects.toMatchObject({ code: 'auth.refused' })
  expect(await nodes().own.remove(own.nodeId, { nodeId: mate.nodeId, reason })).toMatchObject({ state: 'removed', reason })
  expect(await nodes().own.remove(own.nodeId, { nodeId: own.nodeId, reason })).toMatchObject({ state: 'removed' })
  await expect(nodes().own.remove(own.nodeId, { nodeId: mate.nodeId, reason })).rejects.toMatchObject({ code: 'auth.refused' })
  expect((await core.registry.list()).map(({ nodeId }) => nodeId)).toEqual([stranger.nodeId])
})

test('a quarantined machine takes itself out, and no other one of its fleet', async () => {
  const [own, mate] = [await core.enrol(), await core.enrol()]
  await core.parts.fleets.join(mate.nodeId, (await core.parts.fleets.invite(own.nodeId)).code)
  await nodes().quarantine(OPERATOR, { nodeId: own.nodeId, reason })
  await expect(nodes().own.remove(own.nodeId, { nodeId: mate.nodeId, reason })).rejects.toMatchObject({ code: 'auth.refused' })
  expect(await nodes().own.remove(own.nodeId, { nodeId: own.nodeId, reason })).toMatchObject({ state: 'removed' })
})

test('of what a listed node has said before, nothing is read', async () => {
  const { nodeId } = await core.enrol()
  await transact(core.db, async (tx) => {
    for (let ramBytes = 1; ramBytes <= 5; ramBytes++) await createCapabilitiesStore(tx).setCapabilities(nodeId, { ...testCapabilities, ramBytes }, ramBytes)
  })
  const read: number[] = []
  const counting: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      read.push(result.rows.length)
      return result
    },
  }
  const found = await createCapabilitiesStore(core.db.withPlugin(counting)).capabilitiesOf([nodeId])
  expect(found.get(nodeId)).toMatchObject({ ramBytes: 5 })
  expect(read).toEqual([1])
})
