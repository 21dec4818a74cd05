import type { WalletView } from '../../../shared/contract/wallet.ts'
import { formatAt, formatRelative } from '../../lib/format.ts'
import { SOURCE_WORD } from '../../lib/money-words.ts'
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
          Keep the present address
        </Button>
      }
    >
      <strong>
        <code>{address}</code> takes over {formatAt(effectiveAt, now)}, {formatRelative(effectiveAt, now)}.
      </strong>{' '}
      It was {SOURCE_WORD[source]}. Until then nothing is paid out by itself, and a claim goes to the present address. If you did not ask for it, keep the
      present one.
    </Banner>
  )
}
