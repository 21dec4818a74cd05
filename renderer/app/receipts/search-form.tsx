import { useId } from 'react'
import { t } from '../../../shared/i18n/translate.ts'
import { Button } from '../../ui/button.tsx'
import field from '../../ui/field.module.css'
import type { ReceiptSearchState } from './receipt-search.ts'
import css from './search-form.module.css'

/** What is looked for. Every change takes effect at once: the agent that is asked is on this computer. */
export function SearchForm({ state: { fields, isSearching, change, clear } }: { state: ReceiptSearchState }) {
  const id = useId()
  const input = { className: field['field'], autoComplete: 'off' } as const
  return (
    <search className={css['search']}>
      <div className={css['find']}>
        <label htmlFor={`${id}-find`}>{t('Find')}</label>
        <input
          {...input}
          id={`${id}-find`}
          type="search"
          spellCheck={false}
          autoCapitalize="off"
          maxLength={200}
          placeholder={t('Id, zone, model or hash')}
          value={fields.find}
          onChange={(event) => change({ find: event.currentTarget.value })}
        />
      </div>
      <div>
        <label htmlFor={`${id}-grid`}>{t('Grid data')}</label>
        <select {...input} id={`${id}-grid`} value={fields.grid} onChange={(event) => change({ grid: event.currentTarget.value as typeof fields.grid })}>
          <option value="">{t('Any')}</option>
          <option value="live">{t('Live')}</option>
          <option value="recorded">{t('Recorded')}</option>
          <option value="modelled">{t('Modelled')}</option>
        </select>
      </div>
      <div>
        <label htmlFor={`${id}-from`}>{t('Issued from')}</label>
        <input {...input} id={`${id}-from`} type="date" value={fields.from} onChange={(event) => change({ from: event.currentTarget.value })} />
      </div>
      <div>
        <label htmlFor={`${id}-to`}>{t('Issued to')}</label>
        <input {...input} id={`${id}-to`} type="date" value={fields.to} onChange={(event) => change({ to: event.currentTarget.value })} />
      </div>
      {isSearching ? (
        <Button look="quiet" onClick={clear}>
          {t('Show all')}
        </Button>
      ) : null}
    </search>
  )
}
