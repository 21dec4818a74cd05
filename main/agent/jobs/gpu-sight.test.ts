import { expect, test } from 'vitest'
import { WindfallError } from '../../../shared/errors.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { CARD } from '../gpu/identity.fixture.ts'
import type { DeviceIdentity } from '../power-source.ts'
import type { ContainerEngine } from './container-engine.ts'
import { seeGpuInside } from './gpu-inside.ts'
import { createGpuSight } from './gpu-sight.ts'

const signal = new AbortController().signal
const SEES = '@l/dev\nnull\nnvidia0\nnvidiactl\n@o/dev/nvidiactl\ndone\n@o/dev/nvidia0\ndone\n'

const unused = (): never => {
  throw new Error('a look needs none of this')
}

/** An engine whose container says what `answers` holds at that moment, and counts how often it was asked. */
function createEngine() {
  const state = { version: '28.0.0', output: SEES, looks: 0, failure: null as Error | null, left: new Set<string>(), specs: [] as unknown[] }
  const engine: ContainerEngine = {
    describe: async () => ({ version: state.version, os: 'linux', cpus: 4, missing: [], cdiDevices: [], takesSeccomp: true }),
    freeBytes: async () => null,
    inspectImage: async (id) =>
      (state.left.has(id)
        ? { id, os: 'linux', repoDigests: [], entrypoint: ['/look'], cmd: [], env: [], volumes: [], workingDir: '', labels: [] }
        : null) as never,
    loadImage: async (archive) => {
      const { createHash } = await import('node:crypto')
      const { extract } = await import('tar-stream')
      const { buffer } = await import('node:stream/consumers')
      for await (const entry of archive.pipe(extract())) {
        const digest = createHash('sha256')
          .update(await buffer(entry))
          .digest('hex')
        if (entry.header.name === `blobs/sha256/${digest}`) state.left.add(`sha256:${digest}`)
      }
    },
    pullImage: unused,
    removeImage: async () => {
      for (const name of state.left) if (name.startsWith('sha256:')) state.left.delete(name)
      return 'gone'
    },
    createVolume: async (name) => void state.left.add(name),
    createContainer: async (name, spec) => {
      state.specs.push(spec)
      state.left.add(`container ${name}`)
      return `container ${name}`
    },
    upload: unused,
    download: unused,
    start: async () => {
      state.looks += 1
      if (state.failure) throw state.failure
    },
    waitForExit: async () => 0,
    lastLogs: async (_, __, onBytes) => onBytes(Buffer.from(state.output)),
    ranOutOfMemory: unused,
    inspectContainer: unused,
    terminate: unused,
    kill: unused,
    freeze: unused,
    thaw: unused,
    setCpus: unused,
    followLogs: unused,
    list: unused,
    remove: async ({ id }) => void state.left.delete(id),
  }
  return { state, engine }
}

function createScene() {
  const { state, engine } = createEngine()
  const clock = createFakeClock()
  const toolkit = { version: '1.20.1' as string | null }
  const sight = createGpuSight({ engine, clock, agentId: 'a', toolkitVersion: async () => toolkit.version })
  return { state, clock, toolkit, sight, see: (change: Partial<DeviceIdentity> = {}) => sight.see({ ...CARD, ...change }, signal) }
}

test('a look hands in exactly the GPU asked for, and leaves nothing behind, even if it fails', async () => {
  const { state, engine } = createEngine()
  const deps = { engine, clock: createFakeClock(), agentId: 'a' }
  expect(await seeGpuInside(deps, ['GPU-1'], signal)).toMatchObject({ seen: true })
  expect(state.specs).toMatchObject([{ HostConfig: { DeviceRequests: [{ Driver: 'nvidia', DeviceIDs: ['GPU-1'] }] } }])
  state.failure = new WindfallError('runtime.failed', 'the engine has no such device')
  expect(await seeGpuInside(deps, ['GPU-1'], signal)).toEqual({ seen: false, reason: 'the engine has no such device' })
  expect([...state.left]).toEqual([])
})

test('a GPU that has no name for an engine is not seen, and nothing is started', async () => {
  const { state, see } = createScene()
  expect(await see({ containerIds: [] })).toMatchObject({ seen: false, reason: expect.stringContaining('only NVIDIA') })
  expect(state.looks).toBe(0)
})

test('one look is enough for an engine, a driver and a device; a change of any of them asks for another', async () => {
  const { state, see, sight } = createScene()
  await Promise.all([see(), see(), see()])
  expect(state.looks).toBe(1)
  await see({ driver: 'NVIDIA 600.10' })
  expect(state.looks).toBe(2)
  await see({ uuid: 'GPU-2', containerIds: ['GPU-2'] })
  expect(state.looks).toBe(3)
  state.version = '28.1.0'
  await see()
  expect(state.looks).toBe(4)
  sight.forget()
  await see()
  expect(state.looks).toBe(5)
})

test('a failure is tried again after five minutes, because its owner may have repaired it', async () => {
  const { state, see, clock } = createScene()
  state.output = '@l/dev\nnull\n'
  expect(await see()).toMatchObject({ seen: false })
  state.output = SEES
  expect(await see()).toMatchObject({ seen: false })
  await clock.advance(5 * 60_000)
  expect(await see()).toMatchObject({ seen: true })
})

test('what was seen while the machine was told to forget is not kept', async () => {
  const { state, engine } = createEngine()
  const resumed = {
    ...engine,
    waitForExit: async () => {
      if (state.looks === 1) sight.forget()
      return 0
    },
  }
  const sight = createGpuSight({ engine: resumed, clock: createFakeClock(), agentId: 'a', toolkitVersion: async () => '1.20.1' })
  await sight.see(CARD, signal)
  await sight.see(CARD, signal)
  await sight.see(CARD, signal)
  expect(state.looks).toBe(2)
})

test('an unsafe toolkit is reason enough: no container is started', async () => {
  const { state, see, toolkit } = createScene()
  toolkit.version = '1.17.7'
  expect(await see()).toMatchObject({ seen: false, reason: expect.stringContaining('1.17.8') })
  expect(state.looks).toBe(0)
})

test('an engine that is away is the reason, and is asked again at once', async () => {
  const { engine } = createEngine()
  let away = true
  const flaky = { ...engine, describe: async (s: AbortSignal) => (away ? Promise.reject(new Error('gone')) : engine.describe(s)) }
  const sight = createGpuSight({ engine: flaky, clock: createFakeClock(), agentId: 'a', toolkitVersion: async () => '1.20.1' })
  expect(await sight.see(CARD, signal)).toMatchObject({ seen: false, reason: expect.stringContaining('No container engine') })
  away = false
  expect(await sight.see(CARD, signal)).toMatchObject({ seen: true })
})
