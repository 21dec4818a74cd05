import { useMemo } from 'react'
import { search, useSearchText } from '../../lib/router.ts'
import type { ReceiptSearch } from '../queries.ts'

const ORIGINS = ['live', 'recorded', 'modelled'] as const
type Origin = (typeof ORIGINS)[number]

/** What the form shows, and what the address holds. */
interface ReceiptFields {
  readonly find: string
  readonly grid: Origin | ''
  /** Days such as `2026-11-21`, of the owner’s own calendar; empty for none. */
  readonly from: string
  readonly to: string
}

const NO_FIELDS: ReceiptFields = { find: '', grid: '', from: '', to: '' }
const NAMES = ['find', 'grid', 'from', 'to'] as const
const DAY = /^\d{4}-\d{2}-\d{2}$/
const MAX_LENGTH = 200

const originOf = (text: string): Origin | '' => ORIGINS.find((origin) => origin === text) ?? ''
const dayOf = (text: string): string => (DAY.test(text) && !Number.isNaN(Date.parse(text)) ? text : '')

/** What an address says; what makes no sense there counts as left out. */
function fieldsOf(text: string): ReceiptFields {
  const query = new URLSearchParams(text)
  const value = (name: keyof ReceiptFields): string => query.get(name) ?? ''
  return { find: value('find').slice(0, MAX_LENGTH), grid: originOf(value('grid')), from: dayOf(value('from')), to: dayOf(value('to')) }
}

/** Midnight of the owner at the beginning of a day, or of one so many days later. */
function midnight(day: string, later = 0): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  return new Date(year, month - 1, date + later).toISOString()
}

/** What the agent is asked. */
const searchOf = ({ find, grid, from, to }: ReceiptFields): ReceiptSearch => ({
  ...(find.trim() === '' ? {} : { search: find.trim() }),
  ...(grid === '' ? {} : { origin: grid }),
  ...(from === '' ? {} : { since: midnight(from) }),
  ...(to === '' ? {} : { until: midnight(to, 1) }),
})

export interface ReceiptSearchState {
  readonly fields: ReceiptFields
  readonly search: ReceiptSearch
  readonly isSearching: boolean
  readonly change: (changes: Partial<ReceiptFields>) => void
  readonly clear: () => void
}

/** The address is the only place that knows what is looked for: a reload and a link show the same. */
export function useReceiptSearch(): ReceiptSearchState {
  const text = useSearchText()
  return useMemo(() => {
    const fields = fieldsOf(text)
    const show = (changed: ReceiptFields) => {
      const given = NAMES.filter((name) => changed[name] !== '').map((name) => [name, changed[name]] as [string, string])
      search({ page: 'receipts' }, new URLSearchParams(given))
    }
    return {
      fields,
      search: searchOf(fields),
      isSearching: NAMES.some((name) => fields[name].trim() !== ''),
      change: (changes) => show({ ...fields, ...changes }),
      clear: () => show(NO_FIELDS),
    }
  }, [text])
}
