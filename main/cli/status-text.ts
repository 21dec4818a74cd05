import type { AgentStatus } from '../../shared/contract/agent.ts'
import type { RunningJob } from '../../shared/contract/agent-job.ts'
import { reasonTitle } from '../../shared/domain/reason-words.ts'
import { jobPower, worksOn } from '../../shared/domain/running-jobs.ts'
import { inClockTime, ownTimeZone } from './clock-time.ts'
import { deviceLine } from './device-text.ts'
import { gramsOf, meteredEnergy, originOf, sol, usd } from './format.ts'
import { inOneLine } from './terminal-text.ts'

const yieldLine = ({ count, p50Ms, p95Ms }: AgentStatus['yieldTimes']): string[] =>
  count === 0 || p50Ms === null || p95Ms === null
    ? []
    : [`gives back    in ${(p50Ms / 1_000).toFixed(1)} s, at most ${(p95Ms / 1_000).toFixed(1)} s in 95 of 100 cases (measured here ${count} times)`]

/** When the owner's rules and the grid allow a start, and what it would earn. */
function outlookLines({ reasons, nextStart, message, net }: AgentStatus['outlook']): string[] {
  const shown =
    net &&
    `≈ ${(net.netMinor / 100).toFixed(4)} ${net.currency} (pay ${(net.payMinor / 100).toFixed(4)}, electricity ${(net.costMinor / 100).toFixed(4)}). ${net.method}`
  return [
    ...(reasons.length === 0 ? [] : [`next start    ${nextStart ?? 'none in sight'} – ${message}`]),
    ...(shown === null ? [] : [`net earnings  ${shown}`]),
  ]
}

/** A machine that is free and has nothing to do says so, and what would stand in the way of a job that came now. */
function idleLines({ display, job, reasons, outlook }: AgentStatus): string[] {
  if (display !== 'ready' || job !== null || reasons.length > 0) return []
  const [first, ...others] = outlook.reasons.map(({ message, until }) => `${message}${until ? ` Until ${until}.` : ''}`)
  if (first === undefined) return [`  because     ${reasonTitle('no-jobs')}. ${outlook.message}`]
  return [`  because     ${reasonTitle('no-jobs')}.`, ...[first, ...others].map((words) => `  not now     ${words}`)]
}

/** `job  Render: running on RTX 4070, 172.4 W, 74 Wh so far, 63 % – why it rests`. */
function runningLine(job: RunningJob, devices: AgentStatus['devices']): string {
  const { name, state, message, joules, method, progress } = job
  const [places, power] = [worksOn(job, devices), jobPower(job, devices)]
  const facts = [
    `${state}${places.length === 0 ? '' : ` on ${places.join(' and ')}`}`,
    ...(power ? [wattsOf(power)] : []),
    ...(joules === null ? [] : [`${meteredEnergy(joules, method ?? '')} so far`]),
    ...(progress === null ? [] : [`${Math.floor(progress * 100)} %`]),
  ]
  return inOneLine(`job           ${name}: ${facts.join(', ')}${message ? ` – ${message}` : ''}`)
}

const wattsOf = ({ watts, method }: Pick<NonNullable<AgentStatus['power']>, 'watts' | 'method'>): string =>
  `${method === 'estimate' ? '≈ ' : ''}${watts.toFixed(1)} W`

/** What the tray and the window say, one fact a line; times by the clock of `timeZone`. */
export const describeStatus = (status: AgentStatus, timeZone: string = ownTimeZone()): string[] => inClockTime(linesOf(status), timeZone)

function linesOf(status: AgentStatus): string[] {
  const { display, reasons, finishing, anywayUntil, outlook, job, running, power, devices, node, coordinator, today, earnings, yieldTimes } = status
  return [
    `${display.padEnd(13)} ${node.zone}, node ${node.nodeId.slice(0, 12)}…`,
    ...reasons.map(({ message, until }) => `  because     ${message}${until ? ` Until ${until}.` : ''}`),
    ...idleLines(status),
    ...outlookLines(outlook),
    ...(finishing ? [`  finishing   Windfall pauses after ${running.length > 1 ? 'these jobs' : 'this job'}, until you resume.`] : []),
    ...(anywayUntil ? [`  anyway      Running anyway until ${anywayUntil}: your presence, your hours, your grid rule and your prices do not count.`] : []),
    ...running.map((one) => runningLine(one, devices)),
    ...(running.length === 0 && job ? [inOneLine(`job           ${job.name}: ${job.state}${job.message ? ` – ${job.message}` : ''}`)] : []),
    ...(power ? [`power         ${wattsOf(power)} by ${power.method}`] : []),
    ...devices.map(deviceLine),
    ...yieldLine(yieldTimes),
    `coordinator   ${coordinator.state}${coordinator.url ? ` ${coordinator.url}` : ''}${coordinator.message ? ` – ${coordinator.message}` : ''}`,
    `today         ${usd(today.confirmedMicroUsd)} confirmed, ${meteredEnergy(today.energyJ, today.estimated ? 'estimate' : '')}, ${gramsOf(today.emissionsG)}${today.origin ? ` (${originOf({ origin: today.origin, recordedOn: today.recordedOn })} grid data)` : ''}, ${today.receipts} ${today.receipts === 1 ? 'receipt' : 'receipts'}`,
    ...(node.payoutRefusal === null
      ? []
      : [`not paid      ${node.payoutAddress}: ${node.payoutRefusal} Your money waits; choose another address: windfall wallet set ADDRESS`]),
    ...(node.payoutChange === null
      ? []
      : [`address       ${node.payoutChange.address} takes over at ${node.payoutChange.effectiveAt}. If you did not ask for it: windfall wallet cancel`]),
    `to be paid    ${usd(earnings.confirmedMicroUsd)}, on its way ${usd(earnings.inFlightMicroUsd)}, paid ${usd(earnings.paidMicroUsd)} (${sol(earnings.paidLamports)})`,
  ]
}
