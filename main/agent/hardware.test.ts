/** The owner's switches and ceilings, from a reading to a job that rests: real wiring, a fake card, a fake sandbox, a clock only the test moves. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AgentStatus } from '../../shared/contract/agent.ts'
import type { Lease } from '../../shared/contract/job.ts'
import { launchNodeChild } from '../kernel/child.ts'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { createSigner, generateKeyPem, sha256Hex } from '../kernel/signing.ts'
import { capabilitiesOf } from './capabilities.ts'
import { now } from './gpu/moment.ts'
import { openHardware } from './hardware.ts'
import { fakeLease } from './jobs/lease.fixture.ts'
import type { RunRequest, Runtime } from './jobs/runtime.ts'
import { uuidHashOf } from './metering/measurement.ts'
import { type DeviceIdentity, type PowerSource, type SampleStatus, emptySample } from './power-source.ts'
import { type AgentStores, openAgentStores } from './stores.ts'
import { type TestWork, createTestWork } from './work.fixture.ts'

const signer = createSigner(generateKeyPem())
const idOf = (uuid: string) => uuidHashOf(uuid, signer.keyId)
const OUTPUT = new TextEncoder().encode('done')
let directory: string
let stores: AgentStores
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'windfall-hardware-'))
  stores = openAgentStores(directory)
})
afterEach(() => {
  stores[Symbol.dispose]()
  rmSync(directory, { recursive: true, force: true })
})

interface Card {
  watts: number | null
  temperatureC: number | null
  status: SampleStatus
}

const identity = (uuid: string, change: Partial<DeviceIdentity> = {}): DeviceIdentity => ({
  kind: 'gpu',
  vendor: 'NVIDIA',
  name: uuid === 'GPU-1' ? 'RTX 4070' : 'RTX 3060',
  driver: 'NVIDIA 595',
  uuid,
  busId: null,
  vramBytes: 12_000_000_000,
  powerLimitW: 200,
  containerIds: [uuid],
  instances: null,
  ...change,
})

const SENSOR = { updateMs: 100, uncertaintyPct: 7, basis: 'test', wrapMj: null, power: 'power-average' } as const

async function setUp() {
  const clock = createFakeClock()
  const stop = new AbortController()
  const cards = new Map<string, Card>()
  const source = (device: DeviceIdentity): PowerSource => {
    const card: Card = { watts: 150, temperatureC: 60, status: 'ok' }
    cards.set(device.uuid, card)
    return {
      device,
      method: 'power-average',
      reader: 'test',
      sensor: SENSOR,
      rest: null,
      sample: async () => ({
        ...emptySample(now(clock), card.status),
        powerMw: card.watts === null ? null : card.watts * 1_000,
        temperatureC: card.temperatureC,
      }),
    }
  }
  const machine = {
    cpu: { vendor: 'test', model: 'test', packages: 1, cores: 2, threads: 4, memoryBytes: 0 },
    sources: [source(identity('GPU-1')), source(identity('GPU-2')), source(identity('cpu', { kind: 'cpu', name: 'CPU', containerIds: [] }))],
    seen: [],
  }
  const sandbox = { frozen: false, freezes: 0, thaws: 0, ran: [] as RunRequest[], finish: () => undefined as void }
  const runtime: Runtime = {
    name: 'docker',
    probe: async () => ({ available: true, version: 'fake' }),
    prepare: async () => undefined,
    run: (request, { onStarted }, signal) =>
      new Promise((resolve) => {
        sandbox.ran.push(request)
        const end = (how: 'exited' | 'stopped') =>
          resolve({ end: how, exitCode: how === 'exited' ? 0 : 137, output: OUTPUT, outputSha256: sha256Hex(OUTPUT), logTail: '' })
        sandbox.finish = () => end('exited')
        signal.addEventListener('abort', () => end('stopped'), { once: true })
        onStarted({
          freeze: async () => {
            sandbox.freezes++
            return (sandbox.frozen = true)
          },
          thaw: async () => {
            sandbox.thaws++
            sandbox.frozen = false
            return true
          },
          throttle: async () => true,
        })
      }),
    sweep: async () => [],
  }
  let news = 0
  let announced = 0
  const refusals = new Map<string, string>()
  let work: TestWork | null = null
  const hardware = await openHardware(
    {
      clock,
      log: pino({ level: 'silent' }),
      environment: {},
      launch: launchNodeChild,
      dataDirectory: directory,
      nodeId: signer.keyId,
      stores,
      runner: () => work?.runner ?? expect.fail(),
      onReading: () => undefined,
      gate: { admit: async (sources) => sources, refusalOf: (uuid) => refusals.get(uuid) ?? null, forget: () => undefined },
      changed: () => news++,
      capabilitiesChanged: () => announced++,
      detector: { detect: async () => machine, fingerprint: () => '' },
    },
    stop.signal,
  )
  work = createTestWork({ stores, signer, clock, runtimes: new Map([['docker', runtime]]), meter: hardware.meter, devices: hardware.devices })
  const running = [work.runner.run(stop.signal), hardware.meter.run(stop.signal)]
  const end = async () => {
    stop.abort()
    await clock.advance(2_000)
    await Promise.all(running)
  }
  const card = (uuid: string): Card => cards.get(uuid) ?? expect.fail()
  return { clock, card, sandbox, work, end, refusals, ...hardware, news: () => news, announced: () => announced }
}

const lease = (id: string, gpu: boolean): Lease => {
  const given = fakeLease({ leaseId: id, jobId: `job-${id}`, attemptId: `attempt-${id}` })
  const image = given.spec.runtime.image
  return {
    ...given,
    spec: { ...given.spec, needs: { ...given.spec.needs, gpus: gpu ? 1 : 0 }, runtime: { name: 'docker', image, archive: null, reference: 'x' } },
  }
}
const jobOf = (id: string) => stores.jobs.get(id)
const failure = (leaseId: string) => {
  const item = stores.outbox.peek()?.item
  return item?.kind === 'start' && item.leaseId === leaseId ? (stores.outbox.remove(stores.outbox.peek()?.id ?? ''), stores.outbox.peek()?.item) : item
}
const shown = (devices: AgentStatus['devices'], uuid: string) => devices.find(({ deviceId }) => deviceId === idOf(uuid))

test('a card that no container can use says so, and jobs get the other one', async () => {
  const { clock, sandbox, work, devices, refusals, end } = await setUp()
  refusals.set('GPU-1', 'The NVIDIA Container Toolkit is not installed.')
  expect(shown(devices.list(), 'GPU-1')?.held).toEqual({ code: 'container', message: 'The NVIDIA Container Toolkit is not installed.' })
  work.runner.offer(lease('a', true))
  await clock.advance(1_000)
  expect(sandbox.ran.map(({ gpuUuids }) => gpuUuids)).toEqual([['GPU-2']])
  expect([...work.runner.busyDevices()]).toEqual([idOf('GPU-2')])
  await end()
})

test('a job that comes for cards that no container can use goes back with the reason, and nobody is said to have switched one off', async () => {
  const { clock, sandbox, work, devices, refusals, end } = await setUp()
  for (const uuid of ['GPU-1', 'GPU-2']) refusals.set(uuid, 'The NVIDIA Container Toolkit is not installed.')
  work.runner.offer(lease('a', true))
  await clock.advance(1_000)
  const reason = { reason: 'runtime.unavailable', message: expect.stringContaining('The NVIDIA Container Toolkit is not installed.'), retry: true }
  expect(jobOf('a')).toMatchObject({ state: 'failed', code: 'runtime.unavailable' })
  expect(failure('a')).toMatchObject({ kind: 'fail', ...reason })
  expect(sandbox.ran).toEqual([])
  for (const [id, uuid, code] of [
    ['b', 'GPU-1', 'runtime.unavailable'],
    ['c', 'GPU-2', 'device-off'],
  ] as const) {
    devices.set({ deviceId: idOf(uuid), enabled: false })
    work.runner.offer(lease(id, true))
    await clock.advance(1_000)
    expect(jobOf(id)).toMatchObject({ state: 'failed', code })
  }
  await end()
})

describe('a ceiling', () => {
  test('lets a job rest within 5 s, says why, goes on 7 °C below, and the rest is not charged', async () => {
    const { clock, card, sandbox, work, devices, end } = await setUp()
    devices.set({ deviceId: idOf('GPU-1'), ceilings: { temperatureC: 80, watts: null } })
    work.runner.offer(lease('a', true))
    await clock.advance(10_000)
    expect(jobOf('a')?.state).toBe('running')
    card('GPU-1').temperatureC = 83
    const hotAt = clock.monotonic()
    while (!sandbox.frozen) await clock.advance(100)
    expect(clock.monotonic() - hotAt).toBeLessThanOrEqual(5_000)
    expect(work.current()).toMatchObject({ code: 'ceiling', message: 'Resting: RTX 4070 is at 83 °C; your ceiling is 80 °C.' })
    expect(shown(devices.list(), 'GPU-1')?.held).toEqual({ code: 'temperature', message: 'RTX 4070 is at 83 °C; your ceiling is 80 °C.' })
    expect(shown(devices.list(), 'GPU-2')?.held).toBeNull()
    card('GPU-1').temperatureC = 74
    await clock.advance(20_000)
    expect(sandbox.frozen).toBe(true)
    expect(work.current()?.message).toBe('Resting: RTX 4070 is at 74 °C; it goes on at 73 °C.')
    card('GPU-1').temperatureC = 73
    await clock.advance(1_100)
    expect([sandbox.frozen, work.current()?.message]).toEqual([false, null])
    await clock.advance(9_000)
    sandbox.finish()
    await clock.advance(1_000)
    const [proof] = stores.outbox.proofs()
    const body = JSON.parse(Buffer.from(proof?.envelope.payload ?? '', 'base64').toString())
    // About 20 s of work in about 41 s, whose energy is all there.
    expect(body.durationMs).toBeGreaterThan(18_000)
    expect(body.durationMs).toBeLessThan(22_500)
    expect(Date.parse(body.endedAt) - Date.parse(body.startedAt)).toBeGreaterThan(39_000)
    expect(body.coverage).toBeGreaterThan(0.95)
    await end()
  })

  test('in watts makes a job work in turns, so that the mean stays at it', async () => {
    const { clock, card, sandbox, work, devices, end } = await setUp()
    devices.set({ deviceId: idOf('GPU-1'), ceilings: { temperatureC: null, watts: 100 } })
    work.runner.offer(lease('a', true))
    let joules = 0
    for (let tenth = 0; tenth < 3_000; tenth++) {
      card('GPU-1').watts = work.running() && !sandbox.frozen ? 180 : 20
      await clock.advance(100)
      joules += (card('GPU-1').watts ?? 0) / 10
    }
    expect(joules / 300).toBeLessThan(105)
    expect(joules / 300).toBeGreaterThan(85)
    expect(sandbox.freezes).toBeGreaterThan(10)
    expect(jobOf('a')?.state).toBe('running')
    await end()
  })

  test('that is taken away or moved counts at once', async () => {
    const { clock, card, sandbox, work, devices, end } = await setUp()
    work.runner.offer(lease('a', true))
    card('GPU-1').temperatureC = 75
    await clock.advance(10_000)
    devices.set({ deviceId: idOf('GPU-1'), ceilings: { temperatureC: 70, watts: null } })
    await clock.advance(10)
    expect(sandbox.frozen).toBe(true)
    devices.set({ deviceId: idOf('GPU-1'), ceilings: { temperatureC: null, watts: null } })
    await clock.advance(10)
    expect(sandbox.frozen).toBe(false)
    await end()
  })

  test('that stays exceeded for ten minutes hands the job back, not as anyone’s failure', async () => {
    const { clock, card, work, devices, end } = await setUp()
    devices.set({ deviceId: idOf('GPU-1'), ceilings: { temperatureC: 80, watts: null } })
    work.runner.offer(lease('a', true))
    await clock.advance(5_000)
    card('GPU-1').temperatureC = 85
    await clock.advance(590_000)
    expect(jobOf('a')?.state).toBe('running')
    await clock.advance(20_000)
    expect(jobOf('a')).toMatchObject({ state: 'failed', code: 'ceiling', message: expect.stringContaining('above a ceiling') })
    expect(failure('a')).toMatchObject({ kind: 'fail', reason: 'ceiling', retry: true })
    await end()
  })

  test('that cannot be watched any more counts as exceeded', async () => {
    const { clock, card, sandbox, work, devices, end } = await setUp()
    devices.set({ deviceId: idOf('GPU-1'), ceilings: { temperatureC: 80, watts: null } })
    work.runner.offer(lease('a', true))
    await clock.advance(5_000)
    Object.assign(card('GPU-1'), { temperatureC: null, watts: null, status: 'unavailable' })
    await clock.advance(7_000)
    expect(sandbox.frozen).toBe(true)
    expect(work.current()?.message).toContain('does not tell its temperature')
    await end()
  })

  test('keeps a job from starting on a hot card: another one is taken, and without another the job waits', async () => {
    const { clock, card, sandbox, work, devices, end } = await setUp()
    for (const uuid of ['GPU-1', 'GPU-2']) devices.set({ deviceId: idOf(uuid), ceilings: { temperatureC: 70, watts: null } })
    card('GPU-1').temperatureC = 90
    await clock.advance(20_000)
    work.runner.offer(lease('a', true))
    await clock.advance(1_000)
    expect(sandbox.ran.map(({ gpuUuids }) => gpuUuids)).toEqual([['GPU-2']])
    sandbox.finish()
    card('GPU-2').temperatureC = 90
    await clock.advance(20_000)
    work.runner.offer(lease('b', true))
    await clock.advance(1_000)
    expect(jobOf('b')).toMatchObject({ state: 'waiting', code: 'ceiling', message: 'RTX 4070 is at 90 °C; your ceiling is 70 °C.' })
    card('GPU-2').temperatureC = 60
    await clock.advance(20_000)
    expect(jobOf('b')?.state).toBe('running')
    await end()
  })

  test('costs a node none of its eligibility: the coordinator is told the card’s own limit, and that it is ready', async () => {
    const { devices, work, announced, end } = await setUp()
    const told = () => capabilitiesOf({ version: '1', zone: 'GB-13', nodeId: signer.keyId, cpu: { ...CPU }, lent: devices.lent(), owed: [], runtimes: [] })
    const before = told()
    devices.set({ deviceId: idOf('GPU-1'), ceilings: { temperatureC: 60, watts: 50 } })
    expect(told()).toEqual(before)
    expect(told().gpus.map(({ powerLimitW }) => powerLimitW)).toEqual([200, 200])
    expect(work.presence()).toMatchObject({ ready: true, reasons: [] })
    expect(announced()).toBeGreaterThan(0)
    await end()
  })

  test('on what a device never tells is refused, because it could not be kept', async () => {
    const { clock, card, devices, end } = await setUp()
    card('GPU-2').temperatureC = null
    await clock.advance(15_000)
    expect(() => devices.set({ deviceId: idOf('GPU-2'), ceilings: { temperatureC: 80, watts: null } })).toThrow('does not tell its temperature')
    devices.set({ deviceId: idOf('GPU-2'), ceilings: { temperatureC: null, watts: 100 } })
    expect(shown(devices.list(), 'GPU-2')?.ceilings).toEqual({ temperatureC: null, watts: 100 })
    await end()
  })
})

const CPU = { vendor: 'test', model: 'test', packages: 1, cores: 2, threads: 4, memoryBytes: 0 }

describe('the switch of a device', () => {
  test('stops the job on it within 2 s and leaves others alone; it is neither announced, given away nor metered', async () => {
    const { clock, sandbox, work, devices, announced, end } = await setUp()
    devices.set({ deviceId: idOf('GPU-2'), enabled: false })
    work.runner.offer(lease('a', true))
    await clock.advance(1_000)
    expect(sandbox.ran.at(-1)?.gpuUuids).toEqual(['GPU-1'])
    devices.set({ deviceId: idOf('GPU-2'), enabled: true })
    devices.set({ deviceId: idOf('GPU-2'), enabled: false })
    await clock.advance(2_000)
    expect(jobOf('a')?.state).toBe('running')
    const before = announced()
    devices.set({ deviceId: idOf('GPU-1'), enabled: false })
    expect(announced()).toBe(before + 1)
    expect(devices.lent().map(({ device }) => device.uuid)).toEqual(['cpu'])
    await clock.advance(2_000)
    expect(jobOf('a')).toMatchObject({ state: 'failed', code: 'device-off', message: expect.stringContaining('switched this device off') })
    expect(failure('a')).toMatchObject({ kind: 'fail', reason: 'device-off', retry: true })
    expect(shown(devices.list(), 'GPU-1')).toMatchObject({ enabled: false, held: { code: 'off' } })
    expect(shown(devices.list(), 'cpu')).toMatchObject({ enabled: true, held: null })
    await end()
  })

  test('does not touch a job on the processor', async () => {
    const { clock, sandbox, work, devices, end } = await setUp()
    work.runner.offer(lease('a', false))
    await clock.advance(1_000)
    for (const uuid of ['GPU-1', 'GPU-2']) devices.set({ deviceId: idOf(uuid), enabled: false })
    await clock.advance(5_000)
    expect(jobOf('a')?.state).toBe('running')
    sandbox.finish()
    await clock.advance(2_000)
    expect(jobOf('a')?.state).toBe('submitted')
    await end()
  })

  test('hands a job that still came for it straight back', async () => {
    const { clock, sandbox, work, devices, end } = await setUp()
    for (const uuid of ['GPU-1', 'GPU-2']) devices.set({ deviceId: idOf(uuid), enabled: false })
    work.runner.offer(lease('a', true))
    await clock.advance(1_000)
    expect(jobOf('a')).toMatchObject({ state: 'failed', code: 'device-off' })
    expect(failure('a')).toMatchObject({ kind: 'fail', reason: 'device-off', retry: true })
    expect(sandbox.ran).toEqual([])
    await end()
  })

  test('survives a restart and a renumbering; one that is damaged keeps the card free until the owner says otherwise', async () => {
    const first = await setUp()
    first.devices.set({ deviceId: idOf('GPU-1'), enabled: false, ceilings: { temperatureC: 75, watts: null } })
    await first.end()
    const second = await setUp()
    expect(shown(second.devices.list(), 'GPU-1')).toMatchObject({ enabled: false, ceilings: { temperatureC: 75 } })
    stores.settings.set(`device:${idOf('GPU-2')}`, { enabled: 'perhaps' })
    expect(shown(second.devices.list(), 'GPU-2')).toMatchObject({ enabled: false, held: { code: 'off', message: expect.stringContaining('cannot be read') } })
    expect(second.devices.lent().map(({ device }) => device.uuid)).toEqual(['cpu'])
    second.devices.set({ deviceId: idOf('GPU-2'), enabled: true })
    expect(second.devices.lent().map(({ device }) => device.uuid)).toEqual(['GPU-2', 'cpu'])
    await second.end()
  })

  test('whose setting for the processor is damaged keeps every job away, and says so', async () => {
    const { devices, end } = await setUp()
    expect(devices.objections()).toEqual([])
    stores.settings.set(`device:${idOf('cpu')}`, 'nonsense')
    expect(devices.objections()).toMatchObject([{ code: 'device-off', message: expect.stringContaining('cannot be read') }])
    devices.set({ deviceId: idOf('cpu'), enabled: true })
    expect(devices.objections()).toEqual([])
    await end()
  })

  test('is not there for the processor, which every job needs, nor for what is not there', async () => {
    const { devices, end } = await setUp()
    expect(() => devices.set({ deviceId: idOf('cpu'), enabled: false })).toThrow('Pause Windfall')
    expect(() => devices.set({ deviceId: idOf('GPU-9'), enabled: false })).toThrow('no such device')
    await end()
  })
})

test('every device is described within the contract, with what the meter knows of it', async () => {
  const { clock, devices, meter, end } = await setUp()
  await clock.advance(30_000)
  expect(AgentStatus.shape.devices.safeParse(devices.list()).error).toBeUndefined()
  expect(shown(devices.list(), 'GPU-1')).toMatchObject({ state: 'ok', watts: 150, temperatureC: 60, method: 'power-average', energyToday: { jobJoules: 0 } })
  expect(meter.figures().size).toBe(3)
  await end()
})
