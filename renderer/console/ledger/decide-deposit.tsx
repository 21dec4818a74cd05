import { useState } from 'react'
import type { DepositView } from '../../../shared/contract/funding.ts'
import { formatArriving } from '../../lib/payout-text.ts'
import { OrderDialog } from '../order/order-dialog.tsx'
import { ChoiceField, Fields, NO_REASON, TextField } from '../order/order-field.tsx'
import { useServices } from '../services.ts'

interface DecideDepositProps {
  readonly deposit: DepositView
  readonly payment: DepositView['payments'][number]
  readonly close: () => void
}

const DECISIONS = [
  { value: 'credit', label: 'Credit it, at the rate of its request' },
  { value: 'returned', label: 'It was sent back' },
] as const

/** Decides what becomes of a payment that is not what was asked for. */
export function DecideDeposit({ deposit: { requesterId, asset, rate }, payment: { signature, units, reason: why }, close }: DecideDepositProps) {
  const { client } = useServices()
  const [decision, setDecision] = useState<'credit' | 'returned'>('credit')
  const [reason, setReason] = useState('')
  return (
    <OrderDialog
      title="What becomes of this payment?"
      verb={decision === 'credit' ? `Credit ${formatArriving(asset, units)}` : 'Note that it was sent back'}
      missing={reason.trim() === '' ? NO_REASON : null}
      run={() => client.call('decideDeposit', { signature, decision, reason: reason.trim() })}
      done={() => (decision === 'credit' ? `Credited to ${requesterId}.` : 'Noted as sent back.')}
      changes={['ledger', 'requesters', 'decisions', 'acts']}
      close={close}
    >
      <p>
        <strong>{formatArriving(asset, units)}</strong> from {requesterId} is held: {why ?? 'it is not what was asked for'}. {rate}. Noting that it was sent
        back sends nothing: the money goes by hand, from the hot wallet.
      </p>
      <Fields>
        <ChoiceField label="Decision" value={decision} options={DECISIONS} change={setDecision} />
        <TextField label="Reason" value={reason} change={setReason} />
      </Fields>
    </OrderDialog>
  )
}
