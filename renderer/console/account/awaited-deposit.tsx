import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { DepositView } from '../../../shared/contract/funding.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
import { formatRelative } from '../../lib/format.ts'
import { formatArriving } from '../../lib/payout-text.ts'
import { Badge } from '../../ui/badge.tsx'
import { CopyId } from '../../ui/copy-id.tsx'
import { Facts } from '../../ui/facts.tsx'
import { QrCode } from '../../ui/qr-code.tsx'
import { Answered } from '../answered.tsx'
import { Part } from '../order/part.tsx'
import { Said } from '../order/said.tsx'
import { hrefOf } from '../routes.ts'
import { useServices } from '../services.ts'
import { useNow } from '../use-now.ts'
import { Utc } from '../utc.tsx'
import { SignatureLink } from '../payouts/signature-link.tsx'
import css from './account.module.css'
import { depositWord } from './deposit-words.ts'

/** The chain does not tell: as long as a payment is awaited it is asked for this often. */
const ASK_MS = 5_000

/** One request to pay in: how it is paid, and what has come of it. */
export function AwaitedDeposit({ depositId }: { readonly depositId: string }) {
  const { client, clock } = useServices()
  const deposit = useQuery({ queryKey: ['ledger', 'deposit', depositId], queryFn: () => client.call('getDeposit', { depositId }) })
  const { refetch, isFetching } = deposit
  const isAwaited = deposit.data?.state === 'waiting'
  useEffect(() => (isAwaited && !isFetching ? clock.after(ASK_MS, () => void refetch()) : undefined), [clock, isAwaited, isFetching, refetch])
  return (
    <Part title="Request to pay in" acts={<a href={hrefOf({ page: 'account' })}>Close</a>}>
      <Answered query={deposit} what="this request" lines={4}>
        {(known) => <Request deposit={known} />}
      </Answered>
    </Part>
  )
}

function Request({ deposit }: { readonly deposit: DepositView }) {
  const now = useNow()
  const { state, microUsd, asset, units, rate, url, recipient, reference, cluster, expiresAt, payments } = deposit
  const isOpen = state === 'waiting' && Date.parse(expiresAt) > now
  return (
    <>
      <Said>
        <Badge state={depositWord(state)} look="pill" />{' '}
        {state === 'waiting' && !isOpen ? 'The rate no longer holds: what arrives now is held until somebody decides. Make another request.' : null}
      </Said>
      <div className={css['request']}>
        {isOpen ? (
          <div className={css['code']}>
            <QrCode text={url} label={`Code for a wallet: pay ${formatArriving(asset, units)}`} />
            {isWalletLink(url) ? <a href={url}>Open in a wallet</a> : null}
          </div>
        ) : null}
        <Facts
          rows={{
            'Pay exactly': `${formatArriving(asset, units)} for ${formatUsd(microUsd)}`,
            Rate: rate,
            Until: (
              <>
                <Utc at={expiresAt} now={now} /> <small>({formatRelative(expiresAt, now)})</small>
              </>
            ),
            To: <CopyId value={recipient} what="address" full />,
            Reference: <CopyId value={reference} what="reference" />,
            Link: <CopyId value={url} what="link" />,
            Cluster: cluster,
          }}
        />
      </div>
      {payments.map(({ signature, units: arrived, state: became, creditedMicroUsd, reason }) => (
        <p key={signature}>
          {formatArriving(asset, arrived)} arrived: {became === 'credited' ? `credited as ${formatUsd(creditedMicroUsd)}` : became}
          {reason === null ? '' : `, ${reason}`}. <SignatureLink signature={signature} cluster={cluster} />
        </p>
      ))}
    </>
  )
}

/** Nothing but what a wallet opens becomes a link. */
const isWalletLink = (url: string): boolean => url.startsWith('solana:')
