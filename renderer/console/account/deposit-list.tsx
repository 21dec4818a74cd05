/** What a list of deposits has, whoever looks at it. */
import type { DepositView } from '../../../shared/contract/funding.ts'
import { Badge } from '../../ui/badge.tsx'
import { ChoiceFilter, FilterBar } from '../filter-bar.tsx'
import { type FilterKinds, type Filters, useFilters } from '../filters.ts'
import type { DataColumn } from '../table/data-column.ts'
import { depositWord } from './deposit-words.ts'

const STATES = ['held', 'waiting', 'credited', 'returned', 'expired'] as const satisfies readonly DepositView['state'][]
const FILTERS = { state: { choices: STATES } } satisfies FilterKinds

export const depositKey = ({ depositId }: DepositView): string => depositId

/** For a file: every payment, exactly. */
export const arrivedText = ({ payments }: DepositView): string => payments.map(({ signature, units, state }) => `${signature} ${units} ${state}`).join('; ')

export const stateColumn: DataColumn<DepositView> = { name: 'State', cell: ({ state }) => <Badge state={depositWord(state)} />, text: ({ state }) => state }

/** The filters, and the state they choose. */
export function useDepositFilters(): { readonly filters: Filters<typeof FILTERS>; readonly state: DepositView['state'] | null } {
  const filters = useFilters(FILTERS)
  return { filters, state: STATES.find((one) => filters.all('state').includes(one)) ?? null }
}

export const DepositFilters = ({ filters }: { readonly filters: Filters<typeof FILTERS> }) => (
  <FilterBar filters={filters}>
    <ChoiceFilter filters={filters} name="state" label="State" options={STATES.map((value) => ({ value, label: depositWord(value).word }))} />
  </FilterBar>
)
