import { pino } from 'pino'
import { expect, test } from 'vitest'
import { createFakeClock } from '../kernel/clock.fake.ts'
import type { Detection, Detector } from './gpu/detect.ts'
import { openInventory } from './inventory.ts'
import type { PowerSource } from './power-source.ts'

const CPU = { vendor: 'test', model: 'test', packages: 1, cores: 2, threads: 4, memoryBytes: 0 }
const source = (uuid: string, driver = '595.10'): PowerSource =>
  ({ device: { uuid, name: uuid, driver }, method: 'counter', reader: 'NVML', rest: null, sensor: { updateMs: 100 } }) as unknown as PowerSource
const machine = (...sources: PowerSource[]): Detection => ({ cpu: CPU, sources, seen: [] })

async function setUp(first: Detection = machine(source('GPU-1'))) {
  const clock = createFakeClock()
  const stop = new AbortController()
  const found = { detection: first, fingerprint: 'a', fails: false, lookMs: 0 }
  const looks: number[] = []
  let under = 0
  let most = 0
  let changes = 0
  let doubts = 0
  const detector: Detector = {
    fingerprint: () => found.fingerprint,
    async detect(signal) {
      looks.push(clock.monotonic())
      most = Math.max(most, ++under)
      if (found.lookMs > 0) await clock.sleep(found.lookMs, signal)
      under--
      if (found.fails) throw new Error('the bus is on fire')
      return found.detection
    },
  }
  const opening = openInventory({ detector, clock, log: pino({ level: 'silent' }), changed: () => changes++, doubted: () => doubts++ }, stop.signal)
  await clock.advance(0)
  const inventory = await opening
  const running = inventory.run(stop.signal)
  const end = async () => {
    stop.abort()
    await clock.advance(1)
    await running
  }
  return { clock, found, looks, inventory, end, most: () => most, changes: () => changes, doubts: () => doubts }
}

test('an agent knows its devices from the start, and looks again only when there is reason to', async () => {
  const { clock, looks, inventory, end, changes } = await setUp()
  expect(inventory.current().sources.map(({ device }) => device.uuid)).toEqual(['GPU-1'])
  await clock.advance(3_600_000)
  expect([looks.length, changes()]).toEqual([1, 0])
  await end()
})

test('after sleep the machine is looked at within seconds of waking, whatever the clock of timers did meanwhile', async () => {
  const { clock, looks, end, doubts } = await setUp()
  await clock.advance(12_000)
  clock.jump(3_600_000)
  await clock.advance(5_000)
  expect(looks).toHaveLength(2)
  await clock.advance(600_000)
  expect(looks).toHaveLength(2)
  expect(doubts()).toBe(1)
  await end()
})

test('a card that is plugged in, falls asleep or gets another driver is found within half a minute, and told once', async () => {
  const { clock, found, inventory, end, changes } = await setUp()
  found.fingerprint = 'b'
  found.detection = machine(source('GPU-1'), source('GPU-2'))
  await clock.advance(30_000)
  expect(inventory.current().sources).toHaveLength(2)
  expect(changes()).toBe(1)
  found.fingerprint = 'c'
  found.detection = machine(source('GPU-1', '600.01'), source('GPU-2', '600.01'))
  await clock.advance(30_000)
  expect(changes()).toBe(2)
  found.fingerprint = 'd'
  await clock.advance(30_000)
  expect(changes()).toBe(2)
  await end()
})

test('a source that changes behind the same object is news all the same', async () => {
  let driver = '595.10'
  const live = {
    ...source('GPU-1'),
    get device() {
      return { uuid: 'GPU-1', name: 'GPU-1', driver } as PowerSource['device']
    },
  }
  const { inventory, changes, end } = await setUp(machine(live))
  driver = '600.01'
  await inventory.look('owner')
  expect(changes()).toBe(1)
  await end()
})

test('looks never overlap; the owner’s wish during one is granted by a fresh one, and several wishes by the same', async () => {
  const { clock, found, looks, inventory, end, most } = await setUp()
  found.lookMs = 2_000
  const early = inventory.look('owner')
  await clock.advance(500)
  found.detection = machine()
  const late = [inventory.look('owner'), inventory.look('hardware'), inventory.look('owner')]
  await clock.advance(10_000)
  await Promise.all([early, ...late])
  expect([looks.length, most()]).toEqual([3, 1])
  expect((await late[0])?.sources).toEqual([])
  await end()
})

test('a look that fails keeps what was known and is no failure of the agent', async () => {
  const { found, inventory, end, changes } = await setUp()
  found.fails = true
  expect((await inventory.look('owner')).sources).toHaveLength(1)
  expect(changes()).toBe(0)
  await end()
})

test('a device that stops answering is looked for after ten seconds, and ever more rarely while it stays away', async () => {
  const { clock, looks, inventory, end } = await setUp()
  const silentFor = async (seconds: number, status: 'lost' | 'unavailable' | 'ok' | 'asleep') => {
    const before = looks.length
    for (let second = 0; second < seconds; second++) {
      inventory.note('GPU-1', status)
      await clock.advance(1_000)
    }
    return looks.length - before
  }
  expect(await silentFor(9, 'lost')).toBe(0)
  expect(await silentFor(5, 'unavailable')).toBe(1)
  expect(await silentFor(60, 'lost')).toBe(1)
  expect(await silentFor(3_600, 'lost')).toBeLessThanOrEqual(10)
  expect(await silentFor(100, 'ok')).toBe(0)
  expect(await silentFor(100, 'asleep')).toBe(0)
  expect(await silentFor(9, 'lost')).toBe(0)
  expect(await silentFor(3, 'lost')).toBe(1)
  await end()
})
