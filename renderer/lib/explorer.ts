/** Clusters that the public explorer sees, by the names that payouts carry. */
const QUERY: Readonly<Record<string, string>> = { 'mainnet-beta': '', devnet: '?cluster=devnet', testnet: '?cluster=testnet' }

/** Where anybody can look a transaction up; `null` for a cluster that is nobody else's, such as one on this computer. */
export const explorerUrl = (signature: string, cluster: string): string | null => {
  const query = Object.hasOwn(QUERY, cluster) ? QUERY[cluster] : undefined
  return query === undefined ? null : `https://explorer.solana.com/tx/${signature}${query}`
}
