import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { byImportance, dealOut, standInLine, usedUp } from './line.ts'

interface Requester {
  readonly weight: number
  /** How long each of its jobs takes, all of which it submits at once, and when: after so much has been served. */
  readonly long: number
  readonly jobs: number
  readonly after: number
}

/** One place that serves jobs in the order of their starts; returns what each requester was served until so much was served in all. */
function serve(requesters: readonly Requester[], until: number): readonly number[] {
  const lines = requesters.map(() => ({ starts: [] as readonly number[], next: 0, got: 0 }))
  const came = new Set<number>()
  let [now, served] = [0, 0]
  while (served < until) {
    for (const [of, { after, jobs, long, weight }] of requesters.entries()) {
      if (came.has(of) || after > served) continue
      came.add(of)
      Object.assign(
        lines[of] ?? {},
        standInLine(
          { now, finish: 0, weight },
          Array.from({ length: jobs }, () => long),
        ),
      )
    }
    const heads = lines.flatMap(({ starts, next }, of) => (starts[next] === undefined ? [] : [{ start: starts[next], of }]))
    const [first] = heads.toSorted((a, b) => a.start - b.start || a.of - b.of)
    const line = first && lines[first.of]
    if (!line) break
    now = first.start
    served += requesters[first.of]?.long ?? 0
    line.got += requesters[first.of]?.long ?? 0
    line.next += 1
  }
  return lines.map(({ got }) => got)
}

test('a requester with one job waits for a few, not for the ten thousand of another one that came before', () => {
  const { starts, finish } = standInLine(
    { now: 0, finish: 0, weight: 100 },
    Array.from({ length: 10_000 }, () => 60),
  )
  const served = 250
  const one = standInLine({ now: starts[served] ?? 0, finish: 0, weight: 100 }, [60])
  const before = starts.filter((start, index) => index > served && start < (one.starts[0] ?? 0))
  expect(before).toHaveLength(0)
  expect(finish).toBe(600_000)
})

test('whoever was idle has saved up nothing, and whoever has jobs waiting stands behind them', () => {
  expect(standInLine({ now: 5_000, finish: 70, weight: 100 }, [10, 10])).toEqual({ starts: [5_000, 5_010], finish: 5_020 })
  expect(standInLine({ now: 5_000, finish: 7_000, weight: 100 }, [10])).toEqual({ starts: [7_000], finish: 7_010 })
})

test('while all of them have jobs waiting, what each is served comes to its weight, but for a job or two', () => {
  const requester = fc.record({ weight: fc.constantFrom(50, 100, 200, 400), long: fc.integer({ min: 1_000, max: 50_000 }) })
  fc.assert(
    fc.property(fc.array(requester, { minLength: 2, maxLength: 5 }), (given) => {
      const until = 1_000_000
      const got = serve(
        given.map((one) => ({ ...one, jobs: 2_000, after: 0 })),
        until,
      )
      const weights = given.reduce((sum, { weight }) => sum + weight, 0)
      // Each may be one of its own jobs ahead of where it should be, and each of the others as well.
      const slack = 2 * given.reduce((sum, { long }) => sum + long, 0)
      for (const [index, { weight }] of given.entries()) expect(Math.abs((got[index] ?? 0) - (until * weight) / weights)).toBeLessThanOrEqual(slack)
    }),
  )
})

test('one who comes late has its share from then on, and no more', () => {
  const early = { weight: 100, long: 1_000, jobs: 10_000, after: 0 }
  const [first = 0, late = 0] = serve([early, { ...early, after: 100_000 }], 300_000)
  expect(Math.abs(first - 100_000 - late)).toBeLessThanOrEqual(2_000)
})

test('starts are dealt out by priority, then by deadline; none is lost and none is made', () => {
  const job = fc.record({ jobId: fc.uuid(), priority: fc.nat(9), deadlineAt: fc.nat(20) })
  fc.assert(
    fc.property(fc.uniqueArray(job, { selector: ({ jobId }) => jobId, maxLength: 20 }), fc.nat(1_000), (jobs, first) => {
      const starts = jobs.map((_, index) => first + ((index * 7) % 13))
      const dealt = dealOut(jobs.toSorted(byImportance), starts)
      expect([...dealt.values()].toSorted((a, b) => a - b)).toEqual(starts.toSorted((a, b) => a - b))
      const inOrder = jobs.toSorted((a, b) => (dealt.get(a.jobId) ?? 0) - (dealt.get(b.jobId) ?? 0) || byImportance(a, b))
      expect(inOrder).toEqual(jobs.toSorted(byImportance))
    }),
  )
})

/** The slow way: whoever is served leaves the line, and changes places with the first that is still in it, if that stood before it. */
function servedOneByOne(line: ReadonlyMap<string, number>, served: readonly string[]): Map<string, number> {
  const [now, inLine] = [new Map(line), new Set(line.keys())]
  for (const jobId of served) {
    inLine.delete(jobId)
    const own = now.get(jobId) ?? 0
    const [first] = [...inLine].map((other) => ({ other, start: now.get(other) ?? 0 })).toSorted((a, b) => a.start - b.start)
    if (first && first.start < own) now.set(jobId, first.start).set(first.other, own)
  }
  return now
}

test('jobs that are served together leave everybody where they would have one after another, and the first places are used up', () => {
  const starts = fc.uniqueArray(fc.nat(1_000), { minLength: 1, maxLength: 24 })
  fc.assert(
    fc.property(
      starts.chain((all) => fc.record({ all: fc.constant(all), served: fc.shuffledSubarray([...all.keys()], { minLength: 1 }) })),
      ({ all, served }) => {
        const line = new Map(all.map((start, index) => [`job-${index}`, start]))
        const names = served.map((index) => `job-${index}`)
        const leaving = names.map((jobId) => ({ jobId, start: line.get(jobId) ?? 0 }))
        const last = Math.max(...leaving.map(({ start }) => start))
        const others = [...line].flatMap(([jobId, start]) => (names.includes(jobId) || start >= last ? [] : [{ jobId, start }]))
        const first = others.toSorted((a, b) => a.start - b.start).slice(0, names.length)
        const together = new Map(line)
        for (const { jobId, start } of usedUp(leaving, first)) together.set(jobId, start)
        expect(together).toEqual(servedOneByOne(line, names))
        const used = names.map((jobId) => together.get(jobId) ?? 0).toSorted((a, b) => a - b)
        expect(used).toEqual(all.toSorted((a, b) => a - b).slice(0, names.length))
      },
    ),
  )
})
