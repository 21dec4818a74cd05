/** The simplest planner there is, for tests: every job on the first free node. */
import type { Plan, PlanAnswer } from '../../shared/contract/plan.ts'
import { toIso } from '../../shared/units.ts'
import type { JobToPlan, NodeToPlan, PlanJobs } from './jobs/ports.ts'
import { SECONDS } from './test-work.fake.ts'

const testPlan = (nodeId: string, from: number): Plan => ({
  nodeId,
  zone: 'GB-13',
  window: { from: toIso(from), to: toIso(from + SECONDS * 1000) },
  runs: [{ from: toIso(from), to: toIso(from + SECONDS * 1000) }],
  gPerKWh: 100,
  expectedGrams: 0.4,
  gramsRange: null,
  expectedMicroUsd: '1000',
  electricity: null,
  chosenBy: 'composite',
  baselineGrams: 0.5,
  score: { total: 0.2, intensity: 0.1, price: 0.1, utilisation: 0 },
  source: 'test',
  origin: 'modelled',
  recordedOn: null,
  greenest: null,
})

const exclusion = ({ nodeId, online, ready, taken }: NodeToPlan, { barred = [], only = nodeId }: JobToPlan): 'offline' | 'paused' | 'busy' | 'owner' | null => {
  if (barred.includes(nodeId) || only !== nodeId) return 'owner'
  return online ? (ready ? (taken.length > 0 ? 'busy' : null) : 'paused') : 'offline'
}

function firstFree(job: JobToPlan, nodes: readonly NodeToPlan[], from: number): PlanAnswer {
  const reasons = nodes.map((node) => exclusion(node, job))
  const free = nodes[reasons.indexOf(null)]
  const excluded = Object.fromEntries([...Map.groupBy(reasons, (reason) => reason)].flatMap(([reason, all]) => (reason ? [[reason, all.length]] : [])))
  return {
    plan: free ? testPlan(free.nodeId, from) : null,
    compared: { composite: null, joint: null },
    alternatives: [],
    excluded,
    out: [],
    nodes: nodes.length,
    maxPriceMicroUsd: '1000000',
  }
}

/** Every job on the first free node, whatever the others do, starting after `delayMs`. */
export const planFirstFree =
  (delayMs: () => number): PlanJobs =>
  async ({ jobs, nodes, now }) => {
    const from = now + delayMs()
    const answers = new Map(jobs.map((job) => [job.jobId, firstFree(job, nodes, from)]))
    const answerOf = (jobId: string): PlanAnswer => answers.get(jobId) as PlanAnswer
    const outcome = jobs.map(({ jobId, reroutes }) => ({
      jobId,
      answer: answerOf(jobId),
      action: 'place' as const,
      reason: 'The first that is free.',
      reroutes,
    }))
    const choiceOf = (jobId: string) => ({
      policy: { name: 'first-free', version: '1' },
      inputs: { now, nodes },
      answer: { outcome: { jobId, plan: answerOf(jobId).plan }, alternatives: [] },
    })
    return { outcome, choiceOf }
  }
