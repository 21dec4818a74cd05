import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { CommunityFundView } from '../../../shared/contract/ledger.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
import { formatCredits } from '../../lib/credits.ts'
import { Facts } from '../../ui/facts.tsx'
import prose from '../../ui/prose.module.css'
import { Answered } from '../answered.tsx'
import { useMay } from '../me.ts'
import { Act } from '../order/acts.tsx'
import { newId } from '../order/new-id.ts'
import { OrderDialog } from '../order/order-dialog.tsx'
import { Fields, TextField } from '../order/order-field.tsx'
import { Part } from '../order/part.tsx'
import { typedMicroUsd } from '../order/typed-money.ts'
import { hrefOf } from '../routes.ts'
import { useServices } from '../services.ts'

/** The share of all carbon credits that is nobody's own, and what it was spent on. */
export function CommunityPart() {
  const { client } = useServices()
  const maySpend = useMay('ledger.write')
  const fund = useQuery({ queryKey: ['ledger', 'community'], queryFn: () => client.call('getCommunityFund', {}) })
  const canSpend = fund.data !== undefined && fund.data.creditRate !== null && fund.data.credits.verified !== '0'
  return (
    <Part title="Community fund" acts={maySpend && canSpend ? <Act label="Spend credits…">{(close) => <Spend fund={fund.data} close={close} />}</Act> : null}>
      <p className={prose['lead']}>Its share of all carbon credits. Each redemption names what it was spent on.</p>
      <Answered query={fund} what="the community fund" lines={4}>
        {(known) => <Fund fund={known} />}
      </Answered>
      <p>
        <a href={hrefOf({ page: 'ledger' }, new URLSearchParams({ account: 'community:fund', kind: 'redeem-community' }))}>Redemptions, one by one</a>
      </p>
    </Part>
  )
}

const rateText = ({ creditRate }: CommunityFundView): string =>
  creditRate === null
    ? 'None is set, so nothing is redeemed. Credits do not expire.'
    : `€1 of credits is ${formatUsd(creditRate.microUsdPerEur)}: ${creditRate.source}`

const Fund = ({ fund }: { readonly fund: CommunityFundView }) => (
  <Facts
    rows={{
      'Verified credits': formatCredits(fund.credits.verified),
      'Pending credits': `${formatCredits(fund.credits.pending)}, of receipts that are not anchored yet or whose grid figures are no measurement`,
      'Redeemed credits': formatCredits(fund.credits.redeemed),
      Spent: formatUsd(fund.spentMicroUsd),
      Rate: rateText(fund),
    }}
  />
)

function Spend({ fund, close }: { readonly fund: CommunityFundView; readonly close: () => void }) {
  const { client } = useServices()
  const [redemptionId] = useState(newId)
  const [typed, setTyped] = useState({ amount: '', purpose: '' })
  const microEur = typedMicroUsd(typed.amount.replace('€', ''))
  const isTooMuch = microEur !== null && BigInt(microEur) > BigInt(fund.credits.verified)
  return (
    <OrderDialog
      title="Spend credits of the community fund?"
      verb={microEur === null ? 'Spend' : `Spend ${formatCredits(microEur)} of credits`}
      missing={
        microEur === null
          ? 'Write an amount of euros above zero, such as 10 or 2.50.'
          : isTooMuch
            ? `Only ${formatCredits(fund.credits.verified)} are verified.`
            : typed.purpose.trim() === ''
              ? 'Say what they are spent on.'
              : null
      }
      run={() => client.call('redeemCommunityCredits', { redemptionId, microEur: microEur ?? '0', purpose: typed.purpose.trim() })}
      done={(after) => `Spent. ${formatCredits(after.credits.verified)} are left.`}
      changes={['ledger', 'decisions', 'acts']}
      close={close}
    >
      <p>
        {formatCredits(fund.credits.verified)} are verified. {rateText(fund)}. The books say what they were spent for; the money itself goes by hand. It is not
        taken back.
      </p>
      <Fields>
        <TextField label="Credits in euros" kind="money" value={typed.amount} change={(amount) => setTyped({ ...typed, amount })} />
        <TextField label="Spent on" value={typed.purpose} change={(purpose) => setTyped({ ...typed, purpose })} />
      </Fields>
    </OrderDialog>
  )
}
