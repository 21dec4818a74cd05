import { type Crowd, crowdOf } from '../crowd.fake.ts'
import { hardwareTerm, mayGo, zoneTerm } from '../demand.ts'
import type { Machine } from '../machines.ts'
import { type MatchJob, type Matcher, createMatcher } from '../matcher.ts'

/** Times in microseconds. */
export interface MatcherSpeed {
  readonly jobs: number
  readonly nodes: number
  readonly kinds: number
  /** A machine asks and takes the best job, which comes back with another turn. */
  readonly decisionsPerSecond: number
  /** Until the machine has its job. */
  readonly decisionUs: { readonly p50: number; readonly p99: number }
  /** The same answer by looking at every job. */
  readonly scansPerSecond: number
  /** One zone has other figures. */
  readonly zoneUs: { readonly p50: number; readonly p99: number }
  /** How often of how many the two answers were not worth the same. */
  readonly wrong: number
  readonly compared: number
}

const SEED = 777
const ZONE_UPDATES = 400
const UNKNOWN = { gPerKWh: null, minorPerKWh: null }

const quantile = (sorted: Float64Array, q: number): number => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] as number
const spread = (times: Float64Array) => {
  const sorted = times.toSorted()
  return { p50: quantile(sorted, 0.5) * 1_000, p99: quantile(sorted, 0.99) * 1_000 }
}

interface Stage {
  readonly crowd: Crowd
  readonly matcher: Matcher
  readonly waiting: Map<string, MatchJob>
}

function setUp(crowd: Crowd): Stage {
  const matcher = createMatcher()
  for (const [zone, figures] of crowd.zones) matcher.setZone(zone, figures)
  for (const [index, node] of crowd.nodes.entries()) matcher.addNode(`${index}`, node)
  for (const job of crowd.jobs) matcher.add(job)
  return { crowd, matcher, waiting: new Map(crowd.jobs.map((job) => [job.jobId, job])) }
}

const anyNode = ({ crowd: { random, nodes } }: Stage): number => Math.floor(random() * nodes.length)

/** Milliseconds until a machine has its job, and until that is back in the queue. */
function decide(stage: Stage, turn: number): { readonly tookMs: number; readonly backMs: number } {
  const { matcher, waiting } = stage
  const node = `${anyNode(stage)}`
  const askedAt = performance.now()
  const jobId = matcher.pull(node)
  if (jobId !== null) matcher.remove(jobId)
  const tookMs = performance.now() - askedAt
  const job = jobId === null ? undefined : waiting.get(jobId)
  if (!job) return { tookMs, backMs: 0 }
  const again = { ...job, key: job.key + turn }
  waiting.set(job.jobId, again)
  const addedAt = performance.now()
  matcher.add(again)
  return { tookMs, backMs: performance.now() - addedAt }
}

function measureDecisions(stage: Stage, decisions: number): Pick<MatcherSpeed, 'decisionsPerSecond' | 'decisionUs'> {
  for (let warmUp = 0; warmUp < decisions / 10; warmUp++) decide(stage, 50)
  const times = new Float64Array(decisions)
  let totalMs = 0
  for (let index = 0; index < decisions; index++) {
    const { tookMs, backMs } = decide(stage, index * 0.01)
    times[index] = tookMs
    totalMs += tookMs + backMs
  }
  return { decisionsPerSecond: (1_000 * decisions) / totalMs, decisionUs: spread(times) }
}

/** The lowest score of any waiting job on a machine, by looking at all of them. */
function scan({ crowd: { zones }, waiting }: Stage, { zone, hardware }: Machine): number | null {
  const figures = zones.get(zone) ?? UNKNOWN
  let least: number | null = null
  for (const { demand, key } of waiting.values()) {
    const there = mayGo(demand, zone) ? zoneTerm(demand, figures) : null
    const on = there === null ? null : hardwareTerm(demand, hardware)
    if (there === null || on === null) continue
    const score = key + there + on
    if (least === null || score < least) least = score
  }
  return least
}

function measureScans(stage: Stage, scans: number): Pick<MatcherSpeed, 'scansPerSecond' | 'wrong' | 'compared'> {
  const { crowd, matcher } = stage
  let [wrong, scanMs] = [0, 0]
  for (let index = 0; index < scans; index++) {
    const at = anyNode(stage)
    const scannedAt = performance.now()
    const least = scan(stage, crowd.nodes[at] as Machine)
    scanMs += performance.now() - scannedAt
    const jobId = matcher.pull(`${at}`)
    if ((jobId === null ? null : matcher.score(jobId, `${at}`)) !== least) wrong += 1
  }
  return { scansPerSecond: (1_000 * scans) / scanMs, wrong, compared: scans }
}

function measureZones({ crowd, matcher }: Stage): MatcherSpeed['zoneUs'] {
  return spread(
    Float64Array.from({ length: ZONE_UPDATES }, (_, index) => {
      const figures = crowd.anyFigures()
      const changedAt = performance.now()
      matcher.setZone(`Z-${index % crowd.zones.size}`, figures)
      return performance.now() - changedAt
    }),
  )
}

/** Measures the matcher beside a full scan of the same jobs, in the same process. */
export function measureMatcher({ isQuick }: { readonly isQuick: boolean }): MatcherSpeed {
  const size = isQuick ? { jobs: 20_000, nodes: 2_000, kinds: 1_000 } : { jobs: 100_000, nodes: 10_000, kinds: 2_000 }
  const stage = setUp(crowdOf({ seed: SEED, ...size }))
  const decisions = measureDecisions(stage, isQuick ? 20_000 : 200_000)
  const scans = measureScans(stage, isQuick ? 40 : 200)
  return { ...size, ...decisions, ...scans, zoneUs: measureZones(stage) }
}
