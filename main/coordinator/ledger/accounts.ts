/** The books hold two assets and never add one to the other. */
export type Asset = 'micro-usd' | 'lamports'

export const requesterPrepaid = (requesterId: string): string => `requester:${requesterId}:prepaid`
export const jobReserved = (jobId: string): string => `job:${jobId}:reserved`
export const nodeConfirmed = (nodeId: string): string => `node:${nodeId}:confirmed`
export const nodePaying = (nodeId: string): string => `node:${nodeId}:paying`

export const PLATFORM_REVENUE = 'platform:revenue'
/** Lamports of the hot wallet. */
export const TREASURY = 'platform:treasury'
/** Lamports that went to the cluster's validators. */
export const CHAIN_FEES = 'platform:chain-fees'
/** Where requesters' money comes from. */
export const EXTERNAL_FUNDING = 'external:funding'
/** Lamports outside our hot wallet: where they come from and where payouts go. */
export const EXTERNAL_CHAIN = 'external:chain'
/** Takes the micro-USD that a payout gives up. */
export const EXCHANGE_USD = 'exchange:usd'
/** Gives the lamports a payout gets for them, and has just taken them from the treasury: empty between transactions. */
export const EXCHANGE_LAMPORTS = 'exchange:lamports'

/** The world outside is the only one that may owe. */
export const mayBeNegative = (account: string): boolean => account.startsWith('external:')
