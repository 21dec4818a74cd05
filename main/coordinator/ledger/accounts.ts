/** The books hold several assets and never add one to another: what is worth what is said once, by the transfers of one exchange. */
export const ASSETS = ['micro-usd', 'lamports', 'micro-usdc', 'micro-eur-credits'] as const
export type Asset = (typeof ASSETS)[number]

export const requesterPrepaid = (requesterId: string): string => `requester:${requesterId}:prepaid`
/** Below zero by what a requester owes, since a deposit that was spent was taken back. */
export const requesterDebt = (requesterId: string): string => `requester:${requesterId}:debt`
/** USDC in the vault of a protected job, and the micro-USD beside them that nothing was spent of. */
export const vaultMoney = (requesterId: string, jobId: string): string => `requester:${requesterId}:vault-${jobId}`
/** USDC that are about to leave it. */
export const vaultReleasing = (requesterId: string, jobId: string): string => `requester:${requesterId}:releasing-${jobId}`
export const jobReserved = (jobId: string): string => `job:${jobId}:reserved`
/** What the platform has set aside to have a job repeated that its requester asked for once. */
export const jobRepeating = (jobId: string): string => `job:${jobId}:repeating`
export const isRepeating = (account: string): boolean => account.startsWith('job:') && account.endsWith(':repeating')
/** Whose money the platform checks the work of nodes with: that of a requester whom nobody has the key of. */
export const VERIFIER = 'windfall-verification'
/** What a job came to, held until it is decided who gets it. */
export const disputed = (jobId: string): string => `dispute:${jobId}:held`
/** The node's share of runs that are proven, while their job goes on. */
export const nodeAccrued = (nodeId: string): string => `node:${nodeId}:accrued`
export const nodeConfirmed = (nodeId: string): string => `node:${nodeId}:confirmed`
export const nodePaying = (nodeId: string): string => `node:${nodeId}:paying`
/** What a node gave up for what has arrived at its address for good. */
export const nodePaid = (nodeId: string): string => `node:${nodeId}:paid`
/** Carbon credits of receipts that are not anchored yet, or whose grid figures are no measurement. */
export const creditsPending = (owner: string): string => `${owner}:credits-pending`
export const creditsVerified = (owner: string): string => `${owner}:credits-verified`
export const creditsRedeemed = (owner: string): string => `${owner}:credits-redeemed`

export const nodeOwner = (nodeId: string): string => `node:${nodeId}`
/** Holds the community's share of the credits. */
export const COMMUNITY_FUND = 'community:fund'

export const PLATFORM_REVENUE = 'platform:revenue'
/** Lamports, and tokens, of the hot wallet. */
export const TREASURY = 'platform:treasury'
/** Lamports that went to the cluster's validators. */
export const CHAIN_FEES = 'platform:chain-fees'
/** Lamports that lie in token accounts which were opened for those who are paid. */
export const CHAIN_RENT = 'platform:chain-rent'
/** What left the hot wallet and no payout explains. */
export const LOSSES = 'platform:losses'
/** Micro-USD that those who were paid bore of fees and rent. */
export const PAYOUT_CHARGES = 'platform:payout-charges'
/** Where requesters' money comes from. */
export const EXTERNAL_FUNDING = 'external:funding'
/** Lamports and tokens outside our hot wallet: where they come from and where payouts go. */
export const EXTERNAL_CHAIN = 'external:chain'
/** What the community fund’s credits were spent on, outside the books. */
export const EXTERNAL_COMMUNITY = 'external:community'
/** Below zero by all credits that were ever issued. */
export const EXTERNAL_CREDITS = 'external:credits'
/** Gives the lamports a payout gets, and has just taken them from the treasury. Every exchange is empty between transactions. */
export const EXCHANGE_LAMPORTS = 'exchange:lamports'
/** The same of USDC, which is worth a dollar each. */
export const EXCHANGE_USDC = 'exchange:usdc'
/** Gives the micro-USD that credits are redeemed for. */
export const EXCHANGE_CREDITS = 'exchange:credits'

/** The world outside may owe, and a requester whose deposit was taken back. Everybody else never does. */
export const mayBeNegative = (account: string): boolean => account.startsWith('external:') || /^requester:.*:debt$/.test(account)

/** Whose account it is: `node:<id>`, `requester:<id>`, `job:<id>`, `dispute:<id>` or a name of the coordinator's own. */
export const ownerOf = (account: string): string => account.split(':').slice(0, 2).join(':')
