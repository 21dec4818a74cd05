import type { ReactNode } from 'react'
import type { WalletLink } from '../../../shared/contract/wallet.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { formatCountdown } from '../../lib/format.ts'
import { rich } from '../../lib/rich.tsx'
import { Button } from '../../ui/button.tsx'
import { CopyId } from '../../ui/copy-id.tsx'
import { QrCode } from '../../ui/qr-code.tsx'
import { useNow } from '../hooks.ts'
import { useTakenFocus } from '../use-taken-focus.ts'
import type { useWalletOrder } from '../money-queries.ts'
import css from './payouts.module.css'

interface LinkProps {
  readonly link: WalletLink
  readonly order: ReturnType<typeof useWalletOrder>
}

/** Linking a wallet: first the wallet signs, on its own page, then the owner says here that it is theirs. */
export function LinkUnderWay({ link, order }: LinkProps) {
  const heading = useTakenFocus(order.status !== 'idle')
  const cancel = (
    <Button look="quiet" disabled={order.isPending} onClick={() => order.mutate({ do: 'cancel', linkId: link.linkId })}>
      {link.state === 'signed' ? t('No, cancel') : t('Cancel')}
    </Button>
  )
  return (
    <section className={css['link']} aria-label={t('Link a wallet')}>
      <h3 ref={heading} tabIndex={-1}>
        {link.state === 'signed' ? t('Is this your wallet?') : t('Sign with your wallet')}
      </h3>
      {link.state === 'signed' && link.address !== null ? (
        <Signed link={link} address={link.address} order={order} cancel={cancel} />
      ) : (
        <Waiting link={link} cancel={cancel} />
      )}
    </section>
  )
}

function Waiting({ link: { code, url, reachable, expiresAt }, cancel }: { link: WalletLink; cancel: ReactNode }) {
  const left = Date.parse(expiresAt) - useNow(1_000)
  return (
    <div className={css['waiting']}>
      {reachable ? <QrCode text={url} label={t('The page to sign on, as a QR code for a phone')} /> : null}
      <div className={css['instructions']}>
        <p>
          {reachable
            ? t('Open the page in a browser that has your wallet, or scan the code with your phone. It must show the same code:')
            : t('Open the page in a browser on this computer that has your wallet. It must show the same code:')}
        </p>
        <p className={css['code']}>{code}</p>
        <p className={css['small']}>
          {t('Another code means another machine: close that page.')}{' '}
          {left <= 0
            ? t('The time is over.')
            : rich('It is good for {time}, once.', {
                time: (
                  <span role="timer" className={css['timer']}>
                    {formatCountdown(left)}
                  </span>
                ),
              })}
        </p>
        <p className={css['verbs']}>
          <a className={css['open']} href={url} target="_blank" rel="noreferrer">
            {t('Open in the browser')}
          </a>
          {cancel}
        </p>
        <p className={css['small']}>
          {t('Or copy its address:')} <CopyId value={url} what={t('address of the page')} />
        </p>
      </div>
    </div>
  )
}

interface SignedProps extends LinkProps {
  readonly address: string
  readonly cancel: ReactNode
}

const Signed = ({ link: { linkId }, address, order, cancel }: SignedProps) => (
  <>
    <p>
      {t('This wallet has signed for this machine:')} <CopyId value={address} what={t('wallet address')} full />
    </p>
    <p className={css['small']}>
      {t(
        'Compare it with your wallet. Your answer is signed by the key of this machine. In place of another address it may wait before it takes over; then you see until when.',
      )}
    </p>
    <div className={css['verbs']}>
      <Button look="primary" unavailable={order.isPending} onClick={() => order.isPending || order.mutate({ do: 'confirm', linkId, address })}>
        {order.isPending ? t('Linking…') : t('Yes, pay to it')}
      </Button>
      {cancel}
    </div>
  </>
)
