import type { AgentStatus } from '../../shared/contract/agent.ts'
import { formatUsd } from '../../shared/domain/money.ts'
import { region, t } from '../../shared/i18n/translate.ts'

/** What an hour like this moment brings; what electricity takes of it is in there only where that is known, and said either way. */
export function rateText({ rate }: Pick<AgentStatus, 'rate'>): string[] {
  if (rate === null) return []
  const amount = `≈ ${formatUsd(String(BigInt(rate.payMicroUsd) - BigInt(rate.costMicroUsd ?? 0))).replace('-', '−')}`
  return [rate.costMicroUsd === null ? t('{amount} an hour before electricity', { amount }) : t('{amount} an hour after electricity', { amount })]
}

/** An estimate is marked before the number, as in the window. */
export const wattsText = ({ watts, method }: Pick<NonNullable<AgentStatus['power']>, 'watts' | 'method'>): string =>
  `${method === 'estimate' ? '≈ ' : ''}${Math.round(watts)} W`

const HOURS = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
/** For {@link moment}: to the second. */
export const SECONDS = { ...HOURS, second: '2-digit' } as const
const DAY_AND_HOURS = { ...HOURS, weekday: 'short', day: 'numeric', month: 'short' } as const

const isSameDay = (a: Date, b: Date): boolean => a.toDateString() === b.toDateString()

/** Local time, with the day where that is not today. */
export function moment(iso: string, now: number, today: Intl.DateTimeFormatOptions = HOURS): string {
  const at = new Date(iso)
  return new Intl.DateTimeFormat(region(), isSameDay(at, new Date(now)) ? today : DAY_AND_HOURS).format(at)
}

export const resumesText = (iso: string, now: number): string =>
  isSameDay(new Date(iso), new Date(now)) ? t('Resumes at {time}', { time: moment(iso, now) }) : t('Resumes {time}', { time: moment(iso, now) })

export const leftText = (minutes: number): string => (minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`)
