import { WindfallError } from '../../shared/errors.ts'

/** Genesis hashes of the public clusters, https://docs.anza.xyz/clusters/available. */
const PUBLIC_CLUSTERS = new Map([
  ['5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d', 'mainnet-beta'],
  ['EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG', 'devnet'],
  ['4uhcVJyU9pJkvQyS88uRDiswHXSCkY3zQawwpjk2NsNY', 'testnet'],
])

/** The cluster a genesis hash stands for: `mainnet-beta`, `devnet`, `testnet`, or `localnet` for any other. */
export const clusterOf = (genesisHash: string): string => PUBLIC_CLUSTERS.get(genesisHash) ?? 'localnet'

/** Real money moves only by an explicit decision of the operator. Returns the cluster's name. Error: `config.invalid`. */
export function requirePayable(genesisHash: string, { allowMainnet }: { allowMainnet: boolean }): string {
  const cluster = clusterOf(genesisHash)
  if (cluster === 'mainnet-beta' && !allowMainnet) {
    throw new WindfallError(
      'config.invalid',
      'The configured Solana endpoint is mainnet-beta, where payouts are real money. Set allowMainnet to true if that is meant, or point to devnet or the local chain.',
    )
  }
  return cluster
}

/** The mints of USDC that Circle issues, https://developers.circle.com/stablecoins/usdc-contract-addresses. */
const USDC_MINTS: Readonly<Record<string, string>> = {
  'mainnet-beta': 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v',
  devnet: '4zMMC9srt5Ri5X14GAgXhaHii3GnPAEERYPJgZERf8Ku',
}

/** The mint of USDC on a cluster; `null` where there is none. */
export const usdcMintOf = (cluster: string): string | null => USDC_MINTS[cluster] ?? null
