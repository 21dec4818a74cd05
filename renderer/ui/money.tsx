import type { MoneyState } from '../../shared/contract/money.ts'
import { formatUsd } from '../../shared/domain/money.ts'
import { t } from '../../shared/i18n/translate.ts'
import { MONEY_WORD } from '../lib/money-words.ts'
import { hrefOf } from '../lib/router.ts'
import { Badge } from './badge.tsx'
import { Explain } from './explain.tsx'
import css from './money.module.css'

/** A sum of money in one state: press it for what the state means, what moves it on, and where the entries behind it are. */
const StateAmount = ({ state, microUsd }: { state: MoneyState; microUsd: string }) => <Explain how={<StateNote state={state} />}>{formatUsd(microUsd)}</Explain>

const StateNote = ({ state }: { state: MoneyState }) => (
  <span className={css['note']}>
    <span>{MONEY_WORD[state].means}</span>
    <span>{MONEY_WORD[state].moves}</span>
    <a href={hrefOf({ page: state === 'paying' || state === 'paid' ? 'payouts' : 'earnings' })}>
      {state === 'paying' || state === 'paid' ? t('See each payout') : t('See each earning')}
    </a>
  </span>
)

interface MoneyBookProps {
  readonly amounts: readonly { readonly state: MoneyState; readonly microUsd: string; readonly note?: string }[]
}

/** Accrued, confirmed, paying and paid are four different things, so they stand on four lines. */
export const MoneyBook = ({ amounts }: MoneyBookProps) => (
  <dl className={css['book']}>
    {amounts.map(({ state, microUsd, note }) => (
      <div key={state}>
        <dt>
          <Badge state={MONEY_WORD[state]} /> <small>{note ?? MONEY_WORD[state].short}</small>
        </dt>
        <dd>
          <StateAmount state={state} microUsd={microUsd} />
        </dd>
      </div>
    ))}
  </dl>
)
