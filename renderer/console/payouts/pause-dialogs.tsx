import { useState } from 'react'
import type { PayoutStatus } from '../../../shared/contract/payout-admin.ts'
import { OrderDialog } from '../order/order-dialog.tsx'
import { Fields, NO_REASON, TextField } from '../order/order-field.tsx'
import { useServices } from '../services.ts'

const CHANGES = ['payouts', 'decisions', 'acts'] as const

interface PausePayoutsProps {
  readonly waiting: PayoutStatus['waiting']
  readonly close: () => void
}

/** Asks before nothing leaves any more. */
export function PausePayouts({ waiting: { claims, open }, close }: PausePayoutsProps) {
  const { client } = useServices()
  const [reason, setReason] = useState('')
  return (
    <OrderDialog
      title="Pause payouts?"
      verb="Pause payouts"
      missing={reason.trim() === '' ? NO_REASON : null}
      run={() => client.call('pausePayouts', { reason: reason.trim() })}
      done={() => 'Payouts are paused. Nothing leaves the hot wallet.'}
      changes={CHANGES}
      close={close}
    >
      <p>
        Nothing leaves the hot wallet until somebody resumes them. {claims} {claims === 1 ? 'claim' : 'claims'} of owners will wait; {open}{' '}
        {open === 1 ? 'transaction' : 'transactions'} that may have left {open === 1 ? 'is' : 'are'} still tracked. Owners read the reason.
      </p>
      <Fields>
        <TextField label="Reason" value={reason} change={setReason} />
      </Fields>
    </OrderDialog>
  )
}

interface ResumePayoutsProps {
  readonly status: PayoutStatus
  readonly close: () => void
}

/** Asks before they run again. */
export function ResumePayouts({ status: { paused, waiting, refill }, close }: ResumePayoutsProps) {
  const { client } = useServices()
  return (
    <OrderDialog
      title="Let payouts run again?"
      verb="Resume payouts"
      run={() => client.call('resumePayouts', {})}
      done={() => 'Payouts run again.'}
      changes={CHANGES}
      close={close}
    >
      <p>
        Paused because: {paused?.reason}. {waiting.claims} claims and {waiting.open} transactions go on at once, within the limits.
      </p>
      {refill.needed ? <p>{refill.message}</p> : null}
    </OrderDialog>
  )
}
