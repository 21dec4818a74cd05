import type { JobView, PlanAnswer } from '../../shared/contract/job.ts'
import { describeCheckpoint } from '../../shared/domain/checkpoint-text.ts'
import { dateWord, inClockTime, ownTimeZone } from './clock-time.ts'
import { gramsOf, originOf, reasonOf, usd } from './format.ts'
import { table } from './output.ts'

/** The lines `job show` prints; times by the clock of `timeZone`. */
export const describeJob = (job: JobView, timeZone: string = ownTimeZone()): string[] => inClockTime(jobLines(job), timeZone)

function jobLines(job: JobView): string[] {
  const lines = [
    `job       ${job.jobId}  ${job.spec.name}`,
    `state     ${job.state}${reasonOf(job) ? ` – ${reasonOf(job)}` : ''}`,
    `runtime   ${job.spec.runtime.name}  ${job.spec.runtime.image}`,
  ]
  if (job.plan)
    lines.push(
      `plan      ${job.plan.zone} from ${job.plan.window.from}, ${Math.round(job.plan.gPerKWh)} g/kWh (${job.plan.source}, ${originOf(job.plan)}), about ${gramsOf(job.plan.expectedGrams)}`,
    )
  if (job.checkpoint) lines.push(`continues from ${describeCheckpoint(job.checkpoint)}`)
  const excluded = Object.entries(job.excluded)
  if (excluded.length > 0) lines.push(`excluded  ${excluded.map(([why, count]) => `${why} ${count}`).join(', ')}`)
  for (const attempt of job.attempts) lines.push(`attempt   ${attempt.attemptId}  ${attempt.state}${attempt.reason ? ` – ${attempt.reason}` : ''}`)
  if (job.outputSha256) lines.push(`output    sha256 ${job.outputSha256}`)
  if (job.priceMicroUsd) lines.push(`paid      ${usd(job.priceMicroUsd)}`)
  if (job.receiptId) lines.push(`receipt   ${job.receiptId}`)
  return lines
}

/** The lines `job plan` prints; times by the clock of `timeZone`. */
export const describePlan = (answer: PlanAnswer, timeZone: string = ownTimeZone()): string[] => inClockTime(planLines(answer, timeZone), timeZone)

function planLines({ plan, alternatives, excluded, nodes, maxPriceMicroUsd }: PlanAnswer, timeZone: string): string[] {
  const out = Object.entries(excluded).map(([why, count]) => `  ${String(count).padStart(3)} excluded: ${why}`)
  if (!plan) return [`No node can take this job now (${nodes} known).`, ...out]
  const rows = alternatives.map((other) => [
    other.nodeId.slice(0, 12),
    other.zone,
    other.score.total.toFixed(4),
    `${Math.round(other.gPerKWh)} g/kWh`,
    dateWord(Date.parse(other.window.from), timeZone),
    `${other.source}, ${originOf(other)}`,
  ])
  return [
    `node      ${plan.nodeId}`,
    `zone      ${plan.zone}  ${Math.round(plan.gPerKWh)} g/kWh (${plan.source}, ${originOf(plan)})`,
    `window    ${plan.window.from} to ${plan.window.to}`,
    `expected  ${gramsOf(plan.expectedGrams)}, started at once ${gramsOf(plan.baselineGrams)}`,
    ...(plan.greenest ? [`greenest  ${plan.greenest.window.from}, ${Math.round(plan.greenest.gPerKWh)} g/kWh`] : []),
    `score     ${plan.score.total.toFixed(4)} = intensity ${plan.score.intensity.toFixed(4)} + price ${plan.score.price.toFixed(4)} + utilisation ${plan.score.utilisation.toFixed(4)} (lower is better)`,
    `price     at most ${usd(maxPriceMicroUsd)}`,
    ...(rows.length > 0 ? ['', ...table([['also', 'zone', 'score', 'intensity', 'start', 'source'], ...rows])] : []),
    ...out,
  ]
}
