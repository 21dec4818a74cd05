import { expect, onTestFinished, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createDrmClients } from './drm-clients.ts'
import { createDrmFiles } from './drm-files.ts'
import { createFakeTree } from './sysfs.fake.ts'

const CARD = '0000:03:00.0'
const setUp = () => {
  const [proc, sys] = [createFakeTree(), createFakeTree()]
  onTestFinished(() => [proc, sys].forEach((tree) => tree[Symbol.dispose]()))
  const clock = createFakeClock()
  const hold = (pid: number, fd: number, target = '/dev/dri/renderD128') => proc.link(`${pid}/fd/${fd}`, target)
  const client = (at: { pid: number; fd: number }, id: number, lines: string) =>
    proc.write(`${at.pid}/fdinfo/${at.fd}`, `drm-pdev: ${CARD}\ndrm-client-id: ${id}\n${lines}`)
  return { proc, sys, clock, hold, client, clients: createDrmClients({ procRoot: proc.root, sysRoot: sys.root, clock }) }
}
const ccs = (busy: number, total: number) => `drm-cycles-ccs: ${busy}\ndrm-total-cycles-ccs: ${total}\ndrm-engine-capacity-ccs: 4`
const gfx = (nanoseconds: number) => `drm-engine-gfx: ${nanoseconds} ns`

test('the busiest engine since the last look is how busy the device was', async () => {
  const { clock, hold, client, clients } = setUp()
  hold(11, 5)
  hold(12, 7)
  client({ pid: 11, fd: 5 }, 1, `${gfx(1e9)}\ndrm-engine-dec: 5 ns`)
  client({ pid: 12, fd: 7 }, 2, gfx(9e9))
  expect(clients.of(CARD)).toEqual({ pids: [11, 12], busy: null })
  await clock.advance(1_000)
  client({ pid: 11, fd: 5 }, 1, `${gfx(1.25e9)}\ndrm-engine-dec: 100 ns`)
  client({ pid: 12, fd: 7 }, 2, gfx(9.5e9))
  expect(clients.of(CARD)?.busy).toBeCloseTo(0.75, 9)
})

test('a descriptor that two processes share counts once', async () => {
  const { clock, hold, client, clients } = setUp()
  for (const pid of [11, 12]) {
    hold(pid, 5)
    client({ pid, fd: 5 }, 1, gfx(1e9))
  }
  clients.of(CARD)
  await clock.advance(1_000)
  for (const pid of [11, 12]) client({ pid, fd: 5 }, 1, gfx(1.4e9))
  expect(clients.of(CARD)).toEqual({ pids: [11, 12], busy: expect.closeTo(0.4, 9) })
})

test('cycles are compared with the cycles that passed, over all engines of a kind', async () => {
  const { clock, hold, client, clients } = setUp()
  hold(11, 5)
  client({ pid: 11, fd: 5 }, 1, ccs(100, 10_000))
  clients.of(CARD)
  await clock.advance(1_000)
  client({ pid: 11, fd: 5 }, 1, ccs(2_100, 11_000))
  expect(clients.of(CARD)?.busy).toBeCloseTo(0.5, 9)
})

test('a figure that falls back for a moment is not negative work, nor is it work twice', async () => {
  const { clock, hold, client, clients } = setUp()
  hold(11, 5)
  const shares: unknown[] = []
  for (const nanoseconds of [5e9, 4e9, 5.1e9]) {
    client({ pid: 11, fd: 5 }, 1, gfx(nanoseconds))
    shares.push(clients.of(CARD)?.busy)
    await clock.advance(1_000)
  }
  expect(shares).toEqual([null, 0, expect.closeTo(0.1, 9)])
})

test('who opened the device but never let it work is no user of it', () => {
  const { hold, client, clients } = setUp()
  hold(11, 5)
  client({ pid: 11, fd: 5 }, 1, gfx(0))
  expect(clients.of(CARD)?.pids).toEqual([])
})

test('with every process in sight, a device without users is idle', () => {
  const { hold, clients } = setUp()
  hold(11, 5, '/dev/null')
  expect(clients.of(CARD)).toEqual({ pids: [], busy: 0 })
})

test('with a process that hides its files, a device without users in sight is unknown, not idle', () => {
  const { proc, hold, clients } = setUp()
  hold(11, 5, '/dev/null')
  proc.write('12/comm', 'hidden')
  expect(clients.of(CARD)).toBeNull()
})

test('while one card is looked at, the clients of another one that sleeps are left alone', async () => {
  const { sys, clock, hold, client, clients } = setUp()
  hold(11, 5)
  client({ pid: 11, fd: 5 }, 1, gfx(1e9))
  sys.link('class/drm/renderD128/device', `../../../${CARD}`)
  sys.write(`bus/pci/devices/${CARD}/power/runtime_status`, 'suspended')
  expect(clients.of(CARD)?.pids).toEqual([])
  await clock.advance(1_000)
  sys.write(`bus/pci/devices/${CARD}/power/runtime_status`, 'active')
  expect(clients.of(CARD)?.pids).toEqual([11])
})

test('without /proc nothing is known', () => {
  expect(createDrmClients({ procRoot: '/nowhere', sysRoot: '/nowhere', clock: createFakeClock() }).of(CARD)).toBeNull()
})

test('a look lists the files of at most 76 processes, new ones first, and comes round to all', () => {
  const { proc, hold } = setUp()
  const files = createDrmFiles(proc.root)
  for (let pid = 1; pid <= 200; pid++) hold(pid, 3, '/dev/null')
  const incomplete = [files(), files(), files()].map(({ complete }) => complete)
  expect(incomplete).toEqual([false, false, false])
  expect(files().complete).toBe(true)
  for (let looks = 0; looks < 20; looks++) files()
  hold(500, 4)
  expect(files().open).toEqual([{ pid: 500, fd: '4', node: 'renderD128' }])
  hold(100, 9)
  const seen = Array.from({ length: 18 }, () => files().open.some(({ pid }) => pid === 100))
  expect(seen.at(-1)).toBe(true)
})
