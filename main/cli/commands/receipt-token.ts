import type { Command } from 'commander'
import { parse } from '../../../shared/contract/define.ts'
import { SolanaAddress } from '../../../shared/contract/wire.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { clusterOf } from '../../chain/cluster.ts'
import { createSolanaChain } from '../../chain/solana.ts'
import { systemClock } from '../../kernel/clock.ts'
import { type CommonOptions, action, createCommand, dataDirectoryOf, requireHttp } from '../command.ts'
import { sol } from '../format.ts'
import { type ReceiptOnDisk, namedReceipt } from '../receipt-files.ts'
import { type TokenDeps, type TokenQuote, burnToken, claimOf, mintToken, quoteToken } from '../receipt-token.ts'
import { readKeypair } from '../vault-key.ts'
import { verifyFile } from './receipt-verify.ts'

interface TokenOptions extends CommonOptions {
  readonly rpc: string
  readonly keypair: string
  readonly yes?: true
}

const LOOK_MS = 1_000

const pause = () => systemClock.sleep(LOOK_MS, new AbortController().signal)

const tokenCommand = (name: string, description: string): Command =>
  createCommand(name, description)
    .argument('<receipt>', 'receipt id, or a .wfreceipt file')
    .requiredOption('--rpc <url>', 'the Solana RPC of the cluster on which to do it')
    .requiredOption('--keypair <file>', 'your wallet, a keypair file of the Solana command line: it pays, and it holds the token')
    .option('--yes', 'do it; without this, what it costs is shown and nothing happens')

/** A token points at a receipt that holds. Error: `input.invalid`. */
async function validReceipt(name: string, options: TokenOptions): Promise<ReceiptOnDisk> {
  const receipt = namedReceipt(dataDirectoryOf(options), name)
  if ((await verifyFile({ file: receipt.file })).exitCode === 0) return receipt
  throw new WindfallError('input.invalid', `${receipt.file} is not a valid receipt. See why with: windfall receipt verify ${receipt.file}`)
}

function open({ rpc, keypair }: TokenOptions) {
  requireHttp(rpc, '--rpc')
  const chain = createSolanaChain({ url: rpc })
  const deps: TokenDeps = { chain, pause }
  return { chain, deps, wallet: readKeypair(keypair) }
}

const linesOf = (quote: TokenQuote, cluster: string): string[] => [
  `token    ${quote.mint} on ${cluster}, ${quote.isMinted ? 'yours already' : 'not made yet'}`,
  `wallet   ${quote.wallet}, which holds ${sol(quote.balanceLamports)}`,
  `rent     ${sol(quote.rentLamports)}, which comes back when the token is burnt`,
  `fee      ${sol(quote.feeLamports)}, which does not`,
]

export interface TokenQuestion {
  readonly wallet?: string | undefined
  readonly rpc?: string | undefined
}

/** Whether a wallet holds a receipt as a token, in a line; none if that was not asked. Errors: `input.invalid`, `chain.unavailable`. */
export async function tokenLine(receipt: ReceiptOnDisk, { wallet, rpc }: TokenQuestion): Promise<string[]> {
  if (wallet === undefined && rpc === undefined) return []
  if (wallet === undefined || rpc === undefined) throw new WindfallError('input.invalid', '--wallet and --rpc go together.')
  requireHttp(rpc, '--rpc')
  const { mint, isMinted } = await quoteToken({ chain: createSolanaChain({ url: rpc }), pause }, parse(SolanaAddress, wallet, 'wallet'), claimOf(receipt))
  return [isMinted ? `token: ${mint}, held by ${wallet}` : `token: ${wallet} holds none`]
}

const mint = () =>
  action<TokenOptions>(
    tokenCommand('mint', 'have a receipt as a token in your wallet that cannot be sold or given away; it points into the log, and you pay for it'),
    async (options, output, [name = '']) => {
      const { chain, deps, wallet } = open(options)
      const claim = claimOf(await validReceipt(name, options))
      const cluster = clusterOf(await chain.genesisHash())
      const quote = await quoteToken(deps, wallet.address, claim)
      if (!options.yes || quote.isMinted)
        return output.answer({ ...quote, cluster, signature: null }, () => [...linesOf(quote, cluster), ...(quote.isMinted ? [] : ['Do it with --yes.'])])
      for (const line of linesOf(quote, cluster)) output.progress(line)
      const signature = await mintToken(deps, wallet, claim)
      output.answer({ ...quote, isMinted: true, cluster, signature }, () => [`Made, for good: ${signature ?? 'it was there already'}`])
    },
  )

const burn = () =>
  action<TokenOptions>(
    tokenCommand('burn', 'burn the token of a receipt and have its rent back; the receipt itself stays what it is'),
    async (options, output, [name = '']) => {
      const { chain, deps, wallet } = open(options)
      const claim = claimOf(await validReceipt(name, options))
      const cluster = clusterOf(await chain.genesisHash())
      const quote = await quoteToken(deps, wallet.address, claim)
      if (!options.yes || !quote.isMinted)
        return output.answer({ ...quote, cluster, signature: null }, () => [...linesOf(quote, cluster), ...(quote.isMinted ? ['Burn it with --yes.'] : [])])
      const signature = await burnToken(deps, wallet, claim)
      output.answer({ ...quote, isMinted: false, cluster, signature }, () => [
        `Burnt; ${sol(quote.rentLamports)} are back: ${signature ?? 'it was gone already'}`,
      ])
    },
  )

/** `windfall receipt mint` and `windfall receipt burn`. */
export const tokenCommands = (): readonly [Command, Command] => [mint(), burn()]
