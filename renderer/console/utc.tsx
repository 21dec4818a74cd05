import { formatExact } from '../lib/format.ts'
import css from './utc.module.css'

const DAY_MS = 86_400_000
const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', timeZone: 'UTC' })
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' })
const dayAndYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })

/** A moment in UTC, as short as it can be: `14:02:31Z` of today, `21 Nov 14:02:31Z` of this year, `21 Nov 2025 14:02:31Z`. */
export function formatUtc(at: string | number, now: number): string {
  const moment = new Date(at)
  const clock = `${time.format(moment)}Z`
  if (Math.floor(moment.getTime() / DAY_MS) === Math.floor(now / DAY_MS)) return clock
  const isThisYear = moment.getUTCFullYear() === new Date(now).getUTCFullYear()
  return `${(isThisYear ? day : dayAndYear).format(moment)} ${clock}`
}

/** A moment in UTC; in local time where one points at it. `null` is a dash. */
export const Utc = ({ at, now }: { readonly at: string | null; readonly now: number }) => {
  if (at === null) return <>–</>
  const words = formatUtc(at, now).split(' ')
  return (
    <time dateTime={at} title={`${formatExact(at)} here`}>
      {words.slice(0, -1).map((word) => `${word} `)}
      <span className={css['clock']}>{words.at(-1)}</span>
    </time>
  )
}
