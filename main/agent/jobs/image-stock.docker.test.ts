import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../kernel/clock.ts'
import { openSqlite } from '../../kernel/sqlite.ts'
import * as containers from '../migrations/0004-containers.ts'
import { AGENT_LABEL, type ContainerSpec } from './container-spec.ts'
import { MIB, NEVER, type Registry, engine, runtimeOf, serveRegistry } from './docker.fixture.ts'
import { type TestImage, imageOf, tarOf } from './image.fixture.ts'
import { jobTag } from './image-archive.ts'
import { ImageRules } from './image-rules.ts'
import { createImageStockStore } from './image-stock.store.ts'
import { createImageStock } from './image-stock.ts'
import { type PrepareProgress, type Runtime, digestOf } from './runtime.ts'

const AGENT = `stock-${process.pid}`
const never = () => Promise.reject(new Error('fetched'))
const GB = 1_000_000_000

afterAll(async () => expect(await engine.list(`${AGENT_LABEL}=${AGENT}`, NEVER)).toEqual([]))

/** An agent with a budget of its own; time is the test's, so that the order of use is certain. */
function agentWith(change: Partial<ImageRules>) {
  const rules = { ...ImageRules.parse({ allow: ['*'] }), ...change }
  const store = createImageStockStore(openSqlite(':memory:', [containers]))
  const needed: string[] = []
  let now = systemClock.now()
  const clock = { ...systemClock, now: () => (now = (now + 1) as typeof now) }
  const runtime = runtimeOf(AGENT, { rules, stock: createImageStock({ engine, store, clock, rules, needed: () => new Set(needed) }) })
  return { runtime, store, needed }
}

const layerOf = (name: string, bytes: number) => tarOf({ [name]: { content: randomBytes(bytes) } })

async function servedImage(bytes: number, options: { readonly slow?: boolean } = {}): Promise<Registry> {
  const layer = await layerOf('data', bytes)
  const config = { architecture: 'amd64', os: 'linux', config: { Cmd: ['/data'] }, rootfs: { type: 'layers', diff_ids: [digestOf(layer)] } }
  const registry = await serveRegistry(layer, Buffer.from(JSON.stringify(config)), options)
  onTestFinished(async () => {
    await registry[Symbol.asyncDispose]()
    await engine.removeImage(registry.reference)
  })
  return registry
}

interface Pulling {
  readonly signal?: AbortSignal
  readonly mayFetch?: () => boolean
  readonly onProgress?: (progress: PrepareProgress) => void
}

const pull = (runtime: Runtime, { reference }: Registry, { signal = NEVER, mayFetch = () => true, onProgress = () => undefined }: Pulling = {}) => {
  const image = reference.slice(reference.indexOf('@') + 1)
  return runtime.prepare({ runtime: { name: 'docker', image, archive: null, reference }, mayFetch, fetchArchive: never }, onProgress, signal)
}

async function loadedImage(): Promise<TestImage> {
  const built = await imageOf(await layerOf('data', 4 * MIB), { Cmd: ['/data'] })
  onTestFinished(async () => void (await engine.removeImage(jobTag(built.image))))
  return built
}

const load = (runtime: Runtime, { archive, image }: TestImage) =>
  runtime.prepare(
    { runtime: { name: 'docker', image, archive: digestOf(archive), reference: null }, fetchArchive: async () => archive },
    () => undefined,
    NEVER,
  )
const isHere = async (name: string) => (await engine.inspectImage(name, NEVER)) !== null

test('a pull tells how far it is over all layers, and counts what it cost', async () => {
  const registry = await servedImage(2 * MIB, { slow: true })
  const { runtime, store } = agentWith({})
  const seen: PrepareProgress[] = []
  await pull(runtime, registry, { onProgress: (progress) => void seen.push(progress) })
  expect(seen.length).toBeGreaterThan(2)
  expect(seen.at(-1)).toEqual({ receivedBytes: seen.at(-1)?.totalBytes, totalBytes: expect.any(Number) })
  expect(store.traffic(new Date().toISOString().slice(0, 7))).toBeGreaterThan(2 * MIB)
  expect(store.all()).toMatchObject([{ name: registry.reference, imageId: expect.stringMatching(/^sha256:/) }])
})

test('a pull stops when the owner comes back: no byte more, no image, nothing in the books', async () => {
  const registry = await servedImage(16 * MIB, { slow: true })
  const { runtime, store } = agentWith({})
  const stop = new AbortController()
  const pulling = pull(runtime, registry, { signal: stop.signal, onProgress: ({ receivedBytes }) => void (receivedBytes > 0 && stop.abort('owner-present')) })
  await expect(pulling).rejects.toBe('owner-present')
  // What is on its way in buffers still goes out.
  await delay(500)
  const sent = registry.sent()
  await delay(500)
  expect(registry.sent()).toBe(sent)
  expect(sent).toBeLessThan(8 * MIB)
  expect(await isHere(registry.reference)).toBe(false)
  expect(store.all()).toEqual([])
})

test('a network that becomes metered in the middle stops a pull, and none begins on one', async () => {
  const registry = await servedImage(16 * MIB, { slow: true })
  const { runtime } = agentWith({})
  let metered = false
  const pulling = pull(runtime, registry, { mayFetch: () => !metered, onProgress: ({ receivedBytes }) => void (metered ||= receivedBytes > 0) })
  await expect(pulling).rejects.toMatchObject({ code: 'network.metered' })
  expect(await isHere(registry.reference)).toBe(false)
  const sent = registry.sent()
  await expect(pull(runtime, registry, { mayFetch: () => false })).rejects.toMatchObject({ code: 'network.metered' })
  expect(registry.sent() - sent).toBeLessThan(MIB)
})

test('a pull stops at the month’s limit, and none begins after it', async () => {
  const registry = await servedImage(8 * MIB, { slow: true })
  const { runtime } = agentWith({ monthlyGB: MIB / GB })
  await expect(pull(runtime, registry)).rejects.toThrow('in a month')
  expect(registry.sent()).toBeLessThan(5 * MIB)
  await expect(pull(runtime, registry)).rejects.toThrow('in a month')
  expect(await isHere(registry.reference)).toBe(false)
})

test('what another job is about to run does not make room for the image of the next one', async () => {
  const { runtime, needed } = agentWith({ diskGB: (6 * MIB) / GB })
  const [first, second] = [await loadedImage(), await loadedImage()]
  await load(runtime, first)
  needed.push(jobTag(first.image))
  await expect(load(runtime, second)).rejects.toThrow('does not fit')
  expect(await isHere(jobTag(first.image))).toBe(true)
  needed.pop()
  await load(runtime, second)
  expect(await isHere(jobTag(first.image))).toBe(false)
})

test('two jobs that bring an image at the same time both get theirs, within one budget', async () => {
  const { runtime, store } = agentWith({ diskGB: (20 * MIB) / GB })
  const both = [await loadedImage(), await loadedImage()]
  await Promise.all(both.map((image) => load(runtime, image)))
  expect(store.all().map(({ name }) => name)).toEqual(both.map(({ image }) => jobTag(image)))
})

test('an image larger than the whole budget is refused and does not stay', async () => {
  const registry = await servedImage(3 * MIB)
  const { runtime, store } = agentWith({ diskGB: (2 * MIB) / GB })
  await expect(pull(runtime, registry)).rejects.toThrow('does not fit')
  expect(await isHere(registry.reference)).toBe(false)
  expect(store.all()).toEqual([])
})

test('the budget is kept by taking the least recently used away, and images of others survive', async () => {
  const { runtime, store } = agentWith({ diskGB: (10 * MIB) / GB })
  const owners = `windfall-test-owner-${process.pid}`
  const theirs = await imageOf(await layerOf('mine', 4 * MIB), {}, [`${owners}:1`])
  await engine.loadImage(Readable.from([theirs.archive]), NEVER)
  onTestFinished(async () => void (await engine.removeImage(`${owners}:1`)))
  const [first, second, third] = [await loadedImage(), await loadedImage(), await loadedImage()]
  await load(runtime, first)
  await load(runtime, second)
  await load(runtime, first)
  await load(runtime, third)
  expect(await Promise.all([first, second, third].map(({ image }) => isHere(image)))).toEqual([true, false, true])
  expect(store.bytes()).toBeLessThanOrEqual(10 * MIB)
  expect(await isHere(`${owners}:1`)).toBe(true)
})

test('an image that was here before is not ours to take away', async () => {
  const registry = await servedImage(4 * MIB)
  await engine.pullImage(registry.reference, () => undefined, NEVER)
  const { runtime, store } = agentWith({ diskGB: (6 * MIB) / GB })
  await pull(runtime, registry)
  await load(runtime, await loadedImage())
  await load(runtime, await loadedImage())
  expect(store.all()).toHaveLength(1)
  expect(await isHere(registry.reference)).toBe(true)
})

test('an image that a stranger’s container uses stays until it does not', async () => {
  const { runtime, store } = agentWith({ diskGB: (6 * MIB) / GB })
  const [first, second, third] = [await loadedImage(), await loadedImage(), await loadedImage()]
  await load(runtime, first)
  const spec = { Image: first.image, Entrypoint: ['/data'], Cmd: [], HostConfig: { NetworkMode: 'none' } } as unknown as ContainerSpec
  const id = await engine.createContainer(`windfall-test-user-${process.pid}`, spec)
  try {
    await expect(load(runtime, second)).rejects.toThrow('does not fit')
    expect(await isHere(first.image)).toBe(true)
  } finally {
    await engine.remove({ kind: 'container', id })
  }
  await load(runtime, third)
  expect(await isHere(first.image)).toBe(false)
  expect(store.all()).toHaveLength(1)
})

test('what arrived while the agent was killed is known as ours afterwards', async () => {
  const { runtime, store } = agentWith({ diskGB: (6 * MIB) / GB })
  const registry = await servedImage(4 * MIB)
  store.begin(registry.reference, 1)
  store.begin(`${registry.reference.slice(0, -4)}0000`, 1)
  await engine.pullImage(registry.reference, () => undefined, NEVER)
  await load(runtime, await loadedImage())
  expect(await isHere(registry.reference)).toBe(false)
  expect(store.all()).toHaveLength(1)
})

test('the owner’s list decides what runs, and nothing gets a GPU that is not on it', async () => {
  const registry = await servedImage(MIB)
  const { reference } = registry
  const [repository = '', digest = ''] = reference.split('@')
  const prepare = (allow: string[] | null, gpu: boolean) =>
    agentWith({ allow }).runtime.prepare(
      { runtime: { name: 'docker', image: digest, archive: null, reference }, gpu, fetchArchive: never },
      () => undefined,
      NEVER,
    )
  await expect(prepare(null, true)).rejects.toMatchObject({ code: 'runtime.unavailable', message: expect.stringContaining('to use the GPU') })
  await expect(prepare(['another/repository'], false)).rejects.toThrow('list of allowed images')
  expect(await isHere(reference)).toBe(false)
  for (const allow of [[digest], [repository], ['*']]) await prepare(allow, true)
  await prepare(null, false)
})
