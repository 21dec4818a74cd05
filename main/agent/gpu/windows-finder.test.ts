import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { compileLibrary } from '../../kernel/c-library.fixture.ts'
import { launchNodeChild } from '../../kernel/child.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createOneChild } from './one-child.fixture.ts'
import { openPdh } from './pdh.ts'
import { createWindowsFinder } from './windows-finder.ts'
import { adapterUses } from './windows-usage.ts'

const SOURCE = join(import.meta.dirname, 'windows.fake.c')
const [full, growing, bare] = [[], ['GROWING'], ['WITHOUT_GPU', 'WITHOUT_METERS']].map((defines) => compileLibrary(SOURCE, defines))
const pathOf = (library: typeof full): string => (typeof library === 'object' ? library.path : '')
afterAll(() => [full, growing, bare].forEach((library) => typeof library === 'object' && library[Symbol.dispose]()))

const setUp = (library: string) => {
  const ended = new AbortController()
  onTestFinished(() => ended.abort())
  const clock = createFakeClock()
  const finder = createWindowsFinder({ launch: launchNodeChild, clock, environment: process.env, platform: 'win32', library }, ended.signal)
  return { finder, clock, signal: ended.signal }
}

test('on another platform nothing is started', async () => {
  const launch = vi.fn(() => null)
  const { signal } = new AbortController()
  const finder = createWindowsFinder({ launch, clock: createFakeClock(), environment: {}, platform: 'linux' }, signal)
  expect(await finder.find([], signal)).toMatchObject({ sources: [], seen: [] })
  expect(await finder.uses.look(signal)).toBeNull()
  expect(launch).not.toHaveBeenCalled()
})

describe.skipIf(typeof full !== 'object')('with libraries that stand in for those of Windows', () => {
  test('the whole processor is a source, its cores are not, and its counter runs', async () => {
    const { finder, signal } = setUp(pathOf(full))
    const { sources } = await finder.find([], signal)
    expect(sources).toMatchObject([{ method: 'rapl', device: { kind: 'cpu' }, reader: expect.stringContaining('not yet verified') }])
    const first = await sources[0]?.sample(signal)
    const second = await sources[0]?.sample(signal)
    expect(first?.status).toBe('ok')
    expect((second?.energyMj ?? 0) - (first?.energyMj ?? 0)).toBeCloseTo(10_000, 0)
    expect((await finder.find([], signal)).sources[0]).toBe(sources[0])
  })

  test('a reader that fell over is a gap in the readings; its sources stay', async () => {
    const ended = new AbortController()
    onTestFinished(() => ended.abort())
    const { launch, fall } = createOneChild()
    const finder = createWindowsFinder({ launch, clock: createFakeClock(), environment: process.env, platform: 'win32', library: pathOf(full) }, ended.signal)
    const { sources } = await finder.find([], ended.signal)
    await fall()
    expect(sources).not.toEqual([])
    expect((await finder.find([], ended.signal)).sources).toEqual(sources)
    expect(await sources[0]?.sample(ended.signal)).toMatchObject({ energyMj: null, status: 'unavailable' })
  })

  test('adapters on the bus are seen, the software renderer is not', async () => {
    const { finder, signal } = setUp(pathOf(full))
    expect((await finder.find([], signal)).seen.map(({ name, busId, reason }) => [name, busId, reason])).toEqual([
      ['NVIDIA GPU 10de:2684', '0000:01:00.0', 'no-meter'],
      ['Intel GPU 8086:4680', '0000:00:02.0', 'no-meter'],
    ])
  })

  test('who uses which adapter is known from the second look on', async () => {
    const { finder, clock, signal } = setUp(pathOf(full))
    expect(await finder.uses.look(signal)).toMatchObject([{ busy: null, pids: null, memoryBytes: 1_073_741_824 }, {}, {}])
    await clock.advance(1_000)
    expect(await finder.uses.look(signal)).toEqual([
      {
        luid: '0x00000000_0x0000c739',
        busId: '0000:01:00.0',
        vendorId: 0x10de,
        deviceId: 0x2684,
        busy: expect.closeTo(0.817, 9),
        memoryBytes: 1_073_741_824,
        pids: [4242, 77],
      },
      expect.objectContaining({ busId: '0000:00:02.0', busy: expect.closeTo(0.17, 9), memoryBytes: 1_048_576, pids: [900, 902] }),
      expect.objectContaining({ busId: null, vendorId: 0x1414, busy: 0, memoryBytes: 0, pids: [] }),
    ])
  })

  test('a Windows without graphics counters and energy meters has nothing to say, rather than 0', async () => {
    const { finder, signal } = setUp(pathOf(bare))
    expect(await finder.find([], signal)).toMatchObject({ sources: [], seen: [] })
    expect(await finder.uses.look(signal)).toEqual([])
  })

  test('a list that grows while it is read is read again', () => {
    const pdh = openPdh(pathOf(growing))
    onTestFinished(pdh.close)
    pdh.look()
    expect(adapterUses(pdh.look()).map(({ pids }) => pids)).toEqual([[4242, 77], [900, 902], []])
  })
})

test('libraries that are missing leave nothing to find', async () => {
  const { finder, signal } = setUp('/nowhere.dll')
  expect(await finder.find([], signal)).toMatchObject({ sources: [], seen: [] })
})
