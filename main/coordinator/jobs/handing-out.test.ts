import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { placeKindFor, placesFor, placesOf } from '../../../shared/domain/places.ts'
import { testCapabilities, testSpec } from '../test-work.fake.ts'
import { type Standing, handOut } from './handing-out.ts'
import type { KnownNode } from './ports.ts'
import type { Due } from './next-run.ts'

const NOW = Date.parse('2026-03-01T12:00:00.000Z')
const MINUTE = 60_000
const [gpu] = testCapabilities.gpus

const nodeOf = (nodeId: string, changes: Partial<KnownNode> & { gpus?: number; zone?: string } = {}): KnownNode => {
  const { gpus = 1, zone = 'GB-13', ...rest } = changes
  const capabilities = { ...testCapabilities, zone, gpus: gpu ? Array.from({ length: gpus }, () => gpu) : [] }
  return { nodeId, capabilities, online: true, ready: true, gone: false, ...rest }
}

const dueOf = (jobId: string, nodeId: string, changes: Partial<Due> & { gpus?: number } = {}): Due => {
  const { gpus = 1, ...rest } = changes
  const spec = testSpec(NOW, { needs: { gpus, vramBytes: 0, ramBytes: 0 } })
  const { from = NOW } = rest
  return { jobId, spec, nodeId, zone: 'GB-13', from, to: from + MINUTE, asSoonAsPossible: null, avoids: [], isPinned: false, isTold: false, turn: 0, ...rest }
}

type Taken = Readonly<Record<string, number>>
const standing = (due: readonly Due[], nodes: readonly KnownNode[], { taken = {}, freed = {} }: { taken?: Taken; freed?: Taken } = {}): Standing => ({
  now: NOW,
  due,
  nodes,
  holdings: { leaseIds: new Set(), taken: (nodeId, kind) => taken[`${nodeId} ${kind}`] ?? 0 },
  freed: (nodeId, kind) => freed[`${nodeId} ${kind}`] ?? 0,
})
const ids = (all: readonly { readonly jobId: string }[]) => all.map(({ jobId }) => jobId)

test('what only one node may have waits for that one', () => {
  const nodes = [nodeOf('a', { online: false }), nodeOf('b')]
  const pinned = dueOf('pinned', 'a', { isPinned: true, asSoonAsPossible: 0 })
  const { own, displaced, early } = handOut(standing([pinned], nodes, { freed: { 'b gpu': 1 } }))
  expect([ids(own), ids(displaced), ids(early)]).toEqual([[], [], []])
  expect(ids(handOut(standing([pinned], [nodeOf('a'), nodeOf('b')])).own)).toEqual(['pinned'])
})

test('a node that has had its results of the day is given none of its own, and nobody else’s', () => {
  const atQuota = nodeOf('a', { standing: { reputation: 0.5, onProbation: false, atQuota: true } })
  const { own, displaced, free } = handOut(standing([dueOf('first', 'a'), dueOf('second', 'b')], [atQuota, nodeOf('b')]))
  expect([ids(own), ids(displaced), free]).toEqual([['second'], ['first'], []])
})

test('each job goes to the node it is planned on; what finds its place taken, or its node away, may go to what is left', () => {
  const nodes = [nodeOf('a'), nodeOf('b'), nodeOf('c', { online: false }), nodeOf('d', { ready: false }), nodeOf('far', { zone: 'FR' })]
  const due = [dueOf('first', 'a'), dueOf('second', 'a'), dueOf('third', 'c'), dueOf('fourth', 'd'), dueOf('later', 'b', { from: NOW + 10 * MINUTE })]
  const { own, displaced, free } = handOut(standing(due, nodes))
  expect(ids(own)).toEqual(['first'])
  expect(displaced.map(({ jobId, because }) => [jobId, because])).toEqual([
    ['second', 'full'],
    ['third', 'away'],
    ['fourth', 'away'],
  ])
  expect(free.map(({ node, free: places, promised }) => [node.nodeId, places.gpu, promised])).toEqual([
    ['b', 1, [{ kind: 'gpu', places: 1, from: NOW + 10 * MINUTE }]],
  ])
})

test('a job begins early where others have ended before their time, the next one of the node and none that waits for its hour', () => {
  const due = [
    dueOf('third', 'a', { from: NOW + 30 * MINUTE, asSoonAsPossible: 0 }),
    dueOf('next', 'a', { from: NOW + 10 * MINUTE, asSoonAsPossible: 0 }),
    dueOf('green', 'b', { from: NOW + 10 * MINUTE }),
    dueOf('not yet', 'c', { from: NOW + 10 * MINUTE, asSoonAsPossible: NOW + MINUTE }),
    dueOf('planned so', 'd', { from: NOW + 10 * MINUTE, asSoonAsPossible: 0 }),
  ]
  const freed = { 'a gpu': 1, 'b gpu': 1, 'c gpu': 1 }
  expect(
    ids(
      handOut(
        standing(
          due,
          ['a', 'b', 'c', 'd'].map((nodeId) => nodeOf(nodeId)),
          { freed },
        ),
      ).own,
    ),
  ).toEqual(['next'])
})

test('nobody overtakes a job that needs more than has become free', () => {
  const due = [dueOf('wide', 'a', { from: NOW + MINUTE, asSoonAsPossible: 0, gpus: 2 }), dueOf('small', 'a', { from: NOW + 2 * MINUTE, asSoonAsPossible: 0 })]
  const one = standing(due, [nodeOf('a', { gpus: 2 })], { taken: { 'a gpu': 1 }, freed: { 'a gpu': 1 } })
  expect(handOut(one).own).toEqual([])
  expect(ids(handOut({ ...one, ...standing(due, [nodeOf('a', { gpus: 2 })], { freed: { 'a gpu': 2 } }) }).own)).toEqual(['wide'])
})

test('a place that nobody had in mind is for what waits only for a place, those whose turn is first, and no more of them than could use it', () => {
  const later = (jobId: string, changes: Partial<Due> = {}) => dueOf(jobId, 'a', { from: NOW + 10 * MINUTE, asSoonAsPossible: 0, ...changes })
  const due = [
    later('green', { asSoonAsPossible: null }),
    later('not yet', { asSoonAsPossible: NOW + MINUTE }),
    later('far', { zone: 'FR' }),
    ...Array.from({ length: 20 }, (_, index) => later(`job-${index}`)),
  ]
  const nodes = [nodeOf('a'), nodeOf('b'), nodeOf('c'), nodeOf('d', { ready: false })]
  const of = (freed: Taken, more: readonly Due[] = []) => handOut(standing([...due, ...more], nodes, { taken: { 'a gpu': 1 }, freed }))
  expect(ids(of({}).early)).toEqual([])
  const { own, displaced, early, free } = of({ 'b gpu': Infinity, 'd gpu': Infinity })
  expect([own, displaced]).toEqual([[], []])
  expect(ids(early)).toEqual(Array.from({ length: 8 }, (_, index) => `job-${index}`))
  // Machine c was there, and whoever planned left it alone.
  expect(free.map(({ node }) => node.nodeId)).toEqual(['b'])
  expect(early[0]?.until).toBe(NOW + MINUTE)
  // What is due now comes first.
  expect(ids(of({ 'b gpu': Infinity }, [dueOf('due', 'a')]).early)).toEqual([])
})

test('however many are due, no node is given more than it has, and every job is given out, displaced or not due', () => {
  const name = fc.constantFrom('a', 'b', 'c')
  const anyDue = fc.record({
    nodeId: name,
    gpus: fc.nat(2),
    minutes: fc.integer({ min: -5, max: 5 }),
    isSoon: fc.boolean(),
  })
  const taken = fc.dictionary(fc.constantFrom('a gpu', 'b gpu', 'c processor'), fc.nat(2))
  fc.assert(
    fc.property(fc.array(anyDue, { maxLength: 20, size: 'max' }), taken, taken, (all, held, freed) => {
      const due = all.map(({ nodeId, gpus, minutes, isSoon }, index) =>
        dueOf(`job-${index}`, nodeId, { gpus, from: NOW + minutes * MINUTE, asSoonAsPossible: isSoon ? 0 : null }),
      )
      const nodes = [nodeOf('a', { gpus: 2 }), nodeOf('b'), nodeOf('c', { online: false })]
      const { own, displaced } = handOut(standing(due, nodes, { taken: held, freed }))
      for (const { nodeId, capabilities } of nodes)
        for (const kind of ['gpu', 'processor'] as const) {
          const given = own.filter((one) => one.nodeId === nodeId && placeKindFor(one.spec.needs) === kind)
          const places = given.reduce((sum, { spec }) => sum + placesFor(spec.needs), 0)
          if (given.length > 0) expect(places + (held[`${nodeId} ${kind}`] ?? 0)).toBeLessThanOrEqual(placesOf(capabilities, kind))
        }
      const near = due.filter(({ from }) => from - NOW <= 30_000)
      const seen = [...ids(own), ...ids(displaced)]
      expect(new Set(seen).size).toBe(seen.length)
      expect(seen).toEqual(expect.arrayContaining(ids(near)))
    }),
  )
})
