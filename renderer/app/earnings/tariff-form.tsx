import { type SyntheticEvent, useEffect, useId, useRef, useState } from 'react'
import type { MoneyView } from '../../../shared/contract/money.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { rich } from '../../lib/rich.tsx'
import { type DraftField, type TariffDraft, draftOf, isTariff, readDraft } from '../../lib/tariff-draft.ts'
import { Button } from '../../ui/button.tsx'
import field from '../../ui/field.module.css'
import { ErrorText } from '../../ui/error-text.tsx'
import prose from '../../ui/prose.module.css'
import css from './earnings.module.css'
import { useTariffChoice } from './tariff-choice.ts'

const FIELDS: readonly { readonly name: DraftField; readonly label: (draft: TariffDraft) => string; readonly hint: string }[] = [
  { name: 'currency', label: () => t('Currency'), hint: 'USD, EUR, GBP …' },
  {
    name: 'perKWh',
    label: ({ currency }) => (currency === '' ? t('Price of one kWh') : t('Price of one kWh, {currency}', { currency: currency.toUpperCase() })),
    hint: t('All that one more kWh costs you, taxes included.'),
  },
  {
    name: 'usdPerUnit',
    label: ({ currency }) =>
      currency === '' ? t('What 1 unit of it is worth in USD') : t('What 1 {currency} is worth in USD', { currency: currency.toUpperCase() }),
    hint: t('You are paid in dollars. Empty: net is not shown.'),
  },
]

interface TariffFormProps {
  readonly current: MoneyView['tariff']
  readonly close: () => void
}

/** What electricity costs, as one price. Several prices by hour are set in the settings file. */
export function TariffForm({ current, close }: TariffFormProps) {
  const order = useTariffChoice(current, close)
  const [draft, setDraft] = useState(() => draftOf(current))
  const [tried, setTried] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => form.current?.querySelector('input')?.focus(), [])
  const read = readDraft(draft)
  const wrong = isTariff(read) || !tried ? {} : read
  const save = (event: SyntheticEvent) => {
    event.preventDefault()
    setTried(true)
    if (isTariff(read)) order.choose(read)
    else form.current?.querySelector<HTMLInputElement>(`[name="${Object.keys(read)[0]}"]`)?.focus()
  }
  const shown = FIELDS.filter(({ name }) => name !== 'usdPerUnit' || draft.currency.trim().toUpperCase() !== 'USD')
  return (
    <form ref={form} className={css['form']} noValidate aria-label={t('What electricity costs you')} onSubmit={save}>
      {shown.map(({ name, label, hint }) => (
        <TextField
          key={name}
          name={name}
          label={label(draft)}
          hint={hint}
          value={draft[name]}
          problem={wrong[name]}
          onType={(value) => setDraft({ ...draft, [name]: value })}
        />
      ))}
      {current && current.tariff.kind !== 'flat' ? <p className={css['small']}>{t('This replaces the several prices you have now.')}</p> : null}
      {order.error ? (
        <p className={prose['refused']} role="alert">
          {rich('The tariff was not saved: {reason}', { reason: <ErrorText error={order.error} /> })}
        </p>
      ) : null}
      <div className={css['verbs']}>
        <Button look="primary" type="submit" unavailable={order.isPending}>
          {t('Save')}
        </Button>
        {current?.setBy === 'window' ? <Button onClick={() => order.choose(null)}>{t('Use the settings file instead')}</Button> : null}
        <Button look="quiet" onClick={close}>
          {t('Cancel')}
        </Button>
      </div>
    </form>
  )
}

interface TextFieldProps {
  readonly name: DraftField
  readonly label: string
  readonly hint: string
  readonly value: string
  readonly problem: string | undefined
  readonly onType: (value: string) => void
}

function TextField({ name, label, hint, value, problem, onType }: TextFieldProps) {
  const id = useId()
  return (
    <p className={css['field']}>
      <label htmlFor={id}>{label}</label>
      <input
        className={field['field']}
        id={id}
        name={name}
        type="text"
        inputMode={name === 'currency' ? 'text' : 'decimal'}
        autoComplete="off"
        maxLength={12}
        value={value}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-note`}
        onChange={(event) => onType(event.currentTarget.value)}
      />
      <small id={`${id}-note`} className={problem === undefined ? undefined : prose['refused']}>
        {problem ?? hint}
      </small>
    </p>
  )
}
