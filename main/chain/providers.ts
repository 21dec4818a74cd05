import { isDeepStrictEqual } from 'node:util'
import { WindfallError } from '../../shared/errors.ts'
import type { Chain, Commitment, HistoryItem, HistoryRequest, SignatureStatus } from './chain.ts'

/** Providers that must agree before silence means anything, if there are as many. */
const WITNESSES = 2
const LEVELS: readonly Commitment[] = ['processed', 'confirmed', 'finalized']

/** The first answer in the order of the providers: for reads that decide nothing about whether money has moved. */
async function first<T>(chains: readonly Chain[], ask: (chain: Chain) => Promise<T>): Promise<T> {
  let failure: unknown
  for (const chain of chains) {
    try {
      return await ask(chain)
    } catch (error) {
      failure = error
    }
  }
  throw failure
}

/** Answers of at least two providers (or of the only one). Error: `chain.unavailable`. */
async function witnesses<T>(chains: readonly Chain[], ask: (chain: Chain) => Promise<T>): Promise<T[]> {
  const settled = await Promise.allSettled(chains.map(ask))
  const answers = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  if (answers.length >= Math.min(WITNESSES, chains.length)) return answers
  throw settled.find((one) => one.status === 'rejected')?.reason ?? new WindfallError('chain.unavailable', 'No Solana endpoint is configured.')
}

/** The answer that all witnesses give: for state that proves what can no longer happen. Error: `chain.unavailable` while they differ. */
async function agreed<T>(chains: readonly Chain[], ask: (chain: Chain) => Promise<T>): Promise<T> {
  const [answer, ...others] = await witnesses(chains, ask)
  if (others.every((other) => isDeepStrictEqual(other, answer))) return answer as T
  throw new WindfallError('chain.unavailable', 'The Solana endpoints do not agree about an account yet. Windfall asks again.')
}

/** Whoever saw most is right: a node can miss what happened, but not invent it. */
function furthest(statuses: readonly (SignatureStatus | null | undefined)[]): SignatureStatus | null {
  const seen = statuses.filter((one) => one !== null && one !== undefined)
  return seen.toSorted((a, b) => LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level))[0] ?? null
}

async function sendToAll(chains: readonly Chain[], transaction: Uint8Array): Promise<string> {
  const settled = await Promise.allSettled(chains.map((chain) => chain.send(transaction)))
  const taken = settled.find((one) => one.status === 'fulfilled')
  if (taken) return taken.value
  throw settled.find((one) => one.status === 'rejected')?.reason
}

/** A full page says nothing about what is older than it, so the union goes back no further: the rest comes with the next page. */
async function mergedHistory(chains: readonly Chain[], address: string, request: HistoryRequest): Promise<HistoryItem[]> {
  const pages = await witnesses(chains, (chain) => chain.historyOf(address, request))
  const known = Math.max(0, ...pages.filter((page) => page.length >= request.limit).map((page) => page.at(-1)?.slot ?? 0))
  const union = [...new Map(pages.flat().map((item) => [item.signature, item])).values()]
  return union.filter(({ slot }) => slot >= known).toSorted((a, b) => b.slot - a.slot)
}

/**
 * Several endpoints of one cluster as one. Transactions go to all; what decides whether money has moved (heights,
 * statuses, history) needs two answers and takes the most careful reading of them; everything else takes the first
 * answer. Error of `genesisHash`: `config.invalid` if the endpoints belong to different clusters.
 */
export function joinProviders(chains: readonly [Chain, ...Chain[]]): Chain {
  const [primary] = chains
  if (chains.length === 1) return primary
  return {
    compile: primary.compile,
    isOnCurve: primary.isOnCurve,
    async genesisHash() {
      const hashes = new Set(await witnesses(chains, (chain) => chain.genesisHash()))
      const [hash] = hashes
      if (hashes.size === 1 && hash !== undefined) return hash
      throw new WindfallError('config.invalid', 'The configured Solana endpoints belong to different clusters. Configure endpoints of one cluster only.')
    },
    blockHeight: async (commitment) => Math.min(...(await witnesses(chains, (chain) => chain.blockHeight(commitment)))),
    async statuses(signatures) {
      const answers = await witnesses(chains, (chain) => chain.statuses(signatures))
      return signatures.map((_signature, index) => furthest(answers.map((answer) => answer[index])))
    },
    historyOf: (address, request) => mergedHistory(chains, address, request),
    send: (transaction) => sendToAll(chains, transaction),
    latestBlockhash: () => first(chains, (chain) => chain.latestBlockhash()),
    fee: (message) => first(chains, (chain) => chain.fee(message)),
    simulate: (transaction) => first(chains, (chain) => chain.simulate(transaction)),
    account: (address) => first(chains, (chain) => chain.account(address)),
    accountData: (address, commitment) =>
      commitment === 'finalized'
        ? agreed(chains, (chain) => chain.accountData(address, commitment))
        : first(chains, (chain) => chain.accountData(address, commitment)),
    minRent: (bytes) => first(chains, (chain) => chain.minRent(bytes)),
    transaction: (signature) => first(chains, (chain) => chain.transaction(signature)),
  }
}
