import type { Verification } from '../../../shared/domain/verification.ts'
import { receiptOf } from '../../../shared/domain/receipt-summary.ts'
import { type Cell, createCell } from '../../lib/cell.ts'
import type { ReceiptRow } from '../../ui/receipt-table.tsx'
import type { ReceiptSearch } from '../queries.ts'
import type { Services } from '../services.ts'

/** A receipt that must not be relied on, and the step at which that showed; `null`: it is not the receipt that it is kept as. */
export interface FailedReceipt {
  readonly receipt: ReceiptRow
  readonly step: Verification['failedStep']
}

export interface CheckAll {
  readonly state: 'listing' | 'checking' | 'done' | 'cancelled' | 'broken'
  readonly total: number
  readonly checked: number
  readonly failed: readonly FailedReceipt[]
  /** Those that the agent could not hand out: nothing is said about them. */
  readonly missing: number
  /** Why it could not go on. */
  readonly error: Error | null
}

interface CheckAllDeps extends Pick<Services, 'client' | 'verify' | 'clock'> {
  /** Lets the page draw and listen. */
  readonly breathe: () => Promise<unknown>
  readonly tell: (state: CheckAll) => void
}

const PAGE = 200
/** Under way at once: the next ones are fetched while one is checked. */
const WIDTH = 4
const TELL_EVERY_MS = 100
/** A frame has 16 ms, and the page needs some of them. */
const SLICE_MS = 6

/** Checks every receipt that the search finds, on this computer, in slices that leave the page usable. Resolves once done or cancelled. */
export async function checkAll(search: ReceiptSearch, deps: CheckAllDeps, signal: AbortSignal): Promise<void> {
  const { clock, tell } = deps
  let state: CheckAll = { state: 'listing', total: 0, checked: 0, failed: [], missing: 0, error: null }
  let toldAt = clock.now()
  const change = (next: Partial<CheckAll>) => {
    state = { ...state, ...next }
    if (next.state === undefined && clock.now() - toldAt < TELL_EVERY_MS) return
    toldAt = clock.now()
    tell(state)
  }
  tell(state)
  try {
    const receipts = await listAll(search, deps, { signal, found: (total) => change({ total }) })
    change({ state: 'checking', total: receipts.length })
    await inTurn(receipts, deps, {
      signal,
      judged: (receipt, verdict) => {
        change({
          checked: state.checked + 1,
          failed: typeof verdict === 'object' ? [...state.failed, { receipt, step: verdict.step }] : state.failed,
          missing: state.missing + (verdict === 'missing' ? 1 : 0),
        })
      },
    })
    change({ state: signal.aborted ? 'cancelled' : 'done' })
  } catch (error) {
    change({ state: signal.aborted ? 'cancelled' : 'broken', error: error instanceof Error ? error : new Error(String(error)) })
  }
}

type Verdict = 'valid' | 'missing' | Pick<FailedReceipt, 'step'>

interface Listing {
  readonly signal: AbortSignal
  readonly found: (count: number) => void
}

async function listAll(search: ReceiptSearch, { client }: CheckAllDeps, { signal, found }: Listing): Promise<readonly ReceiptRow[]> {
  const all: ReceiptRow[] = []
  for (let after: string | null = null; !signal.aborted; ) {
    const { items, next }: { items: ReceiptRow[]; next: string | null } = await client.call('listReceipts', { ...search, after, limit: PAGE })
    all.push(...items)
    found(all.length)
    if (next === null) break
    after = next
  }
  return all
}

interface Judging {
  readonly signal: AbortSignal
  readonly judged: (receipt: ReceiptRow, verdict: Verdict) => void
}

/** A few at a time; whoever has worked for a slice lets the page have its turn. */
async function inTurn(receipts: readonly ReceiptRow[], deps: CheckAllDeps, { signal, judged }: Judging): Promise<void> {
  let next = 0
  let sliceBegan = deps.clock.now()
  const work = async () => {
    for (let receipt = receipts[next++]; receipt && !signal.aborted; receipt = receipts[next++]) {
      judged(receipt, await judge(receipt, deps))
      if (deps.clock.now() - sliceBegan < SLICE_MS) continue
      await deps.breathe()
      sliceBegan = deps.clock.now()
    }
  }
  await Promise.all(Array.from({ length: WIDTH }, work))
}

async function judge({ receiptId }: ReceiptRow, { client, verify }: CheckAllDeps): Promise<Verdict> {
  const answer = await client.call('getReceipt', { receiptId }).catch((error: unknown) => notHere(error))
  if (answer === null) return 'missing'
  const { valid, failedStep } = await verify(answer.bundle, answer.pinnedKeys)
  if (!valid) return { step: failedStep }
  return receiptOf(answer.bundle)?.predicate.receiptId === receiptId ? 'valid' : { step: null }
}

/** A receipt that is still on its way says nothing; anything else ends the run. */
function notHere(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'not-found') return null
  throw error
}

/** The run of one window: it goes on while its owner looks at other pages. */
export interface CheckAllRun {
  readonly state: Cell<{ readonly of: string; readonly check: CheckAll } | null>
  readonly start: (search: ReceiptSearch) => void
  readonly cancel: () => void
}

export function createCheckAllRun(deps: Omit<CheckAllDeps, 'tell'>): CheckAllRun {
  const state = createCell<{ readonly of: string; readonly check: CheckAll } | null>(null)
  let running = new AbortController()
  return {
    state,
    start(search) {
      running.abort()
      running = new AbortController()
      const { signal } = running
      const of = JSON.stringify(search)
      const tell = (check: CheckAll) => {
        if (!signal.aborted || check.state === 'cancelled') state.set({ of, check })
      }
      void checkAll(search, { ...deps, tell }, signal)
    },
    cancel: () => running.abort(),
  }
}
