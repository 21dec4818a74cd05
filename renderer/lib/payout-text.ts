import type { AgentPayout } from '../../shared/contract/agent.ts'
import type { PayoutAsset } from '../../shared/contract/payout.ts'
import { formatSol, formatUsdc } from '../../shared/domain/money.ts'

/** What arrives: lamports or micro-USDC as decimal text. */
export const formatArriving = (asset: PayoutAsset, amount: string): string => (asset === 'usdc' ? formatUsdc(amount) : formatSol(amount))

/** What arrives of a payout, in its asset. */
export const arrivingOf = ({ asset = 'sol', lamports, microUsdc = '0' }: Pick<AgentPayout, 'asset' | 'lamports' | 'microUsdc'>): string =>
  formatArriving(asset, asset === 'usdc' ? microUsdc : lamports)

/** The start and end of an address, as much as people compare. */
export const shortAddress = (address: string): string => `${address.slice(0, 4)}…${address.slice(-4)}`
