import type { WalletView } from '../../../shared/contract/wallet.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { formatAt, formatRelative } from '../../lib/format.ts'
import { PENDING_SOURCE } from '../../lib/money-words.ts'
import { rich } from '../../lib/rich.tsx'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { useNow } from '../hooks.ts'
import type { useWalletOrder } from '../money-queries.ts'

interface PendingChangeProps {
  readonly pending: NonNullable<WalletView['pending']>
  readonly order: ReturnType<typeof useWalletOrder>
}

/** Another address waits before it takes over, so that an owner who did not ask for it has time to say no. */
export function PendingChange({ pending: { address, source, effectiveAt }, order }: PendingChangeProps) {
  const now = useNow()
  return (
    <Banner
      tone="honey"
      glyph="bang"
      action={
        <Button unavailable={order.isPending} onClick={() => order.isPending || order.mutate({ do: 'keep' })}>
          {t('Keep the present address')}
        </Button>
      }
    >
      <strong>
        {rich('{address} takes over {time}, {relative}.', {
          address: <code>{address}</code>,
          time: formatAt(effectiveAt, now),
          relative: formatRelative(effectiveAt, now),
        })}
      </strong>{' '}
      {PENDING_SOURCE[source]}{' '}
      {t('Until then nothing is paid out by itself, and a claim goes to the present address. If you did not ask for it, keep the present one.')}
    </Banner>
  )
}
