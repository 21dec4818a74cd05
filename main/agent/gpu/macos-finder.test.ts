import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { compileLibrary } from '../../kernel/c-library.fixture.ts'
import { launchNodeChild } from '../../kernel/child.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { appleEnergy } from './ioreport-energy.ts'
import { openIoReport } from './ioreport.ts'
import { createOneChild } from './one-child.fixture.ts'
import { createMacosFinder } from './macos-finder.ts'
import { bindLibrary } from './native.ts'

const SOURCE = join(import.meta.dirname, 'ioreport.fake.c')
const [chip, intel, strange] = [[], ['WITHOUT_ENERGY_MODEL'], ['STRANGE_UNIT']].map((defines) => compileLibrary(SOURCE, defines))
const pathOf = (library: typeof chip): string => (typeof library === 'object' ? library.path : '')
afterAll(() => [chip, intel, strange].forEach((library) => typeof library === 'object' && library[Symbol.dispose]()))

const setUp = (library: string) => {
  const ended = new AbortController()
  onTestFinished(() => ended.abort())
  const finder = createMacosFinder({ launch: launchNodeChild, clock: createFakeClock(), platform: 'darwin', library }, ended.signal)
  return { find: () => finder.find([], ended.signal), signal: ended.signal }
}

test('on another platform nothing is started', async () => {
  const launch = vi.fn(() => null)
  const { signal } = new AbortController()
  expect(await createMacosFinder({ launch, clock: createFakeClock(), platform: 'linux' }, signal).find([], signal)).toMatchObject({ sources: [] })
  expect(launch).not.toHaveBeenCalled()
})

test.each([
  ['one die', [{ name: 'CPU Energy', unit: 'mJ', value: 5 }], { cpuMj: 5, gpuMj: null }],
  ['two dies', ['DIE_0_CPU Energy', 'DIE_1_CPU Energy'].map((name) => ({ name, unit: 'uJ', value: 5_000 })), { cpuMj: 10, gpuMj: null }],
  ['nanojoules, padded', [{ name: 'GPU Energy', unit: ' nJ ', value: 5_000_000 }], { cpuMj: null, gpuMj: 5 }],
  [
    'clusters and cores, which are parts',
    ['ECPU', 'PCPU', 'GPU SRAM', 'PCPU DTL'].map((name) => ({ name, unit: 'mJ', value: 5 })),
    { cpuMj: null, gpuMj: null },
  ],
  ['a unit nobody knows', [{ name: 'GPU Energy', unit: 'kWh', value: 5 }], { cpuMj: null, gpuMj: null }],
  ['a counter below 0', [{ name: 'GPU Energy', unit: 'mJ', value: -5 }], { cpuMj: null, gpuMj: null }],
  ['nothing', [], { cpuMj: null, gpuMj: null }],
])('energy of %s', (_name, channels, energy) => {
  expect(appleEnergy(channels)).toEqual(energy)
})

describe.skipIf(typeof chip !== 'object')("with a library that stands in for Apple's", () => {
  test('processor and GPU are counters of their own, and say what they are worth', async () => {
    const { find, signal } = setUp(pathOf(chip))
    const { sources, seen } = await find()
    expect(seen).toEqual([])
    expect(sources.map(({ device, method }) => [device.kind, device.vendor, method])).toEqual([
      ['gpu', 'Apple', 'counter'],
      ['cpu', 'Apple', 'counter'],
    ])
    expect(sources[0]).toMatchObject({ reader: 'IOReport (not yet verified on a Mac)', sensor: { basis: expect.stringContaining('assumed') } })
    expect(await sources[0]?.sample(signal)).toMatchObject({ energyMj: expect.closeTo(2_020, 6), powerMw: null, status: 'ok' })
    expect(await sources[1]?.sample(signal)).toMatchObject({ energyMj: expect.closeTo(1_530, 6) })
    expect((await find()).sources[0]).toBe(sources[0])
  })

  test('a reader that fell over is a gap in the readings; its sources stay', async () => {
    const ended = new AbortController()
    onTestFinished(() => ended.abort())
    const { launch, fall } = createOneChild()
    const finder = createMacosFinder({ launch, clock: createFakeClock(), platform: 'darwin', library: pathOf(chip) }, ended.signal)
    const { sources } = await finder.find([], ended.signal)
    await fall()
    expect(sources).not.toEqual([])
    expect((await finder.find([], ended.signal)).sources).toEqual(sources)
    expect(await sources[0]?.sample(ended.signal)).toMatchObject({ energyMj: null, status: 'unavailable' })
  })

  test('a Mac without an energy model has nothing to find', async () => {
    expect((await setUp(pathOf(intel)).find()).sources).toEqual([])
  })

  test('a figure in an unknown unit is no figure', async () => {
    expect((await setUp(pathOf(strange)).find()).sources.map(({ device }) => device.kind)).toEqual(['gpu'])
  })

  test('what the library hands out is given back', () => {
    const { alive } = bindLibrary(pathOf(chip), { alive: 'int fake_alive()' })
    const report = openIoReport({ library: pathOf(chip), foundation: pathOf(chip) })
    const open = alive()
    for (let looks = 0; looks < 50; looks++) report.channels()
    expect(alive()).toBe(open)
    report.close()
    expect(alive()).toBe(0)
  })
})

test('a Mac whose library is gone has nothing to find', async () => {
  expect((await setUp('/nowhere.dylib').find()).sources).toEqual([])
})
