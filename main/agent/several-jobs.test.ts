/** Several jobs on one machine at once: who gets what, who has to go, and whose energy is whose. */
import * as fc from 'fast-check'
import { afterAll, expect, test, vi } from 'vitest'
import { toIso } from '../../shared/units.ts'
import { launchNodeChild } from '../kernel/child.ts'
import { createNvidiaFinder } from './gpu/nvidia-finder.ts'
import { FIRST_SLOT, SECOND, SECOND_SLOT } from './gpu/nvidia-finder.fixture.ts'
import { FAKE_4090, type FakeGpu, compileFakeNvml } from './gpu/nvml.fake.ts'
import { anAgent, createSandbox, deviceIdOf, leaseFor } from './several-jobs.fixture.ts'

const offerAll = ({ runner }: Awaited<ReturnType<typeof anAgent>>, ...leases: [string, number][]) => {
  for (const [id, gpus] of leases) runner.offer(leaseFor(id, gpus))
}
const waits = { state: 'waiting', code: 'busy' }

test('two jobs run at once, each on a GPU of its own, a third waits for the first that is free', async () => {
  const agent = await anAgent()
  offerAll(agent, ['a', 1], ['b', 1], ['c', 1])
  await agent.clock.advance(10_000)
  expect(agent.sandbox.gpus()).toEqual({ a: ['GPU-1'], b: ['GPU-2'] })
  expect(agent.jobOf('c')).toMatchObject({ ...waits, message: 'Another job works on a GPU that this one needs.' })
  expect(agent.work.all().map(({ leaseId }) => leaseId)).toEqual(['a', 'b'])
  expect(agent.work.current()?.leaseId).toBe('a')
  expect(agent.work.presence()).toMatchObject({
    ready: true,
    running: [
      { leaseId: 'a', state: 'running' },
      { leaseId: 'b', state: 'running' },
      { leaseId: 'c', state: 'waiting' },
    ],
  })
  agent.sandbox.finish('b')
  await agent.clock.advance(1_000)
  expect(agent.sandbox.gpus()).toEqual({ a: ['GPU-1'], c: ['GPU-2'] })
})

test('each is proven with the energy of its own card, and proofs of the same moment follow one another', async () => {
  const agent = await anAgent()
  offerAll(agent, ['a', 1], ['b', 1], ['c', 0])
  await agent.clock.advance(60_000)
  agent.sandbox.finish('a', 'b', 'c')
  await agent.clock.advance(1_000)
  await vi.waitFor(() => expect(agent.proofs()).toHaveLength(3))
  const proofs = agent.proofs()
  const of = (leaseId: string) => proofs.find((proof) => proof.leaseId === leaseId) ?? expect.fail()
  for (const [leaseId, uuid, watts] of [
    ['a', 'GPU-1', 300],
    ['b', 'GPU-2', 100],
    ['c', 'cpu', 50],
  ] as const) {
    expect(of(leaseId).devices.map(({ uuidHash }) => uuidHash)).toEqual([deviceIdOf(uuid)])
    expect(of(leaseId).boardJ / watts).toBeCloseTo(60, 0)
  }
  expect(proofs.map(({ seq }) => seq)).toEqual([1, 2, 3])
  expect(proofs.map(({ prev }) => prev)).toEqual([null, proofs[0]?.hash, proofs[1]?.hash])
  expect([...agent.runner.busyDevices()]).toEqual([])
})

const nvml = compileFakeNvml()
afterAll(() => {
  if (typeof nvml !== 'string') nvml[Symbol.dispose]()
})

test.skipIf(typeof nvml === 'string')('by NVIDIA’s own library, too, each is given its card by name and proven with what its counter counted', async () => {
  if (typeof nvml === 'string') return
  const watts = { [FAKE_4090.uuid]: 60, [SECOND.uuid]: 5 }
  const played = (card: FakeGpu, seconds: number): FakeGpu => {
    const powerMw = (watts[card.uuid] ?? 0) * 1_000
    return { ...card, powerMw, averageMw: powerMw, energyMj: 7_000_000 + powerMw * seconds }
  }
  const play = (seconds: number) => nvml.play({ gpus: [played(FAKE_4090, seconds), { ...played(SECOND, seconds), vramTotal: 8_589_934_592 }] })
  play(0)
  const agent = await anAgent({
    sources: async (clock, signal) => {
      const environment = { WINDFALL_NVML: nvml.path, PATH: '/nowhere' }
      return (await createNvidiaFinder({ clock, environment, launch: launchNodeChild }, signal).find([FIRST_SLOT, SECOND_SLOT], signal)).sources
    },
  })
  const { clock, meter, sandbox } = agent
  const lookedAt = () => [...meter.figures().values()].map(({ at }) => at)
  const areRead = () => vi.waitFor(() => expect(lookedAt()).toEqual([toIso(clock.now()), toIso(clock.now())]))
  await areRead()
  await clock.advance(1_000)
  offerAll(agent, ['a', 1], ['b', 1])
  await clock.advance(0)
  await areRead()
  // The smaller card is enough for the first.
  expect(sandbox.gpus()).toEqual({ a: [SECOND.uuid], b: [FAKE_4090.uuid] })
  for (let seconds = 1; seconds <= 10; seconds++) {
    play(seconds)
    await clock.advance(1_000)
    await areRead()
  }
  sandbox.finish('a', 'b')
  await vi.waitFor(() => expect(agent.proofs()).toHaveLength(2))
  const told = agent.proofs().map(({ leaseId, boardJ, method, devices }) => ({ leaseId, boardJ, method, cards: devices.map(({ uuidHash }) => uuidHash) }))
  expect(told).toContainEqual({ leaseId: 'a', boardJ: 50, method: 'counter', cards: [deviceIdOf(SECOND.uuid)] })
  expect(told).toContainEqual({ leaseId: 'b', boardJ: 600, method: 'counter', cards: [deviceIdOf(FAKE_4090.uuid)] })
})

test('while they run, each is shown with its own devices and what these have drawn so far', async () => {
  const agent = await anAgent()
  offerAll(agent, ['a', 1], ['b', 1], ['c', 0])
  await agent.clock.advance(60_000)
  for (const [index, uuid, watts] of [
    [0, 'GPU-1', 300],
    [1, 'GPU-2', 100],
    [2, 'cpu', 50],
  ] as const) {
    const job = agent.work.all()[index] ?? expect.fail()
    expect(job.deviceIds).toEqual([deviceIdOf(uuid)])
    expect((job.joules ?? 0) / watts).toBeCloseTo(60, 0)
    expect(job).toMatchObject({ method: 'counter', uncertaintyPct: expect.any(Number) })
  }
})

test('a job that needs both GPUs waits for both, and nobody gets in between', async () => {
  const agent = await anAgent()
  offerAll(agent, ['a', 1], ['both', 2], ['c', 1])
  await agent.clock.advance(5_000)
  expect(agent.sandbox.gpus()).toEqual({ a: ['GPU-1'] })
  expect([agent.jobOf('both'), agent.jobOf('c')]).toMatchObject([waits, waits])
  agent.sandbox.finish('a')
  await agent.clock.advance(1_000)
  expect(agent.sandbox.gpus()).toEqual({ both: ['GPU-1', 'GPU-2'] })
  await agent.clock.advance(30_000)
  agent.sandbox.finish('both')
  await agent.clock.advance(1_000)
  expect(agent.sandbox.gpus()).toEqual({ c: ['GPU-1'] })
  const proof = agent.proofs().find(({ leaseId }) => leaseId === 'both') ?? expect.fail()
  expect(proof.devices.map(({ uuidHash }) => uuidHash)).toEqual([deviceIdOf('GPU-1'), deviceIdOf('GPU-2')])
  expect(proof.boardJ / 400).toBeCloseTo(31, 0)
})

test('one job without a GPU has the processor, and a GPU job beside it takes none of its energy', async () => {
  const agent = await anAgent()
  offerAll(agent, ['a', 0], ['b', 0], ['c', 1])
  await agent.clock.advance(5_000)
  expect(agent.sandbox.gpus()).toEqual({ a: [], c: ['GPU-1'] })
  expect(agent.jobOf('b')).toMatchObject({ ...waits, message: 'Another job works on the processor.' })
  agent.sandbox.finish('a')
  await agent.clock.advance(1_000)
  expect(agent.sandbox.gpus()).toEqual({ b: [], c: ['GPU-1'] })
})

test('the switch of one GPU stops only the job on it, a ceiling lets only the job on it rest', async () => {
  const agent = await anAgent()
  offerAll(agent, ['a', 1], ['b', 1])
  await agent.clock.advance(5_000)
  Object.assign(agent.load['GPU-1'] ?? {}, { temperatureC: 90 })
  agent.devices.set({ deviceId: deviceIdOf('GPU-1'), ceilings: { temperatureC: 80, watts: null } })
  await agent.clock.advance(2_000)
  expect(agent.sandbox.frozen()).toEqual(['a'])
  expect(agent.work.all().map(({ code }) => code)).toEqual(['ceiling', null])
  agent.devices.set({ deviceId: deviceIdOf('GPU-2'), enabled: false })
  await agent.clock.advance(2_000)
  expect(agent.jobOf('b')).toMatchObject({ state: 'failed', code: 'device-off' })
  expect(agent.jobOf('a')).toMatchObject({ state: 'running' })
})

test('when their owner wants the machine both go, and both jobs go back', async () => {
  const agent = await anAgent()
  offerAll(agent, ['a', 1], ['b', 1], ['c', 1])
  await agent.clock.advance(5_000)
  agent.work.policy.pause(null)
  agent.runner.yieldNow('user')
  await agent.clock.advance(5_000)
  expect([agent.jobOf('a'), agent.jobOf('b')]).toMatchObject([
    { state: 'failed', code: 'user' },
    { state: 'failed', code: 'user' },
  ])
  expect([agent.sandbox.gpus(), agent.jobOf('c')?.state]).toEqual([{}, 'waiting'])
})

test('the coordinator takes one back, and the other does not notice', async () => {
  const agent = await anAgent()
  offerAll(agent, ['a', 1], ['b', 1])
  await agent.clock.advance(5_000)
  agent.runner.cancel('a', 'cancelled')
  await agent.clock.advance(2_000)
  expect([agent.jobOf('a')?.state, agent.jobOf('b')?.state]).toEqual(['cancelled', 'running'])
  agent.runner.yieldLease('b', 'plan')
  await agent.clock.advance(2_000)
  expect(agent.jobOf('b')).toMatchObject({ state: 'failed', code: 'plan' })
})

test('Windfall that is closed hands both back; started again, it has all its devices free', async () => {
  const agent = await anAgent()
  offerAll(agent, ['a', 1], ['b', 1])
  await agent.clock.advance(5_000)
  await agent.shutDown()
  expect([agent.jobOf('a'), agent.jobOf('b')]).toMatchObject([{ code: 'agent.stopped' }, { code: 'agent.stopped' }])
  const again = await anAgent({ folder: agent.folder })
  offerAll(again, ['both', 2])
  await again.clock.advance(5_000)
  expect(again.sandbox.gpus()).toEqual({ both: ['GPU-1', 'GPU-2'] })
})

test('after a crash both go on with the GPUs they had, and what is free is given to the next one meanwhile', async () => {
  const sandbox = createSandbox()
  const crashed = await anAgent({ sandbox })
  offerAll(crashed, ['a', 1], ['b', 1], ['c', 0])
  await crashed.clock.advance(5_000)
  sandbox.finish('a')
  await crashed.clock.advance(1_000)
  // The first agent stands still from here on, and what the next one knows of it is in its files.
  const again = await anAgent({ folder: crashed.folder, sandbox })
  await again.clock.advance(2_000)
  expect(sandbox.gpus()).toEqual({ b: ['GPU-2'], c: [] })
  expect([...again.runner.busyDevices()]).toEqual([deviceIdOf('GPU-2'), deviceIdOf('cpu')])
  offerAll(again, ['d', 1], ['e', 1])
  await again.clock.advance(2_000)
  expect(sandbox.gpus()).toEqual({ b: ['GPU-2'], c: [], d: ['GPU-1'] })
  sandbox.finish('b')
  await again.clock.advance(2_000)
  expect(sandbox.gpus()).toEqual({ c: [], d: ['GPU-1'], e: ['GPU-2'] })
  expect(again.jobOf('b')?.state).toBe('submitted')
})

test('whoever says that Windfall shall finish gets nothing new, although a GPU is free', async () => {
  const agent = await anAgent()
  offerAll(agent, ['a', 1])
  await agent.clock.advance(5_000)
  agent.work.policy.finish()
  offerAll(agent, ['b', 1])
  await agent.clock.advance(5_000)
  expect(agent.sandbox.gpus()).toEqual({ a: ['GPU-1'] })
  expect(agent.jobOf('b')).toMatchObject({ state: 'waiting', code: 'user' })
  expect(agent.work.presence()).toMatchObject({ ready: false, reasons: ['user'] })
})

test('while a GPU keeps the memory of a job that is gone nothing starts, also beside one that runs', async () => {
  const agent = await anAgent()
  offerAll(agent, ['a', 1])
  await agent.clock.advance(5_000)
  agent.work.policy.alarm({ code: 'vram', message: 'The GPU has not given its memory back.', before: [] })
  offerAll(agent, ['b', 1])
  await agent.clock.advance(5_000)
  expect(agent.sandbox.gpus()).toEqual({ a: ['GPU-1'] })
  expect(agent.jobOf('b')).toMatchObject({ state: 'waiting', code: 'vram' })
  expect(agent.work.presence()).toMatchObject({ ready: false, reasons: ['vram'] })
  agent.work.policy.recovered()
  await agent.clock.advance(1_000)
  expect(agent.sandbox.gpus()).toEqual({ a: ['GPU-1'], b: ['GPU-2'] })
})

test('no joule is proven twice: proofs never add up to more than the devices drew, in any order of jobs', async () => {
  const step = fc.oneof(
    fc.record({ offer: fc.integer({ min: 0, max: 2 }) }),
    fc.record({ finish: fc.nat(2) }),
    fc.record({ ms: fc.integer({ min: 1, max: 8_000 }) }),
    fc.record({ watts: fc.integer({ min: 0, max: 600 }), of: fc.constantFrom('GPU-1', 'GPU-2', 'cpu') }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      const agent = await anAgent()
      const drawn: Record<string, number> = { 'GPU-1': 0, 'GPU-2': 0, cpu: 0 }
      // A processor is read once a second: what it draws between two readings lies between those, and no nearer to the truth.
      let between = 0
      const pass = async (ms: number) => {
        for (const [uuid, { watts }] of Object.entries(agent.load)) drawn[uuid] = (drawn[uuid] ?? 0) + (watts * ms) / 1_000
        await agent.clock.advance(ms)
      }
      for (const [index, one] of steps.entries()) {
        if ('offer' in one) offerAll(agent, [`lease-${index}`, one.offer])
        else if ('ms' in one) await pass(one.ms)
        else if ('watts' in one) {
          if (one.of === 'cpu') between += Math.abs(one.watts - (agent.load[one.of]?.watts ?? 0))
          Object.assign(agent.load[one.of] ?? {}, { watts: one.watts })
        } else agent.sandbox.finish(...Object.keys(agent.sandbox.gpus()).slice(one.finish, one.finish + 1))
        await pass(600)
      }
      agent.sandbox.finish(...Object.keys(agent.sandbox.gpus()))
      await pass(2_000)
      const proofs = agent.proofs()
      for (const [uuid, joules] of Object.entries(drawn)) {
        const proven = proofs.filter(({ devices }) => devices.length === 1 && devices[0]?.uuidHash === deviceIdOf(uuid))
        expect(proven.reduce((sum, { boardJ }) => sum + boardJ, 0)).toBeLessThanOrEqual(joules + 1 + (uuid === 'cpu' ? between : 0))
      }
      const all = Object.values(drawn).reduce((sum, joules) => sum + joules, 0)
      expect(proofs.reduce((sum, { boardJ }) => sum + boardJ, 0)).toBeLessThanOrEqual(all + 1 + between)
      await agent.shutDown()
    }),
    { numRuns: 15 },
  )
})
