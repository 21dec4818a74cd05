import type { JobView } from '../../../shared/contract/job.ts'
import { LedgerTable } from '../../ui/ledger-table.tsx'
import { excludedRows } from './job-words.ts'

const COLUMNS = [{ name: 'Machines' }, { name: 'Are out because they are' }] as const

/** How many machines each reason keeps from taking a job; nothing where none is kept. */
export function WhyNot({ excluded }: { readonly excluded: JobView['excluded'] }) {
  const rows = excludedRows(excluded)
  if (rows.length === 0) return null
  return (
    <LedgerTable
      caption="Why machines cannot take it"
      columns={COLUMNS}
      rows={rows.map(({ reason, text, count }) => ({ key: reason, cells: [count, text] }))}
    />
  )
}
