import type { z } from 'zod'
import type { JobSpec, JobState } from '../../../shared/contract/job.ts'
import { each } from '../../../shared/contract/several.ts'
import type { JobFilters } from '../../../shared/contract/work.ts'
import { fromIso } from '../../../shared/units.ts'
import type { JobPage } from './jobs-page.store.ts'

/** Which jobs are asked for, as it travels. */
export type AskedJobs = z.output<z.ZodObject<typeof JobFilters>> & {
  readonly array?: string | undefined
  readonly template?: string | undefined
  readonly after: string | null
  readonly limit: number
}

const timeOf = (text: string | undefined): number | null => (text === undefined ? null : fromIso(text))

/** The same for the database. `requesterId`: whose; `null`: everybody's. */
export const pageOfAsked = (requesterId: string | null, asked: AskedJobs): JobPage => ({
  requesterId,
  states: each<JobState>(asked.state),
  kinds: each<JobSpec['kind']>(asked.kind),
  zones: each(asked.zone),
  nodeId: asked.node ?? null,
  template: asked.template ?? null,
  search: asked.search ?? null,
  since: timeOf(asked.since),
  until: timeOf(asked.until),
  array: asked.array ?? null,
  after: asked.after,
  limit: asked.limit,
})
