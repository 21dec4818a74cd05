/** Whatever arrives, ends, is switched off or gets hot, in any order. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Lease } from '../../../shared/contract/job.ts'
import { fakeLease } from './lease.fixture.ts'
import { PROCESSOR_ONLY, aGpu } from './machine.fixture.ts'
import { type Machine, type Working, mayStart } from './may-start.ts'

const GIB = 1_073_741_824
const RAM = 16 * GIB

const need = fc.record({ gpus: fc.integer({ min: 0, max: 4 }), vramGib: fc.constantFrom(0, 8, 12, 24), memoryGib: fc.integer({ min: 1, max: 17 }) })
/** Takes whatever becomes free. */
const small = fc.record({ gpus: fc.constantFrom(0, 1), vramGib: fc.constant(0), memoryGib: fc.constant(1) })
const event = fc.oneof(
  { weight: 4, arbitrary: need.map((offer) => ({ offer })) },
  { weight: 3, arbitrary: fc.nat(7).map((end) => ({ end })) },
  { weight: 1, arbitrary: fc.nat(3).map((toggle) => ({ toggle })) },
  { weight: 1, arbitrary: fc.nat(3).map((heat) => ({ heat })) },
)
type Need = typeof need extends fc.Arbitrary<infer T> ? T : never
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never

/** A machine with four cards, played: refused leases go back, what may start does. */
function play() {
  let cards = [8, 8, 12, 24].map((gib, index) => aGpu(`gpu-${index}`, { vramBytes: gib * GIB, freeBytes: gib * GIB }))
  let waiting: Lease[] = []
  let working: Working[] = []
  let count = 0
  const machine = (): Machine => ({ ...PROCESSOR_ONLY, gpus: cards, ramBytes: RAM })
  const offer = ({ gpus, vramGib, memoryGib }: Need): void => {
    const { spec, ...lease } = fakeLease({ leaseId: `lease-${count++}` })
    const limits = { ...spec.limits, memoryBytes: memoryGib * GIB }
    waiting = [...waiting, { ...lease, spec: { ...spec, limits, needs: { gpus, vramBytes: vramGib * GIB, ramBytes: 0 } } }]
  }
  const stop = (isOver: (one: Working, index: number) => boolean): void => void (working = working.filter((one, index) => !isOver(one, index)))
  const step = (): number => {
    const verdicts = mayStart({ machine: machine(), working, waiting: waiting.map((lease) => ({ lease, owner: null, grid: null })) })
    const kept: Lease[] = []
    for (const [index, lease] of waiting.entries()) {
      const verdict = verdicts[index]
      if (verdict && 'start' in verdict) working = [...working, { lease, deviceIds: verdict.start.map(({ deviceId }) => deviceId) }]
      else if (verdict && 'wait' in verdict) kept.push(lease)
    }
    const changed = waiting.length - kept.length
    waiting = kept
    return changed
  }
  const apply = (one: Event): void => {
    if ('offer' in one) offer(one.offer)
    else if ('end' in one) stop((_, index) => index === one.end)
    else if ('heat' in one) cards = cards.map((gpu, at) => (at === one.heat ? { ...gpu, held: gpu.held ? null : { code: 'ceiling', message: 'hot' } } : gpu))
    else {
      cards = cards.map((gpu, at) => (at === one.toggle ? { ...gpu, lent: !gpu.lent } : gpu))
      const off = new Set(cards.filter(({ lent }) => !lent).map(({ deviceId }) => deviceId))
      stop(({ deviceIds }) => deviceIds.some((id) => off.has(id)))
    }
  }
  return { apply, step, stop, machine, waiting: () => waiting, working: () => working }
}

function expectFair(given: readonly Working[], { gpus, ramBytes }: Machine): void {
  const ids = given.flatMap(({ deviceIds }) => deviceIds)
  expect(new Set(ids).size).toBe(ids.length)
  expect(given.filter(({ lease }) => lease.spec.needs.gpus === 0).length).toBeLessThanOrEqual(1)
  expect(given.reduce((sum, { lease }) => sum + lease.spec.limits.memoryBytes, 0)).toBeLessThanOrEqual(ramBytes)
  for (const { lease, deviceIds } of given) {
    const { gpus: wanted, vramBytes } = lease.spec.needs
    if (wanted > 0) expect(deviceIds.length).toBe(wanted)
    for (const id of wanted > 0 ? deviceIds : []) expect(gpus.find(({ deviceId }) => deviceId === id)).toMatchObject({ lent: true })
    for (const id of wanted > 0 ? deviceIds : []) expect(gpus.find(({ deviceId }) => deviceId === id)?.vramBytes).toBeGreaterThanOrEqual(vramBytes)
  }
}

test('no device and no byte is given twice, whatever happens', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const scene = play()
      for (const one of events) {
        scene.apply(one)
        scene.step()
        expectFair(scene.working(), scene.machine())
      }
    }),
  )
})

/** The processor and four cards: of those that run, each has ended once after so many ends of the one that began first. */
const MOST_AT_ONCE = 5
const MOST_BEFORE = 12

test('nothing starves: while those that run end one by one and others keep coming, whoever waits first gets its turn', () => {
  const crowd = fc.array(small, { minLength: 5, maxLength: MOST_BEFORE })
  const steps = (MOST_BEFORE + 1) * MOST_AT_ONCE
  const following = fc.array(small, { minLength: steps, maxLength: steps })
  fc.assert(
    fc.property(fc.oneof(crowd, fc.array(need, { maxLength: MOST_BEFORE })), need, following, (before, wanted, newcomers) => {
      const scene = play()
      for (const one of [...before, wanted]) scene.apply({ offer: one })
      scene.step()
      const waiting = scene.waiting()
      for (const newcomer of newcomers) {
        scene.stop((_, index) => index === 0)
        scene.apply({ offer: newcomer })
        scene.step()
      }
      expect(scene.waiting().filter((lease) => waiting.includes(lease))).toEqual([])
    }),
    { numRuns: 300 },
  )
})
