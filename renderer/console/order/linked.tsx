import type { ReactNode } from 'react'
import type { Permission } from '../../../shared/domain/permissions.ts'
import { useMe } from '../me.ts'
import { type Route, hrefOf } from '../routes.ts'

/** What it takes to see the pages that are led to from everywhere. */
const NEEDS = {
  job: 'work.read',
  node: 'fleet.read',
  incident: 'incidents.read',
  receipt: 'receipts.read',
  payouts: 'payouts.read',
} as const satisfies Readonly<Record<string, Permission>>

/** A page that not everybody may see who sees its name. */
export type LinkedPage = Route & { readonly page: keyof typeof NEEDS }

interface LinkedProps {
  readonly to: LinkedPage
  /** The whole id, where the text has only a part of it. */
  readonly title?: string
  readonly children: ReactNode
}

/** A link for whoever may see the page it leads to; for others the text alone. */
export function Linked({ to, title, children }: LinkedProps) {
  const { may } = useMe()
  if (may[NEEDS[to.page]] === undefined) return <span title={title}>{children}</span>
  return (
    <a href={hrefOf(to)} title={title}>
      {children}
    </a>
  )
}
