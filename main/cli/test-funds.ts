import { join } from 'node:path'
import { WindfallError } from '../../shared/errors.ts'
import { assemble } from '../chain/chain.ts'
import { clusterOf } from '../chain/cluster.ts'
import { createSolanaChain, requestAirdrop } from '../chain/solana.ts'
import { MINT_BYTES, issueTestTokenInstructions, testMintOf } from '../chain/test-token.ts'
import { tokenAddress } from '../chain/tokens.ts'
import { loadWallet } from '../chain/wallet.ts'
import { systemClock } from '../kernel/clock.ts'

/** What a test requester may spend, once per data directory. */
export const TEST_DEPOSIT_MICRO_USD = 1_000_000_000n
const HOT_WALLET_LAMPORTS = 100_000_000_000n
const FIRST_DEPOSIT_WAIT_MS = 60_000

/** Only a local chain has a faucet of ours; coins of a public cluster are nobody's to hand out. Error: `config.invalid`. */
async function requireLocalChain(rpcUrl: string): Promise<void> {
  const cluster = clusterOf(await createSolanaChain({ url: rpcUrl }).genesisHash())
  if (cluster !== 'localnet') throw new WindfallError('config.invalid', `${rpcUrl} is ${cluster}. Test wallets and test funds exist on a local chain only.`)
}

/** A wallet kept in the data directory, with the smallest balance a wallet may have on a local test chain. Returns its address. */
export async function openTestWallet(dataDirectory: string, rpcUrl: string): Promise<string> {
  await requireLocalChain(rpcUrl)
  const { address } = loadWallet(join(dataDirectory, 'test-wallet.pem'))
  const chain = createSolanaChain({ url: rpcUrl })
  if (await chain.account(address)) return address
  await requestAirdrop({ url: rpcUrl }, address, await chain.minRent(0))
  await untilFunded(() => chain.account(address))
  return address
}

/** Fills the coordinator's hot wallet from the faucet of a local test chain, once. */
export async function fundHotWallet(rpcUrl: string, address: string): Promise<void> {
  await requireLocalChain(rpcUrl)
  const chain = createSolanaChain({ url: rpcUrl })
  if (await chain.account(address)) return
  await requestAirdrop({ url: rpcUrl }, address, HOT_WALLET_LAMPORTS)
  await untilFunded(() => chain.account(address))
}

const USDC_ISSUED = 10_000_000_000n
const ISSUER_LAMPORTS = 1_000_000_000n

const issuerOf = (dataDirectory: string) => loadWallet(join(dataDirectory, 'test-usdc.pem'))

/** The mint of the test USDC of a data directory, whether it is there yet or not. */
export const testUsdcMint = (dataDirectory: string): string => testMintOf(issuerOf(dataDirectory).address)

/** Issues test USDC on a local test chain and gives `owner` some, once. */
export async function issueTestUsdc(dataDirectory: string, rpcUrl: string, owner: string): Promise<void> {
  await requireLocalChain(rpcUrl)
  const [issuer, chain] = [issuerOf(dataDirectory), createSolanaChain({ url: rpcUrl })]
  const mint = testMintOf(issuer.address)
  if (await chain.account(mint)) return
  if (!(await chain.account(issuer.address))) await requestAirdrop({ url: rpcUrl }, issuer.address, ISSUER_LAMPORTS)
  await untilFunded(() => chain.account(issuer.address))
  const account = tokenAddress(owner, mint, chain.isOnCurve)
  const instructions = issueTestTokenInstructions({ issuer: issuer.address, owner, account, amount: USDC_ISSUED, rent: await chain.minRent(MINT_BYTES) })
  const message = chain.compile(issuer.address, instructions, (await chain.latestBlockhash()).blockhash)
  await chain.send(assemble(message, await issuer.sign(message)))
  await untilFunded(() => chain.account(mint))
}

async function untilFunded(look: () => Promise<unknown>): Promise<void> {
  const timeout = AbortSignal.timeout(FIRST_DEPOSIT_WAIT_MS)
  while (!(await look()))
    if (!(await systemClock.sleep(100, timeout))) throw new WindfallError('chain.unavailable', 'The test chain did not hand out coins in time. Try again.')
}
