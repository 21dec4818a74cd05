import type { Errand } from '../../shared/contract/shell.ts'
import { errandOfLink } from './deep-link.ts'
import type { Visit } from './visits.ts'

export interface VisitFollower {
  /** Brings the window forward. */
  readonly open: () => void
  readonly give: (errand: Errand) => void
  /** What the window is asked to do with an opened file. Never rejects. */
  readonly readReceipt: (path: string, directory: string) => Promise<Errand>
}

/** Whoever starts Windfall again, follows a link or opens a file sees the window; only the system’s own start at login opens none. */
export async function followVisit({ hidden, links, receipts, directory }: Visit, { open, give, readReceipt }: VisitFollower): Promise<void> {
  if (!hidden || links.length + receipts.length > 0) open()
  for (const link of links) give(errandOfLink(link))
  for (const path of receipts) give(await readReceipt(path, directory))
}
