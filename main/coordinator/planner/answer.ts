import type { ComparedChoice, Exclusion, Plan, PlanAnswer } from '../../../shared/contract/plan.ts'
import type { Window } from '../../../shared/contract/wire.ts'
import { neededResults } from '../../../shared/domain/pay.ts'
import { toWindow } from '../../../shared/domain/signal.ts'
import type { Choices } from './choices.ts'
import type { Out } from './eligible.ts'
import { costMicroUsd, maxPriceMicroUsd } from './feasibility.ts'
import { baselineGrams, electricityOver, gramsRangeOver } from './figures.ts'
import type { Market } from './markets.ts'
import type { Run } from './timing/runs.ts'
import { type RatedSpot, gramsOver } from './spot.ts'
import type { Task } from './task.ts'
import { cheapestRun } from './timing/window.ts'

/** More help nobody to understand a choice. */
const MOST_ALTERNATIVES = 8
const MOST_OUT = 200

const windowsOf = (runs: readonly Run[]): Window[] => runs.map(({ from, to }) => toWindow(from, to))
const wholeOf = (runs: readonly Run[]): Window => toWindow(runs[0]?.from ?? 0, runs.at(-1)?.to ?? 0)

function greenestOf({ grams }: Market, { unbrokenMs }: Task, now: number): Plan['greenest'] {
  const found = cheapestRun(grams, { earliest: now, latestEnd: grams.ends.at(-1) ?? now, durationMs: unbrokenMs })
  return found && { window: toWindow(found.from, found.to), gPerKWh: found.mean }
}

/**
 * A plan is about what is left of a job: runs, grams and baseline. Only what the requester pays is about the whole of it. Restarts between
 * the runs need time and energy, which are part of the plan and not of the baseline.
 */
export function planOf(task: Task, { spot, by }: NonNullable<Choices['chosen']>, now: number): Plan {
  const { candidate, runs, gPerKWh, score } = spot
  const { market, host } = candidate
  const { price, expected } = task.job.spec
  const expectedGrams = gramsOver(task, market.grams, runs) ?? 0
  return {
    nodeId: host.node.nodeId,
    zone: market.zone,
    window: wholeOf(runs),
    runs: windowsOf(runs),
    gPerKWh,
    expectedGrams,
    gramsRange: gramsRangeOver(task, market, runs),
    expectedMicroUsd: String(costMicroUsd(price.microUsdPerHour, expected.seconds)),
    electricity: electricityOver(market, runs),
    chosenBy: by,
    baselineGrams: baselineGrams(task, market) ?? expectedGrams,
    score: { ...score },
    source: market.outlook.source,
    origin: market.outlook.origin,
    recordedOn: market.outlook.recordedOn,
    greenest: greenestOf(market, task, now),
  }
}

const toCompared = ({ candidate, runs, gPerKWh, minorPerKWh, score, objective }: RatedSpot): ComparedChoice => ({
  nodeId: candidate.host.node.nodeId,
  zone: candidate.market.zone,
  runs: windowsOf(runs),
  gPerKWh,
  minorPerKWh,
  score: { ...score },
  objective,
})

const toAlternative = ({ candidate: { host, market }, runs, gPerKWh, score }: RatedSpot): PlanAnswer['alternatives'][number] => ({
  nodeId: host.node.nodeId,
  zone: market.zone,
  score: { ...score },
  window: wholeOf(runs),
  gPerKWh,
  source: market.outlook.source,
  origin: market.outlook.origin,
  recordedOn: market.outlook.recordedOn,
})

const byScore = (a: RatedSpot, b: RatedSpot): number => a.score.total - b.score.total || (a.candidate.host.node.nodeId < b.candidate.host.node.nodeId ? -1 : 1)

/** The best of the other nodes that were looked at closely, each once. */
function alternativesTo(chosen: RatedSpot | null, weighed: readonly RatedSpot[]): PlanAnswer['alternatives'] {
  const seen = new Set([chosen?.candidate.host.index])
  const others: RatedSpot[] = []
  for (const spot of weighed.toSorted(byScore)) {
    if (others.length === MOST_ALTERNATIVES) break
    if (seen.has(spot.candidate.host.index)) continue
    seen.add(spot.candidate.host.index)
    others.push(spot)
  }
  return others.map(toAlternative)
}

function counted(out: readonly Out[]): PlanAnswer['excluded'] {
  const counts: Partial<Record<Exclusion, number>> = {}
  for (const { reason } of out) counts[reason] = (counts[reason] ?? 0) + 1
  return counts
}

export interface Findings {
  readonly choices: Choices
  readonly plan: Plan | null
  readonly out: readonly Out[]
  readonly nodes: number
}

/** Everything there is to say about one job. */
export function answerOf(task: Task, { choices, plan, out, nodes }: Findings): PlanAnswer {
  const { composite, joint, chosen, weighed } = choices
  const results = neededResults(task.job.spec)
  return {
    plan,
    compared: { composite: composite && toCompared(composite), joint: joint && toCompared(joint) },
    alternatives: alternativesTo(chosen?.spot ?? null, weighed),
    excluded: counted(out),
    out: out.slice(0, MOST_OUT),
    nodes,
    maxPriceMicroUsd: String(maxPriceMicroUsd(task.job.spec) * BigInt(results)),
    ...(results > 1 ? { results } : {}),
  }
}
