import { formatExact, formatMoment } from '../lib/format.ts'

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
