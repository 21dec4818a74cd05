import { useEffect, useRef, useState } from 'react'
import { messageOf } from '../../../shared/errors.ts'
import { saveFile } from '../../lib/save-file.ts'
import { Button } from '../../ui/button.tsx'
import { useServices } from '../services.ts'
import { toCsv } from './csv.ts'
import css from './csv-button.module.css'
import type { DataColumn } from './data-column.ts'
import { allRows } from './keyset.ts'
import type { LoadedRows } from './use-rows.ts'

/** More does not belong into a page: the command line exports without an end. */
const MAX_ROWS = 100_000

interface CsvButtonProps<T> {
  readonly what: string
  readonly source: LoadedRows<T>
  readonly columns: readonly DataColumn<T>[]
}

/** All rows that the filters leave, with the columns that are shown, as a file. What has not been loaded is loaded first. */
export function CsvButton<T>({ what, source, columns }: CsvButtonProps<T>) {
  const { clock } = useServices()
  const running = useRef<AbortController | null>(null)
  const [said, setSaid] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  useEffect(() => () => running.current?.abort(), [])
  const stop = () => running.current?.abort()
  const save = async () => {
    running.current = new AbortController()
    setBusy(true)
    setSaid(null)
    try {
      const rows = await source.loadUpTo(MAX_ROWS, running.current.signal)
      const items = allRows(rows)
      const text = toCsv([
        columns.map(({ name, unit }) => (unit === undefined ? name : `${name}, ${unit}`)),
        ...items.map((row) => columns.map((column) => column.text(row))),
      ])
      saveFile({ name: `windfall-${what.replaceAll(' ', '-')}-${new Date(clock.now()).toISOString().slice(0, 10)}.csv`, type: 'text/csv;charset=utf-8', text })
      setSaid(rows.next === null ? `${items.length} rows saved.` : `The first ${items.length} rows saved. Look for less to have the others, too.`)
    } catch (error) {
      setSaid(running.current.signal.aborted ? 'Stopped. Nothing was saved.' : `Nothing was saved. ${messageOf(error)}`)
    } finally {
      setBusy(false)
    }
  }
  return (
    <span className={css['csv']}>
      <Button look="quiet" onClick={() => (busy ? stop() : void save())}>
        {busy ? 'Stop' : 'CSV'}
      </Button>
      <output className={css['said']}>{busy ? `${source.rows?.count ?? 0} rows so far…` : said}</output>
    </span>
  )
}
