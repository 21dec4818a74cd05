import { useId } from 'react'
import { cx } from '../../lib/cx.ts'
import field from '../../ui/field.module.css'
import css from '../filter-bar.module.css'
import type { FilterKinds, Filters } from '../filters.ts'
import own from './day-filter.module.css'

interface DayFilterProps<K extends FilterKinds> {
  readonly filters: Filters<K>
  readonly name: keyof K & string
  readonly label: string
}

/** A UTC day that a list begins or ends with. */
export function DayFilter<K extends FilterKinds>({ filters, name, label }: DayFilterProps<K>) {
  const id = useId()
  return (
    <span className={cx(css['filter'], own['day'])}>
      <label htmlFor={id}>{label}</label>
      <input id={id} className={field['field']} type="date" value={filters.one(name) ?? ''} onChange={(event) => filters.set(name, [event.target.value])} />
    </span>
  )
}
