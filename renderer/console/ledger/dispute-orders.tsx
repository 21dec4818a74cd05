import { useState } from 'react'
import type { DisputeView } from '../../../shared/contract/ledger.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
import { OrderDialog } from '../order/order-dialog.tsx'
import { ChoiceField, Fields, NO_REASON, TextField } from '../order/order-field.tsx'
import { typedMicroUsd } from '../order/typed-money.ts'
import { useServices } from '../services.ts'

const CHANGES = ['ledger', 'jobs', 'decisions', 'acts'] as const
const JOB_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

/** Holds what a job came to. */
export function OpenDispute({ close }: { readonly close: () => void }) {
  const { client } = useServices()
  const [typed, setTyped] = useState({ jobId: '', amount: '', reason: '' })
  const microUsd = typed.amount.trim() === '' ? null : typedMicroUsd(typed.amount)
  const isOdd = typed.amount.trim() !== '' && microUsd === null
  return (
    <OrderDialog
      title="Hold the money of a job?"
      verb={microUsd === null ? 'Hold all of it' : `Hold ${formatUsd(microUsd)}`}
      missing={
        !JOB_ID.test(typed.jobId.trim())
          ? 'Write the whole id of the job.'
          : isOdd
            ? 'Write an amount of US dollars above zero, or nothing for all of it.'
            : typed.reason.trim() === ''
              ? NO_REASON
              : null
      }
      run={() => client.call('openDispute', { jobId: typed.jobId.trim(), microUsd, reason: typed.reason.trim() })}
      done={(dispute) => `${formatUsd(dispute.heldMicroUsd)} of the job ${dispute.jobId} are held.`}
      changes={CHANGES}
      close={close}
    >
      <p>What the node, and we, got for the job is held until it is decided whose it is. It is not paid out meanwhile.</p>
      <Fields>
        <TextField label="Job" maxLength={64} value={typed.jobId} change={(jobId) => setTyped({ ...typed, jobId })} />
        <TextField
          label="Amount in US dollars"
          kind="money"
          value={typed.amount}
          change={(amount) => setTyped({ ...typed, amount })}
          hint="Nothing: all that it came to."
        />
        <TextField label="Reason" value={typed.reason} change={(reason) => setTyped({ ...typed, reason })} />
      </Fields>
    </OrderDialog>
  )
}

const SIDES = [
  { value: 'node', label: 'The node: it keeps what it earned' },
  { value: 'requester', label: 'The requester: it gets its money back' },
] as const

interface DecideDisputeProps {
  readonly dispute: DisputeView
  readonly close: () => void
}

/** Gives what is held to one of the two. */
export function DecideDispute({ dispute: { jobId, heldMicroUsd, reason: why }, close }: DecideDisputeProps) {
  const { client } = useServices()
  const [inFavourOf, setSide] = useState<'node' | 'requester'>('node')
  const [reason, setReason] = useState('')
  return (
    <OrderDialog
      title="Whose is it?"
      verb={`Give ${formatUsd(heldMicroUsd)} to the ${inFavourOf}`}
      missing={reason.trim() === '' ? NO_REASON : null}
      run={() => client.call('decideDispute', { jobId, inFavourOf, reason: reason.trim() })}
      done={() => `Decided in favour of the ${inFavourOf}: ${formatUsd(heldMicroUsd)}.`}
      changes={CHANGES}
      close={close}
    >
      <p>
        <strong>{formatUsd(heldMicroUsd)}</strong> of the job {jobId} are held{why === null ? '' : `: ${why}`}. What is decided is booked at once and is not
        taken back.
      </p>
      <Fields>
        <ChoiceField label="In favour of" value={inFavourOf} options={SIDES} change={setSide} />
        <TextField label="Reason" value={reason} change={setReason} />
      </Fields>
    </OrderDialog>
  )
}
