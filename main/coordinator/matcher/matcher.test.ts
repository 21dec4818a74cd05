import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Demand, type Hardware, hardwareTerm, mayGo, zoneTerm } from './demand.ts'
import { type PlainWorld, ZONES, arbitraryDemand, arbitraryFigures, arbitraryHardware, leastForJob, leastForNode, scoreOf } from './matcher.fake.ts'
import { type Matcher, createMatcher } from './matcher.ts'

const GB = 1e9
const demand = (changes: Partial<Demand> = {}): Demand => ({
  runtime: 'docker',
  gpus: 1,
  vramBytes: 8 * GB,
  ramBytes: 0,
  zones: null,
  maxGPerKWh: null,
  maxMinorPerKWh: null,
  minReputation: 0,
  kWh: 0.1,
  ...changes,
})
const hardware = (changes: Partial<Hardware> = {}): Hardware => ({
  runtimes: ['docker'],
  hasProcessor: true,
  vramBytes: [12 * GB],
  ramBytes: 32 * GB,
  reputation: 0.5,
  ...changes,
})
const CLEAN = { gPerKWh: 50, minorPerKWh: 10 }

test('of two jobs, the one whose turn is first is pulled, and stays until it is removed', () => {
  const matcher = createMatcher()
  matcher.addNode('n', { zone: 'DE', hardware: hardware() })
  matcher.add({ jobId: 'late', demand: demand(), key: 20 })
  matcher.add({ jobId: 'soon', demand: demand(), key: 10 })
  expect([matcher.pull('n'), matcher.pull('n')]).toEqual(['soon', 'soon'])
  matcher.remove('soon')
  expect([matcher.pull('n'), matcher.has('soon'), matcher.size()]).toEqual(['late', false, 1])
  expect(matcher.pull('unknown')).toBeNull()
})

test('jobs of one turn go in the order in which they came', () => {
  const matcher = createMatcher()
  matcher.addNode('n', { zone: 'DE', hardware: hardware() })
  for (const jobId of ['a', 'b', 'c', 'd']) matcher.add({ jobId, demand: demand(), key: 1 })
  const order = Array.from({ length: 4 }, () => {
    const jobId = matcher.pull('n') ?? ''
    matcher.remove(jobId)
    return jobId
  })
  expect(order).toEqual(['a', 'b', 'c', 'd'])
})

test('a job goes to the machine that it wastes least of, and leaves a whole one to a job that needs it', () => {
  const matcher = createMatcher()
  matcher.addNode('large', { zone: 'DE', hardware: hardware({ vramBytes: [80 * GB] }) })
  matcher.addNode('four', { zone: 'DE', hardware: hardware({ vramBytes: [12 * GB, 12 * GB, 12 * GB, 12 * GB] }) })
  matcher.addNode('one', { zone: 'DE', hardware: hardware() })
  matcher.add({ jobId: 'small', demand: demand(), key: 0 })
  matcher.add({ jobId: 'wide', demand: demand({ gpus: 3 }), key: 0 })
  expect([matcher.push('small'), matcher.push('wide')]).toEqual(['one', 'four'])
})

test('a cap keeps a job out of a zone as long as it is not met, or nobody knows', () => {
  const matcher = createMatcher()
  matcher.addNode('n', { zone: 'DE', hardware: hardware() })
  matcher.add({ jobId: 'capped', demand: demand({ maxGPerKWh: 100 }), key: 0 })
  expect(matcher.pull('n')).toBeNull()
  matcher.setZone('DE', { ...CLEAN, gPerKWh: 101 })
  expect(matcher.pull('n')).toBeNull()
  matcher.setZone('DE', CLEAN)
  expect(matcher.pull('n')).toBe('capped')
})

test('whoever is refused is passed over, and waits as before', () => {
  const matcher = createMatcher()
  matcher.addNode('n', { zone: 'DE', hardware: hardware() })
  for (const [key, jobId] of ['a', 'b', 'c'].entries()) matcher.add({ jobId, demand: demand(), key })
  expect(matcher.pull('n', (jobId) => jobId === 'c')).toBe('c')
  expect(matcher.pull('n', () => false)).toBeNull()
  expect(matcher.pull('n')).toBe('a')
})

test('where there are too many different jobs to keep apart, nobody is given a machine that lacks what it asks for', () => {
  fc.assert(
    fc.property(fc.array(arbitraryDemand, { minLength: 200, maxLength: 400 }), fc.array(arbitraryHardware, { minLength: 1 }), (demands, machines) => {
      // So few classes that most are rounded: whoever gets a job has what it really asks for.
      const matcher = createMatcher(64)
      const varied = demands.map((one, index) => ({ ...one, ramBytes: one.ramBytes + index * 1e7, vramBytes: one.vramBytes + index * 1e6 }))
      const kept = varied.filter((one, index) => matcher.add({ jobId: `${index}`, demand: one, key: index }))
      expect(matcher.size()).toBe(kept.length)
      for (const zone of ZONES) matcher.setZone(zone, CLEAN)
      for (const [index, one] of machines.entries()) {
        const zone = ZONES[index % ZONES.length] ?? 'DE'
        matcher.addNode(`n${index}`, { zone, hardware: one })
        const jobId = matcher.pull(`n${index}`)
        const real = jobId === null ? undefined : varied[Number(jobId)]
        if (real) expect([hardwareTerm(real, one), zoneTerm(real, CLEAN), mayGo(real, zone) || null]).not.toContain(null)
      }
    }),
    { numRuns: 30 },
  )
})

test('a class that nobody waits in gives its place to another one, and is told apart from it when it comes again', () => {
  const matcher = createMatcher(64)
  matcher.addNode('n', { zone: 'DE', hardware: hardware({ ramBytes: 500e6 }) })
  for (const pass of [1, 2])
    for (let index = 1; index <= 1_000; index++) {
      const jobId = `job-${pass}-${index}`
      expect(matcher.add({ jobId, demand: demand({ ramBytes: index * 1e6 }), key: 0 })).toBe(true)
      expect(matcher.pull('n')).toBe(index <= 500 ? jobId : null)
      matcher.remove(jobId)
    }
})

const nodeId = fc.nat(7).map((index) => `node-${index}`)
const jobId = fc.nat(30).map((index) => `job-${index}`)
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('add' as const), jobId, demand: arbitraryDemand, key: fc.integer({ min: -50, max: 50 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), jobId }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('node' as const), nodeId, machine: fc.record({ zone: fc.constantFrom(...ZONES), hardware: arbitraryHardware }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('no node' as const), nodeId }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('zone' as const), zone: fc.constantFrom(...ZONES), figures: arbitraryFigures }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pull' as const), nodeId }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('push' as const), jobId }) },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** Asks, compares with every pair there is, and takes the job as its machine would. */
function pullExactly(matcher: Matcher, world: PlainWorld, from: string): void {
  const machine = world.nodes.get(from)
  const [found, least] = [matcher.pull(from), machine ? leastForNode(world, machine) : null]
  const job = found === null ? undefined : world.jobs.get(found)
  expect(job && machine ? scoreOf(world, job, machine) : null).toBe(least)
  if (!found) return
  expect(matcher.score(found, from)).toBe(least)
  matcher.remove(found)
  world.jobs.delete(found)
}

function pushExactly(matcher: Matcher, world: PlainWorld, to: string): void {
  const job = world.jobs.get(to)
  const [found, least] = [matcher.push(to), job ? leastForJob(world, job) : null]
  const machine = found === null ? undefined : world.nodes.get(found)
  const score = job && machine ? scoreOf(world, job, machine) : null
  if (score === null || least === null) expect(score).toBe(least)
  else expect(score).toBeCloseTo(least, 9)
}

function take(matcher: Matcher, world: PlainWorld, one: Step): void {
  switch (one.do) {
    case 'add': {
      const isNew = !world.jobs.has(one.jobId)
      matcher.add(one)
      if (isNew) world.jobs.set(one.jobId, one)
      return
    }
    case 'remove':
      matcher.remove(one.jobId)
      world.jobs.delete(one.jobId)
      return
    case 'node':
      matcher.addNode(one.nodeId, one.machine)
      world.nodes.set(one.nodeId, one.machine)
      return
    case 'no node':
      matcher.removeNode(one.nodeId)
      world.nodes.delete(one.nodeId)
      return
    case 'zone':
      matcher.setZone(one.zone, one.figures)
      world.zones.set(one.zone, one.figures)
      return
    case 'pull':
      return pullExactly(matcher, world, one.nodeId)
    case 'push':
      return pushExactly(matcher, world, one.jobId)
  }
}

test('whatever comes, goes and changes, no pair is better than the one that is found', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 120, size: 'max' }), (steps) => {
      const [matcher, world] = [createMatcher(), { jobs: new Map(), nodes: new Map(), zones: new Map() } satisfies PlainWorld]
      for (const one of steps) take(matcher, world, one)
      expect(matcher.size()).toBe(world.jobs.size)
    }),
    { numRuns: 1_000 },
  )
})
