import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { arbitraryDemand, arbitraryHardware } from './matcher.fake.ts'
import { type Meeting, type MeetingJob, type MeetingNode, meet } from './meeting.ts'

const ZONE = 'DE'
const anyJob = fc.record({
  demand: arbitraryDemand.map((demand) => ({ ...demand, zones: [ZONE], maxGPerKWh: null, maxMinorPerKWh: null })),
  until: fc.integer({ min: 1, max: 100 }),
  avoids: fc.subarray(['node-0', 'node-1']),
  isTrial: fc.boolean(),
})
const anyNode = fc.record({
  hardware: arbitraryHardware,
  promised: fc.array(fc.record({ kind: fc.constantFrom('gpu' as const, 'processor' as const), places: fc.integer({ min: 1, max: 2 }), from: fc.nat(100) }), {
    maxLength: 2,
  }),
  onProbation: fc.boolean(),
})
const anyMeeting: fc.Arbitrary<Meeting> = fc
  .record({ jobs: fc.array(anyJob, { maxLength: 12, size: 'max' }), nodes: fc.array(anyNode, { maxLength: 12, size: 'max' }) })
  .map(({ jobs, nodes }) => ({
    jobs: jobs.map((job, index) => ({ ...job, jobId: `job-${index}`, places: Math.max(1, job.demand.gpus) })),
    nodes: nodes.map((node, index) => ({ ...node, nodeId: `node-${index}`, zone: ZONE })),
  }))

function held(meeting: Meeting) {
  const work = meet(meeting)
  for (;;) {
    const next = work.next()
    if (next.done) return next.value
  }
}

/** Everything a machine must be for a job, said once more and plainly. */
function isAble({ demand, places, until, avoids, isTrial }: MeetingJob, { nodeId, hardware, promised, onProbation }: MeetingNode): boolean {
  const kind = demand.gpus > 0 ? 'gpu' : 'processor'
  const fitting = kind === 'gpu' ? hardware.vramBytes.filter((bytes) => bytes >= demand.vramBytes).length : Number(hardware.hasProcessor)
  const later = promised.filter((one) => one.kind === kind && one.from < until).reduce((sum, one) => sum + one.places, 0)
  return (
    hardware.runtimes.includes(demand.runtime) &&
    demand.ramBytes <= hardware.ramBytes &&
    demand.minReputation <= hardware.reputation &&
    fitting - later >= places &&
    !avoids.includes(nodeId) &&
    (isTrial || !onProbation)
  )
}

test('every pair goes together, nobody is given twice, and nobody is left who could have a machine that is left', () => {
  fc.assert(
    fc.property(anyMeeting, (meeting) => {
      const pairs = held(meeting)
      const [jobs, nodes] = [new Map(meeting.jobs.map((job) => [job.jobId, job])), new Map(meeting.nodes.map((node) => [node.nodeId, node]))]
      for (const { jobId, nodeId, alternatives } of pairs) {
        const [job, node] = [jobs.get(jobId), nodes.get(nodeId)]
        expect(job && node && isAble(job, node)).toBe(true)
        const able = meeting.nodes.filter((other) => job && isAble(job, other))
        const kinds = new Set(able.map(({ hardware }) => JSON.stringify(hardware))).size
        expect(alternatives).toHaveLength(Math.min(9, kinds))
        if (kinds <= 9) expect(alternatives.reduce((sum, alike) => sum + alike.nodes, 0)).toBe(able.length)
        jobs.delete(jobId)
        nodes.delete(nodeId)
      }
      expect(jobs.size).toBe(meeting.jobs.length - pairs.length)
      expect(nodes.size).toBe(meeting.nodes.length - pairs.length)
      for (const job of jobs.values()) for (const node of nodes.values()) expect(isAble(job, node)).toBe(false)
    }),
    { numRuns: 500 },
  )
})

test('where there are fewer machines than jobs, the most urgent ones have them', () => {
  const hardware = { runtimes: ['docker'], hasProcessor: true, vramBytes: [8e9], ramBytes: 32e9, reputation: 0.5 }
  const demand = { runtime: 'docker', gpus: 1, vramBytes: 6e9, ramBytes: 0, zones: [ZONE], maxGPerKWh: null, maxMinorPerKWh: null, minReputation: 0, kWh: 0.1 }
  const job = (jobId: string): MeetingJob => ({ jobId, demand, places: 1, until: 1, avoids: [], isTrial: true })
  const node = (nodeId: string): MeetingNode => ({ nodeId, zone: ZONE, hardware, promised: [], onProbation: false })
  for (const nodes of [[node('a')], [node('a'), node('b')]])
    expect(
      held({ jobs: ['first', 'second', 'third'].map(job), nodes })
        .map(({ jobId }) => jobId)
        .toSorted(),
    ).toEqual(['first', 'second', 'third'].slice(0, nodes.length))
})
