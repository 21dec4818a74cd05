import { useState } from 'react'
import type { RequesterView } from '../../../shared/contract/requester.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
import { newId } from '../order/new-id.ts'
import { OrderDialog } from '../order/order-dialog.tsx'
import { Fields, NO_REASON, TextField } from '../order/order-field.tsx'
import { typedMicroUsd } from '../order/typed-money.ts'
import { useServices } from '../services.ts'

interface OrderProps {
  readonly requester: RequesterView
  readonly close: () => void
}

const CHANGES = ['ledger', 'requesters', 'approvals', 'decisions', 'acts'] as const
const NO_AMOUNT = 'Write an amount of US dollars above zero, such as 25 or 12.50.'
const AN_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

const amountVerb = (verb: string, microUsd: string | null): string => (microUsd === null ? verb : `${verb} ${formatUsd(microUsd)}`)

/** Credits what somebody has paid in elsewhere, once for each deposit. */
export function Credit({ requester: { requesterId, balanceMicroUsd }, close }: OrderProps) {
  const { client } = useServices()
  const [typed, setTyped] = useState({ amount: '', depositId: '' })
  const microUsd = typedMicroUsd(typed.amount)
  return (
    <OrderDialog
      title={`Credit ${requesterId}?`}
      verb={amountVerb('Credit', microUsd)}
      missing={
        microUsd === null
          ? NO_AMOUNT
          : AN_ID.test(typed.depositId)
            ? null
            : 'Name the deposit by letters, digits, - and _, such as the reference of the transfer.'
      }
      run={() => client.call('fundRequester', { requesterId, depositId: typed.depositId, microUsd: microUsd ?? '0' })}
      done={(after) => `${requesterId} has ${formatUsd(after.balanceMicroUsd)} now.`}
      changes={CHANGES}
      close={close}
    >
      <p>
        The balance is {formatUsd(balanceMicroUsd)}. The money must have arrived outside these books; a deposit of the same name is credited once, however often
        it is sent.
      </p>
      <Fields>
        <TextField label="Amount in US dollars" kind="money" value={typed.amount} change={(amount) => setTyped({ ...typed, amount })} />
        <TextField
          label="Name of the deposit"
          maxLength={64}
          value={typed.depositId}
          change={(depositId) => setTyped({ ...typed, depositId })}
          hint="Such as the reference of the bank transfer."
        />
      </Fields>
    </OrderDialog>
  )
}

/** Pays prepaid money back. */
export function PayBack({ requester: { requesterId, balanceMicroUsd }, close }: OrderProps) {
  const { client } = useServices()
  const [refundId] = useState(newId)
  const [typed, setTyped] = useState({ amount: '', reason: '' })
  const microUsd = typedMicroUsd(typed.amount)
  const isTooMuch = microUsd !== null && BigInt(microUsd) > BigInt(balanceMicroUsd)
  return (
    <OrderDialog
      title={`Pay back to ${requesterId}?`}
      verb={amountVerb('Pay back', microUsd)}
      missing={
        microUsd === null
          ? NO_AMOUNT
          : isTooMuch
            ? `Only ${formatUsd(balanceMicroUsd)} are there to be paid back.`
            : typed.reason.trim() === ''
              ? NO_REASON
              : null
      }
      run={() => client.call('refundRequester', { requesterId, refundId, microUsd: microUsd ?? '0', reason: typed.reason.trim() })}
      done={(after) => `Paid back in the books. ${requesterId} has ${formatUsd(after.balanceMicroUsd)} now.`}
      changes={CHANGES}
      close={close}
    >
      <p>
        The balance is {formatUsd(balanceMicroUsd)}; what is set aside for jobs is not in it. The books say that it was paid back: send the money itself by the
        way it came. It is not taken back.
      </p>
      <Fields>
        <TextField label="Amount in US dollars" kind="money" value={typed.amount} change={(amount) => setTyped({ ...typed, amount })} />
        <TextField label="Reason" value={typed.reason} change={(reason) => setTyped({ ...typed, reason })} />
      </Fields>
    </OrderDialog>
  )
}

/** Books that a deposit was taken back. */
export function ChargeBack({ requester: { requesterId, balanceMicroUsd }, close }: OrderProps) {
  const { client } = useServices()
  const [typed, setTyped] = useState({ depositId: '', amount: '', reason: '' })
  const microUsd = typed.amount.trim() === '' ? null : typedMicroUsd(typed.amount)
  const isOdd = typed.amount.trim() !== '' && microUsd === null
  return (
    <OrderDialog
      title={`A deposit of ${requesterId} was taken back?`}
      verb={microUsd === null ? 'Charge back the whole deposit' : amountVerb('Charge back', microUsd)}
      missing={typed.depositId.trim() === '' ? 'Name the deposit that was taken back.' : isOdd ? NO_AMOUNT : typed.reason.trim() === '' ? NO_REASON : null}
      run={() => client.call('chargeBack', { requesterId, depositId: typed.depositId.trim(), microUsd, reason: typed.reason.trim() })}
      done={(after) =>
        after.owedMicroUsd === '0'
          ? `Charged back. ${requesterId} has ${formatUsd(after.balanceMicroUsd)} now.`
          : `Charged back. ${requesterId} owes ${formatUsd(after.owedMicroUsd)} now.`
      }
      changes={CHANGES}
      close={close}
    >
      <p>
        The balance is {formatUsd(balanceMicroUsd)}. What of the deposit is spent is owed from then on, and no job of {requesterId} is taken until it is paid
        in. Nodes keep what they have earned.
      </p>
      <Fields>
        <TextField
          label="Deposit"
          maxLength={128}
          value={typed.depositId}
          change={(depositId) => setTyped({ ...typed, depositId })}
          hint="Its name, or the signature of its payment."
        />
        <TextField
          label="Amount in US dollars"
          kind="money"
          value={typed.amount}
          change={(amount) => setTyped({ ...typed, amount })}
          hint="Nothing: all of it."
        />
        <TextField label="Reason" value={typed.reason} change={(reason) => setTyped({ ...typed, reason })} />
      </Fields>
    </OrderDialog>
  )
}
