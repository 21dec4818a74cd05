import { agentText } from '../../shared/domain/agent-sentences.ts'
import { formatUsd } from '../../shared/domain/money.ts'
import { t } from '../../shared/i18n/translate.ts'
import type { NotificationKind } from '../../shared/contract/shell.ts'
import type { OwnerNews } from './owner-news.ts'

export interface NotificationText {
  readonly title: string
  readonly body: string
}

/** What a notification says, in the owner's language. */
export function notificationText(news: OwnerNews): NotificationText {
  switch (news.kind) {
    case 'payout-ready':
      return { title: t('{amount} can be paid out', { amount: formatUsd(news.microUsd) }), body: t('Open Windfall to see the fee and claim it.') }
    case 'payout-paid':
      return {
        title: t('{amount} paid out', { amount: formatUsd(news.microUsd) }),
        body: t('{count, plural, one {The payment is} other {# payments are}} confirmed by the network.', { count: news.count }),
      }
    case 'payout-failed':
      return {
        title: t('{count, plural, one {A payout} other {# payouts}} failed', { count: news.count }),
        body: t('Nothing arrived, and {amount} is still yours. Open Windfall to see why.', { amount: formatUsd(news.microUsd) }),
      }
    case 'action-needed':
      return { title: t('Windfall needs you'), body: news.reason === null ? t('Open Windfall for details.') : agentText(news.reason) }
    case 'update-ready':
      return {
        title: t('Windfall {version} is ready', { version: news.version }),
        body: t('It is installed when you restart Windfall, after the job that runs.'),
      }
  }
}

const SAMPLES: Readonly<Record<NotificationKind, () => OwnerNews>> = {
  'payout-ready': () => ({ kind: 'payout-ready', microUsd: '14720000' }),
  'payout-paid': () => ({ kind: 'payout-paid', count: 1, microUsd: '14720000' }),
  'payout-failed': () => ({ kind: 'payout-failed', count: 1, microUsd: '14720000' }),
  'action-needed': () => ({ kind: 'action-needed', reason: t('The GPU’s driver is too old for signed jobs.') }),
  'update-ready': () => ({ kind: 'update-ready', version: '1.4.0' }),
}

/** What one of a kind looks like; it says itself that it is none. */
export function sampleText(kind: NotificationKind): NotificationText {
  const { title, body } = notificationText(SAMPLES[kind]())
  return { title: t('Sample: {title}', { title }), body }
}
