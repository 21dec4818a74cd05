import type { NodeEvent } from '../../../shared/contract/node-event.ts'
import type { ReceiptBundle } from '../../../shared/domain/carbon-receipt.ts'
import { toIso } from '../../../shared/units.ts'

const START = Date.parse('2026-03-01T12:00:00.000Z')

/** One event of a node's feed, a second after the one before. */
export const eventOf = (seq: number, fact: NodeEvent['fact']): NodeEvent => ({ seq, at: toIso(START + seq * 1_000), fact })

export const payoutFact = (payoutId: string, change: Partial<Extract<NodeEvent['fact'], { kind: 'payout' }>> = {}): NodeEvent['fact'] => ({
  kind: 'payout',
  payoutId,
  state: 'planned',
  lamports: '1000',
  microUsd: '150',
  signature: null,
  address: '1'.repeat(32),
  rate: '150 USD per SOL, fixed by the operator',
  cluster: 'localnet',
  ...change,
})

/** Everything that happens to one job of this node, in order, from its proof to the last word about its payout. */
export const factsOf = (jobId: string, bundle: ReceiptBundle): NodeEvent['fact'][] => [
  { kind: 'proof-accepted', proofId: `proof-${jobId}`, jobId, receiptId: `receipt-${jobId}` },
  { kind: 'receipt', receiptId: 'receipt-1', bundle },
  { kind: 'earning', earningId: `earning-${jobId}`, jobId, receiptId: `receipt-${jobId}`, state: 'accrued', microUsd: '150' },
  { kind: 'earning', earningId: `earning-${jobId}`, jobId, receiptId: `receipt-${jobId}`, state: 'confirmed', microUsd: '150' },
  ...(['planned', 'sent', 'confirmed', 'finalized'] as const).map((state) => payoutFact(`payout-${jobId}`, { state })),
]
