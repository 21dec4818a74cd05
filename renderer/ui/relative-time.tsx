import { formatExact, formatMoment, formatRelative } from '../lib/format.ts'

interface MomentProps {
  readonly at: string
  readonly now: number
}

/** `14:41`, with the exact time on hover. */
export const Moment = ({ at, now }: MomentProps) => (
  <time dateTime={at} title={formatExact(at)}>
    {formatMoment(at, now)}
  </time>
)

/** `4 min ago`, with the exact time on hover. */
export const Ago = ({ at, now }: MomentProps) => (
  <time dateTime={at} title={formatExact(at)}>
    {formatRelative(at, now)}
  </time>
)
