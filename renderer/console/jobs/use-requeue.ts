import { useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import type { JobSummary } from '../../../shared/contract/work.ts'
import { formatUsd, sumDecimal } from '../../../shared/domain/money.ts'
import { messageOf } from '../../../shared/errors.ts'
import { useMe } from '../me.ts'
import { newId } from '../order/new-id.ts'
import { type Outcome, countOf, outcomeText, refusedOf, runEach } from '../picks/each.ts'
import { useServices } from '../services.ts'
import { UNDO_MS } from '../shell/toast.tsx'
import { useTold } from '../told.ts'

export type Requeued = Pick<JobSummary, 'jobId' | 'requesterId' | 'maxMicroUsd'>

/** What jobs cost at most together. */
export const atMostTogether = (jobs: readonly Pick<JobSummary, 'maxMicroUsd'>[]): string =>
  formatUsd(sumDecimal('0', ...jobs.map(({ maxMicroUsd }) => maxMicroUsd)))

/**
 * Submits jobs again, each under an id that is made once, when the time in which that can be undone has passed. `reason` is for jobs of others. It goes on
 * where somebody leaves the page.
 */
export function useRequeue(onOutcome: (outcomes: readonly Outcome[]) => void) {
  const { client, clock } = useServices()
  const queries = useQueryClient()
  const me = useMe()
  const { tell } = useTold()
  // Pressed twice, it is meant once.
  const waiting = useRef<Set<string>>(new Set())
  return (asked: readonly Requeued[], reason: string | null) => {
    const jobs = asked.filter(({ jobId }) => !waiting.current.has(jobId))
    if (jobs.length === 0) return
    for (const { jobId } of jobs) waiting.current.add(jobId)
    const forget = () => jobs.forEach(({ jobId }) => waiting.current.delete(jobId))
    const byId = new Map(jobs.map((job) => [job.jobId, { ...job, newJobId: newId() }]))
    const again = async (jobId: string) => {
      const job = byId.get(jobId)
      if (!job) return
      const { newJobId, requesterId } = job
      if (requesterId === me.requesterId) await client.call('requeueJob', { jobId, newJobId })
      else await client.call('requeueWork', { jobId, newJobId, reason: reason ?? '' })
    }
    const send = async () => {
      const outcomes = await runEach([...byId.keys()], again)
      forget()
      onOutcome(outcomes)
      const [refused] = refusedOf(outcomes)
      const text = outcomeText(outcomes, 'job', 'submitted again')
      tell({ text: refused && outcomes.length === 1 ? messageOf(refused.error) : text, isProblem: refused !== undefined })
      for (const topic of ['jobs', 'ledger']) void queries.invalidateQueries({ queryKey: [topic] })
    }
    const callOff = clock.after(UNDO_MS, () => void send())
    const undo = () => {
      callOff()
      forget()
    }
    const what = jobs.length === 1 ? 'One job goes' : `${countOf(jobs.length, 'job')} go`
    tell({
      text: `${what} back into the queue in 10 seconds, for at most ${atMostTogether(jobs)}${jobs.length === 1 ? '' : ' together'}.`,
      isProblem: false,
      undo,
    })
  }
}
