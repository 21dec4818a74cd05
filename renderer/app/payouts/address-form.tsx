import { type SyntheticEvent, useEffect, useId, useRef, useState } from 'react'
import { SolanaAddress } from '../../../shared/contract/wire.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { Button } from '../../ui/button.tsx'
import field from '../../ui/field.module.css'
import prose from '../../ui/prose.module.css'
import type { useWalletOrder } from '../money-queries.ts'
import css from './payouts.module.css'

interface AddressFormProps {
  readonly order: ReturnType<typeof useWalletOrder>
  readonly close: () => void
}

/** A pasted address. Whether it can be paid, the coordinator asks Solana. */
export function AddressForm({ order, close }: AddressFormProps) {
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const [text, setText] = useState('')
  const [tried, setTried] = useState(false)
  useEffect(() => input.current?.focus(), [])
  const address = text.trim()
  const isAddress = SolanaAddress.safeParse(address).success
  const save = (event: SyntheticEvent) => {
    event.preventDefault()
    setTried(true)
    if (isAddress && !order.isPending) order.mutate({ do: 'paste', address }, { onSuccess: close })
    else input.current?.focus()
  }
  const wrong = tried && !isAddress
  return (
    <form className={css['paste']} noValidate onSubmit={save}>
      <label htmlFor={id}>{t('Solana address')}</label>
      <input
        ref={input}
        className={field['field']}
        id={id}
        type="text"
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        maxLength={60}
        value={text}
        aria-invalid={wrong}
        aria-describedby={`${id}-note`}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <p id={`${id}-note`} className={wrong ? prose['refused'] : css['small']} role={wrong ? 'alert' : undefined}>
        {wrong
          ? t('This is no Solana address: 32 to 44 letters and digits, without 0, O, I and l. Copy it once more from your wallet.')
          : t(
              'Nobody can check that it is yours, so compare the first and the last four characters. In place of an address that is set already, it waits before it takes over, and you see until when.',
            )}
      </p>
      <div className={css['verbs']}>
        <Button look="primary" type="submit" unavailable={order.isPending}>
          {order.isPending ? t('Checking it on Solana…') : t('Pay to this address')}
        </Button>
        <Button look="quiet" onClick={close}>
          {t('Cancel')}
        </Button>
      </div>
    </form>
  )
}
