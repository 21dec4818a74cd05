import type { AgentStatus } from '../../shared/contract/agent.ts'
import type { Diagnosis } from '../../shared/contract/diagnosis.ts'
import { WindfallError, messageOf } from '../../shared/errors.ts'
import { toIso } from '../../shared/units.ts'
import type { Clock } from '../kernel/clock.ts'

type Groups = Diagnosis['groups'][number]

interface Examined {
  readonly dataDirectory: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly status: () => AgentStatus
  /** Told at first and whenever a check has ended: the codes of those that have not. */
  readonly left: (pending: readonly string[]) => void
}

/** Examines this machine. What it says names neither machine nor user. */
export type Diagnose = (machine: Examined, signal: AbortSignal) => Promise<readonly GroupsFound[]>

interface GroupsFound {
  readonly title: string
  readonly results: readonly Readonly<Groups['results'][number]>[]
}

export interface DiagnosisDeps extends Omit<Examined, 'left'> {
  /** `null`: this agent was started without the checks. */
  readonly diagnose: Diagnose | null
  readonly clock: Pick<Clock, 'now'>
  readonly changed: () => void
}

export interface DiagnosisBook {
  readonly view: () => Diagnosis
  /** Begins unless an examination is under way. Error: `unavailable` without the checks. */
  readonly begin: () => void
}

const NONE: Diagnosis = { state: 'none', startedAt: null, endedAt: null, of: 0, pending: [], groups: [], message: null }

/** The examination of this machine on demand, one at a time; the last one stays to be read. Ends with `signal`. */
export function createDiagnosis({ diagnose, clock, changed, ...machine }: DiagnosisDeps, signal: AbortSignal): DiagnosisBook {
  let view: Diagnosis = diagnose ? NONE : { ...NONE, state: 'unavailable' }
  const become = (change: Partial<Diagnosis>) => {
    view = { ...view, ...change }
    changed()
  }
  const left = (pending: readonly string[]) => become({ pending: [...pending], of: Math.max(view.of, pending.length) })
  const examine = async (ask: Diagnose) => {
    try {
      const groups = await ask({ ...machine, left }, signal)
      const all = groups.map(({ title, results }) => ({ title, results: results.map((result) => ({ ...result })) }))
      become({ state: 'done', groups: all, pending: [], endedAt: toIso(clock.now()) })
    } catch (error) {
      become({ state: 'failed', message: messageOf(error).slice(0, 500), pending: [], endedAt: toIso(clock.now()) })
    }
  }
  return {
    view: () => view,
    begin() {
      if (!diagnose) throw new WindfallError('unavailable', 'This agent was started without the checks. Run windfall doctor on the command line.')
      if (view.state === 'running') return
      become({ state: 'running', startedAt: toIso(clock.now()), endedAt: null, of: 0, pending: [], message: null })
      void examine(diagnose)
    },
  }
}
