import type { PayoutTerms } from '../../../shared/contract/payout.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { ASSET_WORD } from '../../lib/money-words.ts'
import { rich } from '../../lib/rich.tsx'
import { ErrorText } from '../../ui/error-text.tsx'
import prose from '../../ui/prose.module.css'
import { Switch } from '../../ui/switch.tsx'
import type { usePayoutOrder } from '../money-queries.ts'
import css from './payouts.module.css'

interface AssetChoiceProps {
  readonly terms: PayoutTerms
  readonly order: ReturnType<typeof usePayoutOrder>
}

/** In what, and whether by itself. */
export function AssetChoice({ terms, order }: AssetChoiceProps) {
  const failed = order.error && order.variables.do === 'terms' ? order.error : null
  return (
    <div className={css['how']}>
      {terms.assets.length > 1 ? (
        <fieldset className={css['assets']} disabled={order.isPending}>
          <legend>{t('Paid in')}</legend>
          {terms.assets.map((asset) => (
            <label key={asset}>
              <input type="radio" name="asset" checked={terms.asset === asset} onChange={() => order.mutate({ do: 'terms', asset })} />
              <span>
                {ASSET_WORD[asset].name} <small>{ASSET_WORD[asset].means}</small>
              </span>
            </label>
          ))}
        </fieldset>
      ) : (
        <p className={css['small']}>{t('Paid in {asset}; this coordinator pays in nothing else.', { asset: ASSET_WORD[terms.asset].name })}</p>
      )}
      <Switch
        on={terms.automatic}
        label={t('Pay by itself')}
        of={t('payouts')}
        disabled={order.isPending}
        describedBy="claim-note"
        onChange={(automatic) => order.mutate({ do: 'terms', automatic })}
      />
      {failed ? (
        <p className={prose['refused']} role="alert">
          {rich('It was not changed: {reason}', { reason: <ErrorText error={failed} /> })}
        </p>
      ) : null}
    </div>
  )
}
