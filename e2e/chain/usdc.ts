import { randomBytes } from 'node:crypto'
import { fromBase58, toBase58 } from '../../shared/domain/base58.ts'
import { type Chain, assemble } from '../../main/chain/chain.ts'
import {
  TOKEN_ACCOUNT_BYTES,
  TOKEN_PROGRAM,
  type Token,
  createTokenAccountInstruction,
  tokenAddress,
  tokenTransferInstruction,
} from '../../main/chain/tokens.ts'
import { createSigner } from '../../main/kernel/signing.ts'
import type { LocalNode } from '../../main/localnet/localnet.ts'
import { rpc, ticks } from './in-process.ts'
import { type World, createWorld, keyPemFrom, newAddress } from './payout-world.ts'

const MINT_BYTES = 82
const RICH = 10n ** 15n
const FROZEN = 2

const u64 = (value: bigint): Uint8Array => {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, value, true)
  return bytes
}

/** A test USDC, and somebody who has plenty of it. */
export interface Usdc {
  readonly token: Token
  readonly accountOf: (owner: string) => string
  /** Sends some, and opens an account for it where there is none. */
  readonly give: (owner: string, amount: bigint) => Promise<void>
  readonly freeze: (owner: string) => void
  readonly balance: (owner: string) => bigint
}

/** Makes a token with six decimals on a chain in this process. */
export async function issueUsdc(node: LocalNode, chain: Chain, bytes: (count: number) => Uint8Array = randomBytes): Promise<Usdc> {
  const issuer = createSigner(keyPemFrom(bytes))
  const address = toBase58(Buffer.from(issuer.publicJwk.x, 'base64url'))
  const mint = newAddress(bytes)
  const token = { mint, decimals: 6 }
  const accountOf = (owner: string) => tokenAddress(owner, mint, chain.isOnCurve)
  const { svm } = node.bank
  const put = (place: string, data: Uint8Array) => svm.setAccount(place, { lamports: svm.minRent(data.length), data, owner: TOKEN_PROGRAM, executable: false })
  const mintData = new Uint8Array(MINT_BYTES)
  mintData.set([1, 0, 0, 0, ...fromBase58(address), ...u64(RICH), token.decimals, 1])
  put(mint, mintData)
  const held = new Uint8Array(TOKEN_ACCOUNT_BYTES)
  held.set([...fromBase58(mint), ...fromBase58(address), ...u64(RICH)])
  held[108] = 1
  put(accountOf(address), held)
  await rpc(node, 'requestAirdrop', address, 10_000_000_000)
  ticks(node, 3)
  return {
    token,
    accountOf,
    async give(owner, amount) {
      const { blockhash } = await chain.latestBlockhash()
      const instructions = [
        createTokenAccountInstruction(address, { owner, account: accountOf(owner), mint }),
        tokenTransferInstruction({ from: accountOf(address), to: accountOf(owner), authority: address, amount }, token),
      ]
      const message = chain.compile(address, instructions, blockhash)
      await chain.send(assemble(message, await issuer.sign(message)))
      ticks(node, 8)
    },
    freeze(owner) {
      const account = svm.account(accountOf(owner))
      if (!account) throw new Error('there is no account to freeze')
      const data = Uint8Array.from(account.data)
      data[108] = FROZEN
      put(accountOf(owner), data)
    },
    balance: (owner) => {
      const data = svm.account(accountOf(owner))?.data
      return data ? new DataView(data.buffer, data.byteOffset).getBigUint64(64, true) : 0n
    },
  }
}

/** A world whose hot wallet holds 30 USDC, too. */
export async function createUsdcWorld(): Promise<{ readonly world: World; readonly usdc: Usdc }> {
  const world = await createWorld()
  const usdc = await issueUsdc(world.node, world.chain)
  await usdc.give(world.wallet.address, 30_000_000n)
  return { world, usdc }
}
