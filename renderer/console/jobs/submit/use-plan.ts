import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { JobSpec } from '../../../../shared/contract/job.ts'
import { useServices } from '../../services.ts'

/** So long nobody has typed before a plan is asked for. */
const QUIET_MS = 500

/** Where and when a job would run, asked anew whenever it, or the grid, has changed. Nothing is submitted by asking. */
export function usePlan(spec: JobSpec | null) {
  const { client, clock } = useServices()
  const text = spec === null ? null : JSON.stringify(spec)
  const [asked, setAsked] = useState<string | null>(null)
  useEffect(() => clock.after(QUIET_MS, () => setAsked(text)), [clock, text])
  const query = useQuery({
    queryKey: ['zones', 'plan', asked],
    queryFn: () => client.call('planJob', { spec: JSON.parse(asked ?? '') as JobSpec }),
    enabled: asked !== null,
    placeholderData: keepPreviousData,
  })
  /** What is shown is of the job as it was. */
  const isPast = text !== asked || query.isPlaceholderData
  return { query, isPast }
}
