import type { Clock } from '../kernel/clock.ts'
import { NEW_NODE, isTrialJob } from '../../shared/domain/node-standing.ts'
import { placesFor } from '../../shared/domain/places.ts'
import type { DisplacedJob, FreeNode, MatchJobs } from './jobs/ports.ts'
import { matchChoice } from './match-policy.ts'
import { type MeetingJob, type MeetingNode, meet } from './matcher/meeting.ts'
import { inSlices } from './matcher/sliced.ts'

const JOULES_PER_KWH = 3_600_000

export const toMeeting = ({ jobId, spec, zone, until, avoids }: DisplacedJob): MeetingJob => ({
  jobId,
  demand: {
    runtime: spec.runtime.name,
    gpus: spec.needs.gpus,
    vramBytes: spec.needs.vramBytes,
    // A job that may use more than a machine gives its jobs is not started there.
    ramBytes: Math.max(spec.needs.ramBytes, spec.limits.memoryBytes),
    zones: [zone],
    // Its plan was made within its caps, for the zone and not for the machine.
    maxGPerKWh: null,
    maxMinorPerKWh: null,
    minReputation: spec.needs.minReputation ?? 0,
    kWh: (spec.expected.watts * spec.expected.seconds) / JOULES_PER_KWH,
  },
  places: placesFor(spec.needs),
  until,
  avoids,
  isTrial: isTrialJob(spec),
})

/** Which of a machine's GPUs its leases use is not known: it may be the larger ones. */
const toSmaller = (sizes: readonly number[], free: number): readonly number[] => sizes.toSorted((a, b) => a - b).slice(0, Math.max(0, free))

export function toMachine({ node, free, promised }: FreeNode): MeetingNode {
  const { nodeId, capabilities, standing = NEW_NODE } = node
  const { zone, runtimes, gpus, ramBytes } = capabilities
  return {
    nodeId,
    zone,
    hardware: {
      runtimes: runtimes.map(({ name }) => name),
      hasProcessor: free.processor > 0,
      vramBytes: toSmaller(
        gpus.map(({ vramBytes }) => vramBytes),
        free.gpu,
      ),
      ramBytes,
      reputation: standing.reputation,
    },
    promised,
    onProbation: standing.onProbation,
  }
}

/** Finds machines for jobs whose own one cannot take them, in slices that nobody notices. */
export const createMatching =
  (clock: Pick<Clock, 'monotonic'>): MatchJobs =>
  async ({ jobs, nodes }) => {
    const meeting = { jobs: jobs.map(toMeeting), nodes: nodes.map(toMachine) }
    const pairs = await inSlices(meet(meeting), clock)
    return pairs.map((pair) => ({ jobId: pair.jobId, nodeId: pair.nodeId, choice: matchChoice(meeting, pair) }))
  }
