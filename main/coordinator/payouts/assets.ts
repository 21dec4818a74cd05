import type { PayoutAsset } from '../../../shared/contract/payout.ts'

/** What the hot wallet pays in, by the name the books have for it: its smallest unit. */
export type PayAsset = 'lamports' | 'micro-usdc'

const WIRE = { lamports: 'sol', 'micro-usdc': 'usdc' } as const satisfies Record<PayAsset, PayoutAsset>
const BOOKED = { sol: 'lamports', usdc: 'micro-usdc' } as const satisfies Record<PayoutAsset, PayAsset>

/** The asset as owners know it, and back. */
export const wireAsset = (asset: PayAsset): PayoutAsset => WIRE[asset]
export const bookedAsset = (asset: PayoutAsset): PayAsset => BOOKED[asset]
