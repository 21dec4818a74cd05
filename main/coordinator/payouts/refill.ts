import type { Lamports } from '../../../shared/units.ts'

interface Holdings {
  readonly balance: bigint
  readonly inFlight: bigint
  /** In claims that no batch has yet. */
  readonly claimed: bigint
}

const coins = (amount: bigint, decimals: number): string =>
  `${amount / 10n ** BigInt(decimals)}.${String(amount % 10n ** BigInt(decimals)).padStart(decimals, '0')}`

/** Whether the hot wallet has to be refilled, and why; `null` while it holds enough. */
export function refillNeeded(
  sol: Holdings,
  usdc: Holdings | null,
  { reserve, refillBelow }: { readonly reserve: Lamports; readonly refillBelow: Lamports },
): string | null {
  const short = sol.claimed + sol.inFlight + reserve - sol.balance
  if (short > 0n) return `The hot wallet is ${coins(short, 9)} SOL short of what is on its way and its reserve. Send it SOL.`
  if (sol.balance < refillBelow)
    return `The hot wallet holds ${coins(sol.balance, 9)} SOL, less than ${coins(refillBelow, 9)}. Send it SOL before payouts wait.`
  const missing = usdc ? usdc.claimed + usdc.inFlight - usdc.balance : 0n
  return missing > 0n ? `The hot wallet is ${coins(missing, 6)} USDC short of what is on its way. Send it USDC.` : null
}
