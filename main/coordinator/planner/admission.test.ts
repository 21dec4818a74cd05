import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Admission, type AdmissionWorld, createAdmissionDesk } from './admission.ts'
import { NOW, fakeGpu, fakeNode, fakeSpec } from './planner.fake.ts'
import type { PromisedJob } from './promised.ts'

const HOUR = 3_600_000
const at = (hours: number): string => new Date(NOW + hours * HOUR).toISOString()
const gpus = (count: number, vramBytes = 8e9) => Array.from({ length: count }, () => ({ ...fakeGpu, vramBytes }))
const idOf = (name: string): string => fakeNode(name, 'GB').nodeId
const nodeWith = (nodeId: string, count: number, zone = 'GB') => {
  const node = fakeNode(nodeId, zone)
  return { ...node, capabilities: { ...node.capabilities, gpus: gpus(count) } }
}
/** A job of an hour on one GPU. */
const jobFor = (deadline: number, changes: Record<string, unknown> = {}) =>
  fakeSpec({ deadline: at(deadline), needs: { gpus: 1, vramBytes: 0, ramBytes: 0 }, ...changes })
const waits = (deadline: number, changes: Record<string, unknown> = {}): PromisedJob => ({
  requesterId: 'ada',
  spec: jobFor(deadline, changes),
  restMs: HOUR,
  deadlineAt: NOW + deadline * HOUR,
  heldBy: null,
})
const open = (world: Partial<AdmissionWorld>) => createAdmissionDesk({ now: NOW, nodes: [nodeWith('a', 1)], promised: [], weightOf: () => 100, ...world })
const orderOf = (jobs: number) => ({ requesterId: 'ada', spec: jobFor(3), jobs })
const ask = (world: Partial<AdmissionWorld>, spec = jobFor(2), jobs = 1): Admission => open(world).judge({ requesterId: 'ada', spec, jobs })

test('a job that fits is admitted; without any machine nobody can tell, so it is too', () => {
  expect(ask({})).toEqual({ is: 'admitted' })
  expect(ask({ nodes: [] }, jobFor(0.1))).toEqual({ is: 'admitted' })
})

test('what no machine has is refused with what keeps how many away', () => {
  const nodes = [nodeWith('a', 1), nodeWith('b', 0), nodeWith('c', 2, 'FR')]
  const spec = jobFor(2, { needs: { gpus: 2, vramBytes: 0, ramBytes: 0 }, zones: ['GB'] })
  expect(ask({ nodes }, spec)).toEqual({ is: 'refused', for: 'needs', excluded: { gpu: 2, zone: 1 }, nodes: 3 })
  expect(ask({ nodes }, jobFor(2, { price: { microUsdPerHour: '100', maxMicroUsd: '1' } }))).toMatchObject({ excluded: { price: 2, gpu: 1 } })
})

test('one that takes longer than there is time is refused, with the earliest deadline that would do', () => {
  const refused = ask({}, jobFor(0.5))
  expect(refused).toMatchObject({ is: 'refused', for: 'time', neededMs: HOUR, earliestDeadline: NOW + HOUR * 1.05 + 30_000 })
  expect(ask({}, jobFor(4, { earliestStart: at(3.5) }))).toMatchObject({ for: 'time', earliestDeadline: NOW + 4.5 * HOUR + 0.05 * HOUR + 30_000 })
})

test('a machine that is held until too late leaves no time; one whose run ends before does', () => {
  const held = (hours: number): PromisedJob => ({ ...waits(9), restMs: hours * HOUR, heldBy: idOf('a') })
  expect(ask({ promised: [held(0.9)] })).toEqual({ is: 'admitted' })
  expect(ask({ promised: [held(1.5)] })).toMatchObject({ for: 'capacity', earliestDeadline: NOW + 2.55 * HOUR + 30_000 })
  expect(ask({ nodes: [nodeWith('a', 1), nodeWith('b', 1)], promised: [held(9)] })).toEqual({ is: 'admitted' })
})

test('what has to be done sooner counts, what may be done later does not', () => {
  expect(ask({ promised: [waits(2), waits(1.9)] })).toMatchObject({ for: 'capacity' })
  expect(ask({ promised: [waits(8), waits(9)] })).toEqual({ is: 'admitted' })
})

test('a promised job that others could do as well keeps nobody out', () => {
  const nodes = [nodeWith('a', 1), nodeWith('b', 1, 'FR')]
  const spec = jobFor(2, { zones: ['GB'] })
  expect(ask({ nodes, promised: [waits(2), waits(2)] }, spec)).toEqual({ is: 'admitted' })
  expect(ask({ nodes, promised: [waits(2, { zones: ['GB'] }), waits(2, { zones: ['GB'] })] }, spec)).toMatchObject({ for: 'capacity' })
})

test('many jobs are judged together, and what has been admitted is promised at once', () => {
  const desk = open({ nodes: [nodeWith('a', 2)] })
  expect(desk.judge(orderOf(7))).toMatchObject({ for: 'capacity' })
  expect(desk.judge(orderOf(6))).toEqual({ is: 'admitted' })
  desk.promise(orderOf(4))
  expect(desk.judge(orderOf(3))).toMatchObject({ for: 'capacity' })
  expect(desk.judge(orderOf(2))).toEqual({ is: 'admitted' })
})

test('whatever is promised to others, a requester has its share by weight', () => {
  const promised = Array.from({ length: 12 }, () => ({ ...waits(12), requesterId: 'bob' }))
  expect(ask({ promised }, jobFor(12), 6)).toEqual({ is: 'admitted' })
  expect(ask({ promised }, jobFor(12), 7)).toMatchObject({ for: 'capacity' })
  expect(ask({ promised, weightOf: (who) => (who === 'bob' ? 300 : 100) }, jobFor(12), 3)).toEqual({ is: 'admitted' })
  expect(ask({ promised, weightOf: (who) => (who === 'bob' ? 300 : 100) }, jobFor(12), 4)).toMatchObject({ for: 'capacity' })
})

test('with the deadline that a refusal names, the job is admitted', () => {
  const promised = fc.array(
    fc.record({
      deadline: fc.integer({ min: 1, max: 12 }),
      count: fc.integer({ min: 1, max: 3 }),
      requesterId: fc.constantFrom('ada', 'bob', 'eve'),
      held: fc.option(fc.constantFrom('a', 'b')),
    }),
    { maxLength: 6 },
  )
  fc.assert(
    fc.property(promised, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 5 }), (given, deadline, jobs) => {
      const world = {
        nodes: [nodeWith('a', 1), nodeWith('b', 2)],
        promised: given.flatMap((one) =>
          Array.from({ length: one.count }, () => ({ ...waits(one.deadline), requesterId: one.requesterId, heldBy: one.held && idOf(one.held) })),
        ),
      }
      const answer = ask(world, jobFor(deadline), jobs)
      if (answer.is === 'admitted' || answer.for === 'needs') return
      expect(ask(world, jobFor((answer.earliestDeadline - NOW) / HOUR), jobs)).toEqual({ is: 'admitted' })
    }),
  )
})
