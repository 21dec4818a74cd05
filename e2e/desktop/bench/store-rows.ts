import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { openAgentStores } from '../../../main/agent/stores.ts'
import { testBundle } from '../../../shared/domain/receipt-bundle.fake.ts'
import { toIso } from '../../../shared/units.ts'
import { type MeasureRows, atMostTimes, median, paired } from '../../scale/row.ts'
import { SAMPLE_RECEIPT } from '../../support/sample-facts.ts'

const PAGES = 200
const LIMIT = 100

const issued = (index: number): number => 1.7e12 + index * 1_000
const id = (index: number): string => `receipt-${String(index).padStart(6, '0')}`

/** A page of receipts out of very many, as a list that scrolls asks for it. */
export const storeRows: MeasureRows = async ({ quick, say }) => {
  const directory = mkdtempSync(join(tmpdir(), 'windfall-bench-'))
  const count = quick ? 10_000 : 50_000
  say(`${count} receipts`)
  const stores = openAgentStores(directory)
  const bundle = await testBundle()
  stores.atomically(() => {
    for (let index = 0; index < count; index++) stores.facts.addReceipt({ ...SAMPLE_RECEIPT, receiptId: id(index), issuedAt: toIso(issued(index)) }, bundle)
  })
  const db = new Database(join(directory, 'agent.sqlite'), { readonly: true })
  const page = db.prepare<[number, number], { summary: string }>('SELECT summary FROM receipt WHERE issued_at < ? ORDER BY issued_at DESC LIMIT ?')
  const from = (turn: number): number => 1 + ((turn * 7_919) % (count - 1))
  const figures = await paired(
    quick ? 1 : 5,
    async () => perPage((turn) => stores.facts.listReceipts(id(from(turn)), LIMIT)),
    async () => perPage((turn) => page.all(issued(from(turn)), LIMIT).map(({ summary }) => JSON.parse(summary) as unknown)),
  )
  db.close()
  stores[Symbol.dispose]()
  rmSync(directory, { recursive: true, force: true })
  return [
    atMostTimes({
      name: `page of ${LIMIT} of ${count} receipts`,
      unit: 'ms',
      ...figures,
      referenceName: 'the same rows in a bare query, parsed but not checked',
      bar: 0.1,
    }),
  ]
}

/** Milliseconds of one page, at the median. */
function perPage(read: (turn: number) => readonly unknown[]): number {
  const took: number[] = []
  for (let turn = 0; turn < PAGES; turn++) {
    const since = performance.now()
    read(turn)
    took.push(performance.now() - since)
  }
  return median(took)
}
