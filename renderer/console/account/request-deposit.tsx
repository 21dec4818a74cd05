import { useState } from 'react'
import { formatUsd } from '../../../shared/domain/money.ts'
import { newId } from '../order/new-id.ts'
import { OrderDialog } from '../order/order-dialog.tsx'
import { ChoiceField, Fields, TextField } from '../order/order-field.tsx'
import { typedMicroUsd } from '../order/typed-money.ts'
import { replaceQuery } from '../routes.ts'
import { useServices } from '../services.ts'

const ASSETS = [
  { value: 'usdc', label: 'USDC, one to a dollar' },
  { value: 'sol', label: 'SOL, at the rate of now' },
] as const

/** Asks for a request that a wallet can pay. Nothing is paid by it. */
export function RequestDeposit({ close }: { readonly close: () => void }) {
  const { client } = useServices()
  const [depositId] = useState(newId)
  const [amount, setAmount] = useState('')
  const [asset, setAsset] = useState<'sol' | 'usdc'>('sol')
  const microUsd = typedMicroUsd(amount)
  return (
    <OrderDialog
      title="Pay in"
      verb={microUsd === null ? 'Make the request' : `Make a request for ${formatUsd(microUsd)}`}
      missing={microUsd === null ? 'Write an amount of US dollars above zero, such as 25 or 12.50.' : null}
      run={async () => {
        const deposit = await client.call('requestDeposit', { depositId, microUsd: microUsd ?? '0', asset })
        replaceQuery(new URLSearchParams({ deposit: deposit.depositId }))
        return deposit
      }}
      done={() => 'The request is ready to be paid.'}
      changes={['ledger']}
      close={close}
    >
      <p>You get a link and a code that any Solana wallet can pay. Nothing is paid by asking; the rate holds for a while, and the request says until when.</p>
      <Fields>
        <TextField label="Amount in US dollars" kind="money" value={amount} change={setAmount} />
        <ChoiceField label="Pay in" value={asset} options={ASSETS} change={setAsset} />
      </Fields>
    </OrderDialog>
  )
}
