import { verifySheets } from '../../../shared/domain/balance-sheet.ts'
import { nodeVerifyPort } from '../../kernel/verify-port.ts'
import { toIso } from '../../../shared/units.ts'
import { sheetOf } from './periods.ts'
import type { ClosedPeriod } from './periods.store.ts'
import type { Booked } from './reading.store.ts'
import { type SheetSums, balancesAfter, createSheetSums } from './sheet.ts'

type Summed = { readonly period: ClosedPeriod; readonly sums: SheetSums }

export interface PeriodCheck {
  /** Every transaction, in the order in which they were booked. */
  readonly add: (booked: Booked) => void
  /** How many sheets hold, and what is wrong with the others. */
  readonly result: () => Promise<{ readonly sound: number; readonly findings: readonly string[] }>
}

function mismatch({ period: { sheet: envelope }, sums }: Summed, balances: ReturnType<typeof balancesAfter>): string | null {
  if (!envelope) return null
  const { transactions, entriesSha256, balances: signed } = sheetOf(envelope)
  const entries = sums.entries()
  if (entries.transactions !== transactions) return `it was signed with ${transactions} transactions and has ${entries.transactions}`
  if (entries.entriesSha256 !== entriesSha256) return 'its transactions are others than were signed'
  return JSON.stringify(balances) === JSON.stringify(signed) ? null : 'its balances are others than were signed'
}

/** Holds closed periods, oldest first, against what is booked. */
export function createPeriodCheck(periods: readonly ClosedPeriod[]): PeriodCheck {
  const all: readonly Summed[] = periods.map((period) => ({ period, sums: createSheetSums() }))
  return {
    add: (booked) => all.find(({ period }) => booked.at < period.until)?.sums.add(booked),
    async result() {
      const signed = all.flatMap(({ period: { sheet } }) => (sheet ? [sheet] : []))
      const verdicts = await verifySheets(signed, { crypto: nodeVerifyPort })
      const problems = new Map(verdicts.map(({ until, problems: found }) => [until, found]))
      const findings: string[] = []
      let balances: ReturnType<typeof balancesAfter> = []
      for (const summed of all) {
        balances = balancesAfter(balances, summed.sums.changes)
        const until = toIso(summed.period.until)
        const wrong = [mismatch(summed, balances), ...(problems.get(until) ?? [])].filter((problem) => problem !== null)
        findings.push(...wrong.slice(0, 1).map((problem) => `The period that was closed up to ${until} is not as it was signed: ${problem}.`))
      }
      return { sound: signed.length - findings.length, findings }
    },
  }
}
