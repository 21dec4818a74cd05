import { type ReactNode, useState } from 'react'
import type { WalletView } from '../../../shared/contract/wallet.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { SOURCE_WORD } from '../../lib/money-words.ts'
import { rich } from '../../lib/rich.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { CopyId } from '../../ui/copy-id.tsx'
import { Facts } from '../../ui/facts.tsx'
import { ErrorText } from '../../ui/error-text.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import prose from '../../ui/prose.module.css'
import { Moment } from '../../ui/relative-time.tsx'
import { useNow } from '../hooks.ts'
import { type WalletOrder, isOpenLink, useWallet, useWalletOrder } from '../money-queries.ts'
import { AddressForm } from './address-form.tsx'
import { PendingChange } from './pending-change.tsx'
import css from './payouts.module.css'
import { LinkUnderWay } from './wallet-link.tsx'

/** Where payouts go, how that came about, and the two ways to change it. */
export function WalletCard() {
  const wallet = useWallet()
  return (
    <Card title={t('Where payouts go')}>
      <Loaded query={wallet} what={t('where payouts go')} skeleton={<SkeletonLines count={4} />}>
        {(view) => <Wallet view={view} />}
      </Loaded>
    </Card>
  )
}

const FAILED: Readonly<Record<WalletOrder['do'], (reason: ReactNode) => ReactNode>> = {
  begin: (reason) => rich('Linking did not begin: {reason}', { reason }),
  keep: (reason) => rich('The change was not taken back: {reason}', { reason }),
  cancel: (reason) => rich('Linking was not cancelled: {reason}', { reason }),
  confirm: (reason) => rich('The wallet was not linked: {reason}', { reason }),
  paste: (reason) => rich('The address was not taken: {reason}', { reason }),
}

function Wallet({ view }: { view: WalletView }) {
  const order = useWalletOrder()
  return (
    <div className={css['wallet']}>
      <Present view={view} />
      {view.pending ? <PendingChange pending={view.pending} order={order} /> : null}
      {view.link && isOpenLink(view) ? <LinkUnderWay key={view.link.state} link={view.link} order={order} /> : <Ways view={view} order={order} />}
      {order.error ? (
        <p className={prose['refused']} role="alert">
          {FAILED[order.variables.do](<ErrorText error={order.error} />)}
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
        [t('Address')]: address === null ? t('None yet. Confirmed money waits and never expires.') : <CopyId value={address} what={t('payout address')} full />,
        [t('How it came')]: source === null ? null : SOURCE_WORD[source],
        [t('Since')]: since === null ? null : <Moment at={since} now={now} />,
      }}
    />
  )
}

interface WaysProps {
  readonly view: WalletView
  readonly order: ReturnType<typeof useWalletOrder>
}

const OVER = {
  declined: t('The wallet said no. Nothing was changed.'),
  expired: t('The last attempt to link a wallet ran out of time. Nothing was changed.'),
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
              {address === null ? t('Link a wallet') : t('Link another wallet')}
            </Button>
            <Button look="quiet" onClick={() => setTyping(true)}>
              {t('Paste an address')}
            </Button>
          </div>
          <p className={css['small']}>
            {t('A linked wallet signs for this machine, so a mistyped address is impossible. No money moves, and no key leaves the wallet.')}
          </p>
        </>
      )}
    </>
  )
}
