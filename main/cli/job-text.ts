import type { JobView } from '../../shared/contract/job.ts'
import type { Plan } from '../../shared/contract/plan.ts'
import { describeCheckpoint } from '../../shared/domain/checkpoint-text.ts'
import { inClockTime, ownTimeZone } from './clock-time.ts'
import { gramsOf, originOf, reasonOf, usd } from './format.ts'
import { inOneLine } from './terminal-text.ts'

/** The lines `job show` prints; times by the clock of `timeZone`. */
export const describeJob = (job: JobView, timeZone: string = ownTimeZone()): string[] => inClockTime(jobLines(job), timeZone)

const runsWord = ({ runs }: Plan): string => (runs.length > 1 ? ` in ${runs.length} runs` : '')

const VERDICT = {
  waiting: 'waits for others',
  agrees: 'agrees',
  differs: 'differs',
  unconfirmed: 'counts, though nobody repeated it',
  undecided: 'too few agree with it',
} as const satisfies Record<NonNullable<JobView['quorum']>['results'][number]['verdict'], string>

const ENDED: ReadonlySet<JobView['state']> = new Set<JobView['state']>(['completed', 'failed', 'expired', 'cancelled'])

/** How far its results agree, and whose. */
function quorumLines({ jobId, quorum, state }: JobView): string[] {
  if (!quorum) return []
  if (quorum.wanted === 1)
    return [
      ENDED.has(state)
        ? `results   not repeated; why: windfall decision list --job ${jobId} --kind replication`
        : 'results   repeated if the coordinator wants to be sure of it',
    ]
  const { wanted, agree, atMost, askedBy, until, results } = quorum
  const asked = askedBy === 'coordinator' ? ', repeated by the coordinator at its own expense' : ''
  const waits = results.length === 0 || ENDED.has(state) ? '' : `, waits for a machine of another owner${until === null ? '' : ` until ${until}`}`
  return [
    `results   ${agree} of ${wanted} ${agree === 1 ? 'agrees' : 'agree'}, ${atMost} at most${asked}${waits}`,
    ...results.map(({ nodeId, outputSha256, verdict }) => `          ${nodeId}  sha256 ${outputSha256.slice(0, 16)}…  ${VERDICT[verdict]}`),
  ]
}

function jobLines(job: JobView): string[] {
  const lines = [
    `job       ${job.jobId}  ${job.spec.name}`,
    `state     ${job.state}${reasonOf(job) ? ` – ${reasonOf(job)}` : ''}`,
    `runtime   ${job.spec.runtime.name}  ${job.spec.runtime.image}`,
  ]
  if (job.array) lines.push(`array     ${job.array.arrayId}, number ${job.array.index}`)
  if (job.template) lines.push(`template  ${job.template.name}@${job.template.version}`)
  for (const { jobId, arrayId, when } of job.after) lines.push(`after     ${jobId ?? `array ${arrayId}`}${when === 'ended' ? ', however it ends' : ''}`)
  if (job.plan)
    lines.push(
      `plan      ${job.plan.zone} from ${job.plan.window.from}${runsWord(job.plan)}, ${Math.round(job.plan.gPerKWh)} g/kWh (${job.plan.source}, ${originOf(job.plan)}), about ${gramsOf(job.plan.expectedGrams)}`,
    )
  if (job.checkpoint) lines.push(`continues from ${describeCheckpoint(job.checkpoint)}`)
  const excluded = Object.entries(job.excluded)
  if (excluded.length > 0) lines.push(`excluded  ${excluded.map(([why, count]) => `${why} ${count}`).join(', ')}`)
  for (const attempt of job.attempts) lines.push(`attempt   ${attempt.attemptId}  ${attempt.state}${attempt.reason ? ` – ${attempt.reason}` : ''}`)
  lines.push(...quorumLines(job))
  if (job.outputSha256) lines.push(`output    sha256 ${job.outputSha256}${job.outputExpiresAt ? `, kept until ${job.outputExpiresAt}` : ''}`)
  if (job.priceMicroUsd) lines.push(`paid      ${usd(job.priceMicroUsd)}`)
  for (const receiptId of job.receiptIds) lines.push(`receipt   ${receiptId}`)
  // Names are a requester's words and reasons a machine's: neither may look like another line of ours.
  return lines.map(inOneLine)
}
