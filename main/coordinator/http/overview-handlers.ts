import type { overviewCalls } from '../../../shared/contract/overview.ts'
import { type Called, principalOf, viewerOf } from './callers.ts'
import type { OverviewParts } from './overview-parts.ts'

/** Counts and figures for the first look. */
export const overviewHandlers = ({ overview }: { readonly overview: OverviewParts }): Called<keyof typeof overviewCalls> => ({
  getFleetSummary: () => overview.fleet(),
  getJobSummary: (_, caller) => overview.jobs(viewerOf(caller)),
  getZoneOverview: ({ all }, caller) => {
    const { grants, account } = principalOf(caller)
    const receipts = grants['receipts.read'] === undefined ? null : { account, all: grants['receipts.read'] === 'all' }
    return overview.zones({ all, seesNodes: grants['fleet.read'] !== undefined, receipts })
  },
})
