import { afterAll, describe, expect, test } from 'vitest'
import { FIRST_SLOT, SECOND, SECOND_SLOT, onBus, setUp, uuids } from './nvidia-finder.fixture.ts'
import { persistenceOf } from './nvidia.ts'
import { FAKE_4090, type FakeMachine, compileFakeNvml } from './nvml.fake.ts'

const fake = compileFakeNvml()
afterAll(() => typeof fake !== 'string' && fake[Symbol.dispose]())

const library = typeof fake === 'string' ? '' : fake.path
const play = (machine: FakeMachine) => typeof fake !== 'string' && fake.play(machine)

describe.skipIf(typeof fake === 'string')('with the library', () => {
  test('a card is one source, joined to its slot', async () => {
    play({ driver: '595.71.05', gpus: [{ ...FAKE_4090, persistence: 0, display: 1 }] })
    const { find, sample } = setUp({ library })
    const found = await find(FIRST_SLOT)
    expect(found.seen).toEqual([])
    expect(found.covered).toEqual(new Set(['0000:01:00.0']))
    expect(found.sources).toMatchObject([
      {
        reader: 'NVML',
        method: 'counter',
        rest: null,
        device: { driver: 'NVIDIA 595.71.05', busId: '0000:01:00.0', powerLimitW: 450, containerIds: [FAKE_4090.uuid], instances: null },
      },
    ])
    expect(found.sources.map(persistenceOf)).toEqual([false])
    expect(await sample(found.sources[0])).toMatchObject({ status: 'ok', energyMj: 1_000_000, powerMw: 300_000, busy: 0.97, display: true })
  })

  test('a card in MIG mode is handed to containers by its instances and metered as a whole', async () => {
    play({ gpus: [{ ...FAKE_4090, mig: 1, migSlots: 7, instances: ['MIG-a', 'MIG-b'] }] })
    const { find, sample } = setUp({ library })
    const [source] = (await find(FIRST_SLOT)).sources
    expect(source?.device).toMatchObject({ uuid: FAKE_4090.uuid, containerIds: ['MIG-a', 'MIG-b'], instances: 2 })
    expect(source?.sensor.basis).toContain('whole card')
    expect(await sample(source)).toMatchObject({ status: 'ok', energyMj: 1_000_000, busy: null })
  })

  test('cards that come and go are noticed, and one that stays keeps its source', async () => {
    play({ gpus: [FAKE_4090] })
    const { find, sample } = setUp({ library })
    const [first] = (await find(FIRST_SLOT)).sources
    play({ gpus: [FAKE_4090, SECOND] })
    const both = await find(FIRST_SLOT, SECOND_SLOT)
    expect(uuids(both)).toEqual([FAKE_4090.uuid, SECOND.uuid])
    expect(both.sources[0]).toBe(first)
    play({ gpus: [SECOND] })
    const pulled = await find(SECOND_SLOT)
    expect(pulled.sources).toEqual([both.sources[1]])
    expect(await sample(first)).toMatchObject({ status: 'lost' })
    play({ gpus: [{ ...FAKE_4090, bus: '00000000:05:00.0' }, SECOND] })
    const back = await find(onBus('0000:05:00.0'), SECOND_SLOT)
    expect(back.sources[0]).toBe(first)
    expect(first?.device.busId).toBe('0000:05:00.0')
    expect(await sample(first)).toMatchObject({ status: 'ok' })
  })

  test('a driver that is updated under us gets a fresh process, and its version is shown', async () => {
    play({ driver: '595.71.05', gpus: [FAKE_4090] })
    const { find, sample, children } = setUp({ library })
    const [source] = (await find(FIRST_SLOT)).sources
    play({ driver: '610.62', gpus: [FAKE_4090] })
    const found = await find(FIRST_SLOT)
    expect(found.sources[0]).toBe(source)
    expect(source?.device.driver).toBe('NVIDIA 610.62')
    expect(await sample(source)).toMatchObject({ status: 'ok', energyMj: 1_000_000 })
    expect(children).toHaveLength(2)
  })

  test.each([
    ['not loaded', 9],
    ['uninitialised', 1],
    ['mismatched', 18],
  ])('a driver that stays %s is explained, and found again when it is mended', async (_name, initReturn) => {
    play({ gpus: [FAKE_4090] })
    const { find, clock } = setUp({ library })
    const [source] = (await find(FIRST_SLOT)).sources
    play({ driver: 'newer', initReturn, gpus: [FAKE_4090] })
    expect(await find(FIRST_SLOT)).toMatchObject({ sources: [], seen: [{ reason: 'driver-failed', busId: '0000:01:00.0' }] })
    play({ driver: 'newer', gpus: [FAKE_4090] })
    await clock.advance(60_000)
    expect((await find(FIRST_SLOT)).sources[0]).toBe(source)
  })

  test('a lost card is told apart from the others, and read again through fresh handles when it is back', async () => {
    play({ gpus: [FAKE_4090, SECOND] })
    const { find, sample } = setUp({ library })
    const [first, second] = (await find(FIRST_SLOT, SECOND_SLOT)).sources
    play({ gpus: [{ ...FAKE_4090, lost: 1 }, SECOND] })
    expect([(await sample(first)).status, (await sample(second)).status]).toEqual(['lost', 'ok'])
    const without = await find(FIRST_SLOT, SECOND_SLOT)
    expect(without).toMatchObject({ sources: [{ device: { uuid: SECOND.uuid } }], seen: [{ reason: 'driver-failed', busId: '0000:01:00.0' }] })
    play({ gpus: [FAKE_4090, SECOND] })
    expect((await find(FIRST_SLOT, SECOND_SLOT)).sources).toEqual([first, second])
    expect(await sample(first)).toMatchObject({ status: 'ok', energyMj: 1_000_000 })
  })

  test('a reader that crashes does not make its cards go away', async () => {
    play({ gpus: [FAKE_4090] })
    const { find, clock, sample } = setUp({ library })
    const [source] = (await find(FIRST_SLOT)).sources
    play({ crash: 1, gpus: [FAKE_4090] })
    expect(await find(FIRST_SLOT)).toMatchObject({ sources: [{ device: { uuid: FAKE_4090.uuid } }], seen: [] })
    expect(await sample(source)).toMatchObject({ status: 'unavailable', energyMj: null, powerMw: null })
    expect((await find(SECOND_SLOT)).sources).toEqual([])
    play({ gpus: [FAKE_4090] })
    await clock.advance(60_000)
    expect((await find(FIRST_SLOT)).sources[0]).toBe(source)
  })

  test('what other drivers serve is left to others', async () => {
    play({ gpus: [] })
    const { find } = setUp({ library })
    const found = await find(
      onBus('0000:03:00.0', { driver: 'nouveau' }),
      onBus('0000:04:00.0', { driver: 'vfio-pci' }),
      onBus('0000:05:00.0', { vendorId: 0x1002 }),
    )
    expect(found).toEqual({ sources: [], seen: [], covered: new Set() })
  })
})

describe.skipIf(typeof fake === 'string')('a card that sleeps', () => {
  const awake = onBus('0000:01:00.0', { sleeps: true })
  const asleep = onBus('0000:01:00.0', { sleeps: true, asleep: true })

  test('is not woken to be looked at', async () => {
    play({ gpus: [FAKE_4090, SECOND] })
    const { find, children } = setUp({ library })
    const found = await find(asleep, SECOND_SLOT)
    expect(found.sources).toEqual([])
    expect(found.seen).toMatchObject([
      { reason: 'asleep', busId: '0000:01:00.0', advice: expect.stringContaining('sleeps to save power') },
      { reason: 'asleep', busId: '0000:02:00.0', advice: expect.stringContaining('Another') },
    ])
    expect(children).toHaveLength(0)
  })

  test('is let go after a look, kept while it sleeps, and woken only to be measured', async () => {
    play({ gpus: [FAKE_4090] })
    const { find, sample, open, children } = setUp({ library })
    const [source] = (await find(awake)).sources
    expect(open()).toBe(0)
    const found = await find(asleep)
    expect(found).toMatchObject({ seen: [], covered: new Set(['0000:01:00.0']) })
    expect(found.sources[0]).toBe(source)
    expect(children).toHaveLength(1)
    expect(await sample(source)).toMatchObject({ status: 'ok' })
    expect(open()).toBe(1)
    await find(awake)
    expect(open()).toBe(1)
    source?.rest?.()
    expect(open()).toBe(0)
    expect((await find(awake)).sources[0]).toBe(source)
    expect(open()).toBe(0)
  })

  test('sleeps only when no other card is measured through the same library', async () => {
    play({ gpus: [FAKE_4090, SECOND] })
    const { find, sample, open } = setUp({ library })
    const [first, second] = (await find(awake, SECOND_SLOT)).sources
    await Promise.all([sample(first), sample(second)])
    first?.rest?.()
    expect(open()).toBe(1)
    second?.rest?.()
    expect(open()).toBe(0)
  })
})
