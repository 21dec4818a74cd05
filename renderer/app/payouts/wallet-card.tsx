import { useState } from 'react'
import type { WalletView } from '../../../shared/contract/wallet.ts'
import { messageOf } from '../../../shared/errors.ts'
import { SOURCE_WORD } from '../../lib/money-words.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { CopyId } from '../../ui/copy-id.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import prose from '../../ui/prose.module.css'
import { Moment } from '../../ui/relative-time.tsx'
import { useNow } from '../hooks.ts'
import { isOpenLink, useWallet, useWalletOrder } from '../money-queries.ts'
import { AddressForm } from './address-form.tsx'
import { PendingChange } from './pending-change.tsx'
import css from './payouts.module.css'
import { LinkUnderWay } from './wallet-link.tsx'

/** Where payouts go, how that came about, and the two ways to change it. */
export function WalletCard() {
  const wallet = useWallet()
  return (
    <Card title="Where payouts go">
      <Loaded query={wallet} what="where payouts go" skeleton={<SkeletonLines count={4} />}>
        {(view) => <Wallet view={view} />}
      </Loaded>
    </Card>
  )
}

const FAILED = {
  begin: 'Linking did not begin',
  keep: 'The change was not taken back',
  cancel: 'Linking was not cancelled',
  confirm: 'The wallet was not linked',
  paste: 'The address was not taken',
} as const

function Wallet({ view }: { view: WalletView }) {
  const order = useWalletOrder()
  return (
    <div className={css['wallet']}>
      <Present view={view} />
      {view.pending ? <PendingChange pending={view.pending} order={order} /> : null}
      {view.link && isOpenLink(view) ? <LinkUnderWay key={view.link.state} link={view.link} order={order} /> : <Ways view={view} order={order} />}
      {order.error ? (
        <p className={prose['refused']} role="alert">
          {FAILED[order.variables.do]}: {messageOf(order.error)}
        </p>
      ) : null}
    </div>
  )
}

function Present({ view: { address, source, since } }: { view: WalletView }) {
  const now = useNow()
  return (
    <Facts
      rows={{
        Address: address === null ? 'None yet. Confirmed money waits and never expires.' : <CopyId value={address} what="payout address" full />,
        'How it came': source === null ? null : SOURCE_WORD[source],
        Since: since === null ? null : <Moment at={since} now={now} />,
      }}
    />
  )
}

interface WaysProps {
  readonly view: WalletView
  readonly order: ReturnType<typeof useWalletOrder>
}

const OVER = {
  declined: 'The wallet said no. Nothing was changed.',
  expired: 'The last attempt to link a wallet ran out of time. Nothing was changed.',
} as const

function Ways({ view: { address, link }, order }: WaysProps) {
  const [typing, setTyping] = useState(false)
  const over = link?.state === 'declined' || link?.state === 'expired' ? OVER[link.state] : null
  return (
    <>
      {over === null ? null : <p className={css['small']}>{over}</p>}
      {typing ? (
        <AddressForm order={order} close={() => setTyping(false)} />
      ) : (
        <>
          <div className={css['verbs']}>
            <Button unavailable={order.isPending} onClick={() => order.isPending || order.mutate({ do: 'begin' })}>
              {address === null ? 'Link a wallet' : 'Link another wallet'}
            </Button>
            <Button look="quiet" onClick={() => setTyping(true)}>
              Paste an address
            </Button>
          </div>
          <p className={css['small']}>
            A linked wallet signs for this machine, so a mistyped address is impossible. No money moves, and no key leaves the wallet.
          </p>
        </>
      )}
    </>
  )
}
