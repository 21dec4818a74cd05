import type { AgentJob } from '../../shared/contract/agent-job.ts'
import type { AgentStatus } from '../../shared/contract/agent.ts'
import type { DayCode } from '../../shared/contract/day-report.ts'
import { type Reason, ReasonCode } from '../../shared/contract/policy.ts'
import type { CoordinatorSession } from './coordinator-session.ts'
import type { GridWatch } from './grid-watch.ts'
import type { OwnerPolicy } from './owner-policy.ts'
import type { Work } from './work.ts'

export interface ReasonSources {
  readonly policy: Pick<OwnerPolicy, 'reasons'>
  readonly work: Pick<Work, 'running' | 'current' | 'waiting'>
  readonly grid: Pick<GridWatch, 'gate'>
  readonly session: Pick<CoordinatorSession, 'state'>
}

const UNCONFIGURED = 'No coordinator is set. Give its address in the window, under Settings, or start the agent with --coordinator.'

/** What keeps work away although the owner's rules allow it: no coordinator to ask, or a grid that is not green enough. */
export function outsideReasons({ state, message }: AgentStatus['coordinator'], closed: Reason | null): Reason[] {
  if (state === 'unconfigured') return [{ code: 'offline', message: UNCONFIGURED, until: null }]
  const offline: Reason[] =
    state === 'offline' ? [{ code: 'offline', message: message ?? 'The coordinator cannot be reached. Windfall keeps trying.', until: null }] : []
  return [...offline, ...(closed ? [closed] : [])]
}

/** What the job that waits is waiting for by itself: a device, its memory, a network. */
function ownReasons(job: AgentJob | null): Reason[] {
  if (job?.state !== 'waiting' || job.message === null) return []
  const code = ReasonCode.safeParse(job.code)
  return code.success ? [{ code: code.data, message: job.message.slice(0, 300), until: null }] : []
}

/** Every reason why nothing starts now, each once; while a job runs, why it should not. */
export function reasonsOf({ policy, work, grid, session }: ReasonSources): Reason[] {
  if (work.running()) return [...policy.reasons()]
  const all = [...policy.reasons(), ...ownReasons(work.current()), ...outsideReasons(session.state(), grid.gate(work.waiting()).reason)]
  return all.filter(({ code }, index) => all.findIndex((other) => other.code === code) === index)
}

/** What an owner sets aside who lets jobs run anyway. What nobody can tell of games stays, so that the answer may still be no. */
const SET_ASIDE = new Set<ReasonCode>(['owner-present', 'presence-unknown', 'schedule', 'carbon', 'tariff'])

/** Whether to run anyway would leave nothing in the way. `gridOpens`: the grid has nothing against it but the owner's own rule. */
export const mayRunAnyway = (reasons: readonly Pick<Reason, 'code'>[], gridOpens: boolean): boolean =>
  gridOpens && reasons.length > 0 && reasons.every(({ code }) => SET_ASIDE.has(code))

/** What the machine's time goes to at this moment: the first of the reasons, or work. */
export function dayCodeOf(sources: ReasonSources): DayCode {
  const [reason] = reasonsOf(sources)
  return reason?.code ?? (sources.work.running() ? 'running' : 'no-jobs')
}
