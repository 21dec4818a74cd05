import type { ReactNode } from 'react'
import type { PayoutStatus } from '../../../shared/contract/payout-admin.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
import { formatPercent } from '../../lib/format.ts'
import { formatArriving } from '../../lib/payout-text.ts'
import { Badge } from '../../ui/badge.tsx'
import { Banner } from '../../ui/banner.tsx'
import { CopyId } from '../../ui/copy-id.tsx'
import { Facts } from '../../ui/facts.tsx'
import { useMay } from '../me.ts'
import { Act, Acts } from '../order/acts.tsx'
import { Part } from '../order/part.tsx'
import { useNow } from '../use-now.ts'
import { formatUtc } from '../utc.tsx'
import { word } from '../words.ts'
import { PausePayouts, ResumePayouts } from './pause-dialogs.tsx'

const RUNNING = word('leaf', 'check', 'Running')
const STUCK = word('madder', 'bang', 'Stuck')
const PAUSED = word('honey', 'bars', 'Paused')
const ENOUGH = word('leaf', 'check', 'Enough')
const REFILL = word('honey', 'bang', 'Refill')
const UNKNOWN = word('madder', 'bang', 'Unknown')

/** Whether anything may leave, what there is to leave, and how much of what may leave has. */
export function PayoutStatusPart({ status }: { readonly status: PayoutStatus }) {
  const mayAct = useMay('payouts.write')
  const now = useNow()
  const { paused, trouble, refill, waiting, caps } = status
  const isUnknown = status.purses.some(({ balance }) => balance === null)
  const rows: Record<string, ReactNode> = {
    'Hot wallet': <CopyId value={status.hotWallet} what="address of the hot wallet" />,
    Cluster: status.cluster,
    'It holds': <Purses purses={status.purses} />,
    Refill: (
      <>
        <Badge state={refill.needed ? REFILL : isUnknown ? UNKNOWN : ENOUGH} /> {refill.message}
      </>
    ),
    'Left in the last hour': <Used {...caps.hour} />,
    'Left in the last day': <Used {...caps.day} />,
    'At most to one node a day': formatUsd(caps.recipientDayMicroUsd),
    'A second person above': caps.approvalAboveMicroUsd === null ? 'Never: no limit is set' : formatUsd(caps.approvalAboveMicroUsd),
    Waiting: `${count(waiting.claims, 'claim')} of owners, ${count(waiting.approvals, 'batch', 'batches')} for approval, ${count(waiting.open, 'transaction')} not final`,
  }
  return (
    <Part
      title="Hot wallet"
      acts={
        <Acts>
          <Badge state={paused ? PAUSED : trouble === null ? RUNNING : STUCK} look="pill" />
          {mayAct && !paused ? <Act label="Pause payouts…">{(close) => <PausePayouts waiting={waiting} close={close} />}</Act> : null}
          {mayAct && paused ? <Act label="Resume payouts…">{(close) => <ResumePayouts status={status} close={close} />}</Act> : null}
        </Acts>
      }
    >
      {paused ? (
        <Banner tone="honey" glyph="bars">
          Nothing leaves the hot wallet{paused.since === null ? '' : ` since ${formatUtc(paused.since, now)}`}: {paused.reason} (by {paused.by}). What has left
          it is still tracked.
        </Banner>
      ) : null}
      {trouble === null ? null : (
        <Banner tone="madder" glyph="bang">
          The last pass did not go through: {trouble} It is tried again by itself.
        </Banner>
      )}
      <Facts rows={rows} />
    </Part>
  )
}

const count = (number: number, one: string, many = `${one}s`): string => `${number} ${number === 1 ? one : many}`

const Purses = ({ purses }: Pick<PayoutStatus, 'purses'>) => (
  <>
    {purses.map(({ asset, balance, booked, inFlight }) => (
      <div key={asset}>
        {balance === null ? 'No endpoint answers' : `${formatArriving(asset, balance)} on chain`} · {formatArriving(asset, booked)} in the books ·{' '}
        {formatArriving(asset, inFlight)} under way
      </div>
    ))}
  </>
)

/** What has left against what may; also as a part of it. */
const Used = ({ usedMicroUsd, maxMicroUsd }: { readonly usedMicroUsd: string; readonly maxMicroUsd: string }) => (
  <>
    {formatUsd(usedMicroUsd)} of {formatUsd(maxMicroUsd)}{' '}
    {maxMicroUsd === '0' ? null : <small>({formatPercent(Number(usedMicroUsd) / Number(maxMicroUsd))})</small>}
  </>
)
