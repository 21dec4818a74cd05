import { type SyntheticEvent, useId, useState } from 'react'
import { zoneNames } from '../../../shared/domain/zones.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { rich } from '../../lib/rich.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorText } from '../../ui/error-text.tsx'
import field from '../../ui/field.module.css'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import prose from '../../ui/prose.module.css'
import line from './onboarding.module.css'
import { usePostcode, useZone, useZoneOrder } from './setup-queries.ts'
import css from './zone-form.module.css'

const nameOf = (zone: string): string => {
  const name = zoneNames.get(zone)
  return name === undefined ? zone : `${name} (${zone})`
}

/** Where on the grid this computer is: from a list, or by the first half of a postcode of Great Britain. */
export function ZoneForm({ closed }: { closed: boolean }) {
  const zone = useZone()
  return (
    <Loaded query={zone} what={t('your zone')} skeleton={<SkeletonLines count={2} />}>
      {(data) => (
        <div className={css['zone']}>
          <ZoneList zone={data.zone} closed={closed} />
          <Postcode closed={closed} />
        </div>
      )}
    </Loaded>
  )
}

function ZoneList({ zone, closed }: { zone: string; closed: boolean }) {
  const id = useId()
  const order = useZoneOrder()
  const names = [...zoneNames.keys()]
  return (
    <p className={css['field']}>
      <label htmlFor={id}>{t('Grid zone')}</label>
      <select
        className={field['field']}
        id={id}
        disabled={closed}
        value={order.isPending ? order.variables : zone}
        onChange={(event) => order.mutate(event.currentTarget.value)}
      >
        {(names.includes(zone) ? names : [zone, ...names]).map((name) => (
          <option key={name} value={name}>
            {nameOf(name)}
          </option>
        ))}
      </select>
      {order.error ? <Refused error={order.error} /> : null}
    </p>
  )
}

function Postcode({ closed }: { closed: boolean }) {
  const id = useId()
  const [text, setText] = useState('')
  const find = usePostcode()
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    if (text.trim() !== '') find.mutate(text.trim())
  }
  return (
    <form className={css['field']} onSubmit={submit}>
      <label htmlFor={id}>{t('In Great Britain: the first half of your postcode')}</label>
      <span className={line['line']}>
        <input
          className={field['field']}
          id={id}
          type="text"
          autoComplete="postal-code"
          maxLength={12}
          value={text}
          disabled={closed}
          aria-invalid={find.error !== null}
          aria-describedby={`${id}-note`}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Button type="submit" disabled={closed} unavailable={find.isPending}>
          {find.isPending ? t('Looking…') : t('Find my zone')}
        </Button>
      </span>
      <small id={`${id}-note`}>{t('Such as RG41. It goes to your coordinator, and nothing else of your address does.')}</small>
      <output>{find.data ? t('Found: {zone}.', { zone: nameOf(find.data.zone) }) : null}</output>
      {find.error ? <Refused error={find.error} /> : null}
    </form>
  )
}

const Refused = ({ error }: { error: Error }) => (
  <span className={prose['refused']} role="alert">
    {rich('That did not work: {reason}', { reason: <ErrorText error={error} /> })}
  </span>
)
