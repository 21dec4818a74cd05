import type { InputOf, OutputOf } from '../../shared/contract/define.ts'
import type { profitabilityCalls } from '../../shared/contract/profitability.ts'
import { WindfallError } from '../../shared/errors.ts'
import { fromIso } from '../../shared/units.ts'
import type { Clock } from '../kernel/clock.ts'
import { keptAnswers } from './kept-answer.ts'
import { VERIFIER } from './ledger/accounts.ts'
import type { Db } from './persistence/database.ts'
import { sumOf } from './profitability/profit.ts'
import { type Profits, sumProfits } from './profitability/summing.ts'

type Asked = InputOf<(typeof profitabilityCalls)['getProfitability']>
type Answer = OutputOf<(typeof profitabilityCalls)['getProfitability']>

export interface ProfitingDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'monotonic'>
  /** What a euro is worth, as the operator has fixed it; `null`: nobody has said. */
  readonly microUsdPerEur: bigint | null
}

/** A sum reads all of the books that it is over: those who page through it are given what was summed first, for so long. */
const KEEP_MS = 30_000
const MOST_KEPT = 4

const BASIS =
  'By the books: a job counts when it is closed, at that time, with what its requester paid and its nodes got; a dispute changes both when it is held and decided. ' +
  'Margin is every change of the account platform:revenue, so that all rows together are its balance, or its change in this stretch. ' +
  'Verification is money that the platform had put aside before. Network fees are lamports and are in no other figure; what nodes were charged of them is not taken off. ' +
  'Energy and grams are those of the receipts of the closed jobs, location-based; a job counts in the zone of its last receipt.'
const NO_RATE = 'No rate of the euro is set, so nothing is said for each euro. Set WINDFALL_MICRO_USD_PER_EUR.'
const RATE_SOURCE = 'fixed by the operator'

/** What jobs brought and cost. Error: `input.invalid` for a stretch that ends before it begins. */
export function createProfiting({ db, clock, microUsdPerEur: rate }: ProfitingDeps): (asked: Asked) => Promise<Answer> {
  const kept = keptAnswers<Profits>(clock, KEEP_MS, MOST_KEPT)
  return async ({ by, from, to, after, limit }) => {
    const stretch = { from: from === undefined ? null : fromIso(from), to: to === undefined ? null : fromIso(to) }
    if (stretch.from !== null && stretch.to !== null && stretch.from >= stretch.to)
      throw new WindfallError('input.invalid', 'The stretch of time ends before it begins.')
    const { total, groups, rest } = await kept(`${by} ${from} ${to}`, () => sumProfits(db, { by, ...stretch }, VERIFIER))
    const left = groups.filter(([key]) => after === null || key > after)
    const shown = left.slice(0, limit)
    const isLast = left.length <= limit
    return {
      from: from ?? null,
      to: to ?? null,
      by,
      total: sumOf(null, total, rate),
      items: [...shown.map(([key, sum]) => sumOf(key, sum, rate)), ...(isLast && rest ? [sumOf(null, rest, rate)] : [])],
      next: isLast ? null : (shown.at(-1)?.[0] ?? null),
      rate: rate === null ? null : { microUsdPerEur: String(rate), source: RATE_SOURCE },
      rateReason: rate === null ? NO_RATE : null,
      basis: BASIS,
    }
  }
}
