import type { NotificationKind } from '../../shared/contract/shell.ts'
import type { OwnerNews } from './owner-news.ts'
import type { ShellSettings } from './shell-settings.ts'

export interface Occasion extends Pick<ShellSettings, 'notifications' | 'notifiedOn'> {
  /** The day it is for the owner, `2026-11-22`. */
  readonly today: string
  /** The owner looks at the window, which says all this anyway. */
  readonly watched: boolean
}

/** Of what happened, what the owner is interrupted for: only kinds they want, each once a day, and never while they look. */
export const dueNotifications = (news: readonly OwnerNews[], { notifications, notifiedOn, today, watched }: Occasion): readonly OwnerNews[] =>
  watched ? [] : news.filter(({ kind }) => notifications.includes(kind) && notifiedOn[kind] !== today)

/** The local day of a moment (epoch ms), as `notifiedOn` keeps it. */
export function localDay(now: number): string {
  const at = new Date(now)
  return [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, '0')).join('-')
}

/** The page a notification is about. */
export const PAGE_OF: Readonly<Record<NotificationKind, string>> = {
  'payout-ready': '#/payouts',
  'payout-paid': '#/payouts',
  'payout-failed': '#/payouts',
  'action-needed': '#/',
  'update-ready': '#/settings',
}
