import type { FleetSummary, JobFigures, ZoneOverview } from '../../../shared/contract/overview.ts'
import type { Viewer } from '../../../shared/domain/permissions.ts'

type Reader = Pick<Viewer, 'account' | 'all'>

/** Whom the zones are shown to: what of others they may see. */
export interface ZoneReader {
  readonly all: boolean
  readonly seesNodes: boolean
  /** Whose receipts count; `null`: none, because they see no receipts. */
  readonly receipts: Reader | null
}

/** What an operator, or a requester, looks at first. */
export interface OverviewParts {
  readonly fleet: () => Promise<FleetSummary>
  readonly jobs: (reader: Reader) => Promise<JobFigures>
  readonly zones: (reader: ZoneReader) => Promise<{ asOf: string; zones: ZoneOverview[]; attributions: string[] }>
}
