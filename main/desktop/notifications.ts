import type { Notification } from 'electron'
import type { NotificationKind } from '../../shared/contract/shell.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/log.ts'
import { PAGE_OF, dueNotifications, localDay } from './notification-rule.ts'
import { type NotificationText, notificationText, sampleText } from './notification-words.ts'
import { type Known, NOTHING_KNOWN, type OwnerNews, newsBetween } from './owner-news.ts'
import { plainLine } from './plain-line.ts'
import { type SettingsFile, rememberQuietly } from './shell-settings.ts'

export interface NotificationDeps {
  readonly make: (text: NotificationText) => Pick<Notification, 'show' | 'on'>
  readonly isSupported: () => boolean
  readonly settings: SettingsFile
  /** Does the owner look at the window? */
  readonly isWatched: () => boolean
  /** Opens the window on a page. */
  readonly go: (hash: string) => void
  readonly clock: Pick<Clock, 'now'>
  readonly log: Pick<Logger, 'warn'>
  /** Whether notifications work is different now. */
  readonly changed: () => void
}

/** Faster than anybody reads one. */
const SAMPLE_EVERY_MS = 1_000

export interface Notifications {
  /** False where the system shows none, as macOS does for a program that is not signed. */
  readonly work: () => boolean
  /** Takes what is known now, and tells the owner what is new in it. */
  readonly learn: (known: Known) => void
  readonly showSample: (kind: NotificationKind) => void
}

export function createNotifications({ make, isSupported, settings, isWatched, go, clock, log, changed }: NotificationDeps): Notifications {
  let before = NOTHING_KNOWN
  const remember = rememberQuietly(settings, log)
  let refused = false
  let sampleAt = Number.NEGATIVE_INFINITY
  /** One that nobody holds is collected, and then its click is not heard. */
  const shown = new Set<unknown>()
  const show = (kind: NotificationKind, text: NotificationText) => {
    const notification = make({ title: plainLine(text.title), body: plainLine(text.body) })
    shown.add(notification)
    notification.on('click', () => {
      shown.delete(notification)
      go(PAGE_OF[kind])
    })
    notification.on('close', () => void shown.delete(notification))
    notification.on('failed', (_event, reason) => {
      shown.delete(notification)
      log.warn({ kind, reason }, 'the system did not show a notification')
      refused = true
      changed()
    })
    notification.show()
  }
  const tell = (news: OwnerNews, today: string) => {
    show(news.kind, notificationText(news))
    remember({ notifiedOn: { ...settings.get().notifiedOn, [news.kind]: today } })
  }
  return {
    work: () => isSupported() && !refused,
    learn: (known) => {
      const news = newsBetween(before, known)
      before = known
      if (!isSupported()) return
      const today = localDay(clock.now())
      for (const due of dueNotifications(news, { ...settings.get(), today, watched: isWatched() })) tell(due, today)
    },
    showSample: (kind) => {
      const age = clock.now() - sampleAt
      if (!isSupported() || (age >= 0 && age < SAMPLE_EVERY_MS)) return
      sampleAt = clock.now()
      show(kind, sampleText(kind))
    },
  }
}
