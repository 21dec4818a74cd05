import { z } from 'zod'
import { Id, SolanaAddress } from '../../shared/contract/wire.ts'
import { given } from './given.ts'

const positive = z.coerce.number().int().positive()

/** What an operator may set of payouts and anchors. */
export const payingSettings = {
  /** Payouts on mainnet move real money; nothing else switches them on. */
  allowMainnet: z.stringbool().or(z.boolean()).default(false),
  /** What a SOL is worth in micro-USD when earnings are converted: a rate fixed by the operator. */
  microUsdPerSol: z.coerce.bigint().positive().default(150_000_000n),
  /** Nobody is paid less than this at a time, lamports. */
  payoutThresholdLamports: z.coerce.bigint().nonnegative().default(10_000_000n),
  /** The most that leaves the hot wallet in any hour: in SOL so many lamports, and in all assets together what so many are worth. */
  maxOutflowLamportsPerHour: z.coerce.bigint().positive().default(10_000_000_000n),
  /** The most that leaves it in any day, and of that the most to one address, micro-USD. */
  maxOutflowMicroUsdPerDay: z.coerce.bigint().positive().default(10_000_000_000n),
  maxPayoutMicroUsdPerDay: z.coerce.bigint().positive().default(2_000_000_000n),
  /** Two operators have to approve a batch of payouts that is worth more, micro-USD; `null`: none has to. */
  approvalAboveMicroUsd: given(z.coerce.bigint().nonnegative().nullable().default(null)),
  /** Requesters that operate this coordinator beside its owner; as text, separated by commas. */
  operators: z.preprocess((ids) => (typeof ids === 'string' ? ids.split(',').flatMap((id) => id.trim() || []) : ids), z.array(Id).max(20).default([])),
  /** The operator is told when the hot wallet holds less, lamports. */
  refillBelowLamports: z.coerce.bigint().nonnegative().default(100_000_000n),
  /** Durable nonces to keep open for payouts that expire again and again: there they do not, and can offer a higher fee. Each ties up about 0.001 SOL. */
  payoutLanes: z.coerce.number().int().min(0).max(16).default(0),
  /** The mint of USDC; as a rule that of the cluster. On a local chain nobody is paid in USDC unless it is given; `windfall up` makes a test USDC. */
  usdcMint: given(SolanaAddress.nullable().default(null)),
  /** Who decides about the money of protected jobs where requester and coordinator disagree: a wallet of somebody else. `null`: no job is protected. */
  arbiter: given(SolanaAddress.nullable().default(null)),
  /** Always left in the hot wallet for fees, lamports. */
  hotReserveLamports: z.coerce.bigint().nonnegative().default(10_000_000n),
  /** How often the root of the receipt log goes on chain. */
  anchorEveryMs: positive.default(86_400_000),
}

/** Environment variables of some of them. */
export const payingVariables = {
  allowMainnet: 'WINDFALL_ALLOW_MAINNET',
  microUsdPerSol: 'WINDFALL_MICRO_USD_PER_SOL',
  payoutThresholdLamports: 'WINDFALL_PAYOUT_THRESHOLD_LAMPORTS',
  maxOutflowMicroUsdPerDay: 'WINDFALL_MAX_OUTFLOW_MICRO_USD_PER_DAY',
  maxPayoutMicroUsdPerDay: 'WINDFALL_MAX_PAYOUT_MICRO_USD_PER_DAY',
  approvalAboveMicroUsd: 'WINDFALL_APPROVAL_ABOVE_MICRO_USD',
  operators: 'WINDFALL_OPERATORS',
  refillBelowLamports: 'WINDFALL_REFILL_BELOW_LAMPORTS',
  usdcMint: 'WINDFALL_USDC_MINT',
  arbiter: 'WINDFALL_ARBITER',
  payoutLanes: 'WINDFALL_PAYOUT_LANES',
} as const
