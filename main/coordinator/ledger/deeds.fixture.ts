/** Everything that can happen to money, at random: for tests that hold the books to their promises whatever the order. */
import * as fc from 'fast-check'
import { lamports, microUsd } from '../../../shared/units.ts'
import type { Tx } from '../persistence/database.ts'
import { jobReserved } from './accounts.ts'
import { issueCredits, redeemCommunityCredits, redeemCredits } from './crediting.ts'
import { creditVerified, creditOf } from './credits.ts'
import { decideDispute, openDispute } from './disputes.ts'
import { accountRent, accrueForJob, chainFee, payoutFailed, payoutFinalized, payoutPlanned, reserveForJob, settleJob, treasuryDeposit } from './entries.ts'
import { book } from './ledger.ts'
import { createLedgerStore } from './ledger.store.ts'
import { createReadingStore } from './reading.store.ts'
import { deposit, payBack, takeBack } from './requester-money.ts'

const KINDS = [
  'deposit',
  'treasury',
  'reserve',
  'accrue',
  'settle',
  'release',
  'plan',
  'pay',
  'pay-usdc',
  'fail',
  'fee',
  'rent',
  'refund',
  'chargeback',
  'dispute',
  'for-node',
  'for-requester',
  'credit',
  'verify',
  'redeem',
  'community',
] as const

const MOST = 2n ** 63n - 1n
/** Dust, what people pay, and what no database holds. */
const amount = fc.oneof(
  { weight: 6, arbitrary: fc.bigInt(1n, 1_000_000n) },
  { weight: 2, arbitrary: fc.bigInt(0n, 3n) },
  { weight: 1, arbitrary: fc.constantFrom(MOST, MOST - 1n, MOST + 1n, 2n ** 62n) },
)

export const deed = fc.record({ kind: fc.constantFrom(...KINDS), who: fc.nat(1), which: fc.nat(2), amount, share: fc.nat(100) })
export type Deed = typeof deed extends fc.Arbitrary<infer D> ? D : never

/** What each may come to: anything else is a mistake of the books. */
export const OUTCOMES: ReadonlySet<string> = new Set(['done', 'funds.insufficient', 'ledger.unbalanced', 'not-found', 'conflict', 'input.invalid'])

/** Does it, in the caller's transaction. `run` keeps the names of one history from those of another. */
export function carryOut(tx: Tx, run: string, { kind, who, which, amount: value, share }: Deed): Promise<unknown> {
  const [requesterId, nodeId, jobId, at] = [`r${run}-${who}`, `n${run}-${which % 2}`, `j${run}-${who}-${which}`, 10]
  const id = `${run}-${which}`
  const payout = { payoutId: `p${id}`, nodeId, microUsd: microUsd(value), lamports: lamports(value), at }
  const cost = { signature: `s${id}`, lamports: lamports(value), at }
  const order = { requesterId, reason: 'a test', at }
  const deeds: Readonly<Record<string, () => Promise<unknown>>> = {
    deposit: () => deposit(tx, { id: `${requesterId}:${which}`, requesterId, amount: microUsd(value), at }),
    treasury: () => book(tx, treasuryDeposit({ ...cost, microUsdc: value })),
    reserve: () => book(tx, reserveForJob({ jobId, requesterId, amount: microUsd(value), at })),
    accrue: async () => {
      const { reserved, accrued } = await heldFor(tx, jobId)
      const after = new Map([[nodeId, (reserved * BigInt(share)) / 200n]])
      const accrual = accrueForJob({ jobId, because: `${kind}-${share}`, before: accrued, after, at })
      return accrual.transfers.length > 0 && book(tx, accrual)
    },
    settle: async () => {
      const { reserved, accrued } = await heldFor(tx, jobId)
      const all = [...accrued.values()].reduce((sum, one) => sum + one, reserved)
      return book(
        tx,
        settleJob({ jobId, requesterId, reserved: microUsd(reserved), accrued, parts: [{ nodeId, price: microUsd((all * BigInt(share)) / 100n) }], at }),
      )
    },
    release: async () => {
      const { reserved, accrued } = await heldFor(tx, jobId)
      return book(tx, settleJob({ jobId, requesterId, reserved: microUsd(reserved), accrued, parts: [], at }))
    },
    plan: () => book(tx, payoutPlanned(payout)),
    pay: () => book(tx, payoutFinalized(payout)),
    'pay-usdc': () => book(tx, payoutFinalized({ ...payout, lamports: lamports(0n), microUsdc: value - BigInt(share), charged: microUsd(BigInt(share)) })),
    fail: () => book(tx, payoutFailed(payout)),
    fee: () => book(tx, chainFee(cost)),
    rent: () => book(tx, accountRent(cost)),
    refund: () => payBack(tx, { ...order, refundId: id, amount: value }),
    chargeback: () => takeBack(tx, { ...order, depositId: String(which), amount: share > 50 ? null : value }),
    dispute: () => openDispute(tx, { jobId, amount: share > 50 ? null : value, reason: 'a test', at }),
    'for-node': () => decideDispute(tx, { jobId, inFavourOf: 'node', reason: 'a test', at }),
    'for-requester': () => decideDispute(tx, { jobId, inFavourOf: 'requester', reason: 'a test', at }),
    credit: () => issueCredits(tx, [{ receiptId: id, nodeId, attributedSavingG: share - 5.5, leafIndex: 0, isMeasured: true }], at),
    verify: () => book(tx, creditVerified({ receiptId: id, nodeId, microEur: creditOf(share - 5.5), at })),
    community: () =>
      redeemCommunityCredits(tx, {
        redemptionId: id,
        microEur: BigInt(share),
        purpose: 'a test',
        rate: { microUsdPerEur: 1_080_000n, source: 'a test', at },
        at,
      }),
    redeem: () => redeemCredits(tx, { nodeId, redemptionId: id, microEur: BigInt(share), rate: { microUsdPerEur: 1_080_000n, source: 'a test', at }, at }),
  }
  return (deeds[kind] as () => Promise<unknown>)()
}

async function heldFor(tx: Tx, jobId: string) {
  const given = await createReadingStore(tx).givenBy(jobReserved(jobId))
  const accrued = [...given].flatMap(([account, held]) => (account.endsWith(':accrued') && held > 0n ? [[account.split(':')[1] ?? '', held] as const] : []))
  return { reserved: await createLedgerStore(tx).balanceOf(jobReserved(jobId), 'micro-usd'), accrued: new Map(accrued) }
}
