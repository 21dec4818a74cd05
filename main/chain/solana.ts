/** The only file that knows @solana/web3.js. Another library, or another version of this one, is a change here alone. */
import {
  Connection,
  MessageV0,
  PublicKey,
  TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
  type VersionedTransactionResponse,
} from '@solana/web3.js'
import { WindfallError, messageOf } from '../../shared/errors.ts'
import { lamports } from '../../shared/units.ts'
import { systemClock, type Clock } from '../kernel/clock.ts'
import { random as systemRandom } from '../kernel/random.ts'
import type { Chain, ChainTransaction, TokenChange } from './chain.ts'
import { blameOf } from './blame.ts'
import { discreet } from './discreet.ts'
import { type Instruction, MEMO_PROGRAM } from './instructions.ts'
import { type Fetch, createRpcFetch } from './rpc-fetch.ts'

/** Every reader passes this: without it, one newer transaction makes a whole call fail. */
const MAX_VERSION = { maxSupportedTransactionVersion: 1 } as const

export interface SolanaOptions {
  readonly url: string
  readonly clock?: Clock
  readonly fetch?: Fetch
  readonly timeoutMs?: number
  readonly tries?: number
  readonly pauseMs?: number
  readonly random?: () => number
}

const errorText = (err: unknown): string | null => (err === null || err === undefined ? null : JSON.stringify(err))

const toWeb3 = ({ program, accounts, data }: Instruction): TransactionInstruction =>
  new TransactionInstruction({
    programId: new PublicKey(program),
    keys: accounts.map(({ address, signer, writable }) => ({ pubkey: new PublicKey(address), isSigner: signer, isWritable: writable })),
    data: Buffer.from(data),
  })

type Meta = NonNullable<VersionedTransactionResponse['meta']>

function tokenChanges({ preTokenBalances, postTokenBalances }: Meta, keys: readonly string[]): TokenChange[] {
  const found = new Map<number, TokenChange>()
  const add = (balances: Meta['postTokenBalances'], sign: bigint) => {
    for (const { accountIndex, mint, owner, uiTokenAmount } of balances ?? []) {
      const known = found.get(accountIndex) ?? { account: keys[accountIndex] ?? '', mint, owner: owner ?? '', change: 0n }
      found.set(accountIndex, { ...known, change: known.change + sign * BigInt(uiTokenAmount.amount) })
    }
  }
  add(preTokenBalances, -1n)
  add(postTokenBalances, 1n)
  return [...found.values()]
}

function toChainTransaction({ slot, blockTime, meta, transaction }: VersionedTransactionResponse): ChainTransaction {
  if (!meta) throw new WindfallError('chain.unavailable', 'The Solana endpoint keeps no details of transactions. Use one that does.')
  const { message } = transaction
  const keys = [...message.staticAccountKeys, ...(meta.loadedAddresses?.writable ?? []), ...(meta.loadedAddresses?.readonly ?? [])].map(String)
  const memos = message.compiledInstructions.filter((one) => keys[one.programIdIndex] === MEMO_PROGRAM).map((one) => new TextDecoder().decode(one.data))
  const changes = new Map(keys.map((key, index) => [key, lamports(BigInt(meta.postBalances[index] ?? 0) - BigInt(meta.preBalances[index] ?? 0))]))
  return {
    slot,
    err: errorText(meta.err),
    fee: lamports(BigInt(meta.fee)),
    memos,
    blockTime: blockTime ?? null,
    changes,
    tokenChanges: tokenChanges(meta, keys),
  }
}

/** Anything the library throws means the same to us: we do not know. */
async function ask<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof WindfallError) throw error
    throw new WindfallError('chain.unavailable', `The Solana endpoint answered with an error: ${messageOf(error)}`, { cause: error })
  }
}

function connect({
  url,
  clock = systemClock,
  fetch = globalThis.fetch,
  timeoutMs = 10_000,
  tries = 3,
  pauseMs = 600,
  random = systemRandom,
}: SolanaOptions): Connection {
  return new Connection(url, {
    commitment: 'confirmed',
    disableRetryOnRateLimit: true,
    httpAgent: false,
    fetch: createRpcFetch({ clock, fetch, timeoutMs, tries, pauseMs, random }),
  })
}

/** Asks the faucet of a test cluster for play money. Returns the signature; the money comes when that has landed. */
export const requestAirdrop = (options: SolanaOptions, address: string, amount: bigint): Promise<string> =>
  ask(() => connect(options).requestAirdrop(new PublicKey(address), Number(amount)))

const pure: Pick<Chain, 'compile' | 'isOnCurve'> = {
  compile: (payer, instructions, blockhash) =>
    new TransactionMessage({ payerKey: new PublicKey(payer), recentBlockhash: blockhash, instructions: instructions.map(toWeb3) })
      .compileToV0Message()
      .serialize(),
  isOnCurve: (address) => PublicKey.isOnCurve(address),
}

/**
 * The newest finalized slot that a height was read at. One endpoint often stands for several nodes, some of them behind: what
 * one of them has finalized, whoever answers about the past afterwards must have finalized too, or its silence would prove nothing.
 */
interface Horizon {
  slot: number
}

function readers(connection: Connection, horizon: Horizon): Pick<Chain, 'historyOf' | 'account' | 'accountData' | 'transaction' | 'statuses' | 'blockHeight'> {
  return {
    blockHeight: (commitment) =>
      ask(async () => {
        const { absoluteSlot, blockHeight } = await connection.getEpochInfo(commitment)
        if (blockHeight === undefined) throw new WindfallError('chain.unavailable', 'The Solana endpoint does not say how high its chain is. Use another one.')
        if (commitment === 'finalized') horizon.slot = Math.max(horizon.slot, absoluteSlot)
        return blockHeight
      }),
    statuses: (signatures) =>
      ask(async () => {
        const { value } = await connection.getSignatureStatuses([...signatures], { searchTransactionHistory: true })
        return value.map((one) => one && { slot: one.slot, level: one.confirmationStatus ?? 'processed', err: errorText(one.err) })
      }),
    historyOf: (address, request) =>
      ask(async () => {
        const found = await connection.getSignaturesForAddress(new PublicKey(address), { ...request, minContextSlot: horizon.slot }, 'finalized')
        return found.map(({ signature, slot, err, memo }) => ({ signature, slot, err: errorText(err), memo }))
      }),
    account: (address) =>
      ask(async () => {
        const found = await connection.getAccountInfo(new PublicKey(address), { commitment: 'confirmed', dataSlice: { offset: 0, length: 0 } })
        return found && { lamports: lamports(BigInt(found.lamports)), owner: found.owner.toBase58(), executable: found.executable }
      }),
    accountData: (address, commitment) =>
      ask(async () => {
        const asOf = commitment === 'finalized' ? { commitment, minContextSlot: horizon.slot } : commitment
        const { context, value: found } = await connection.getAccountInfoAndContext(new PublicKey(address), asOf)
        if (commitment === 'finalized') horizon.slot = Math.max(horizon.slot, context.slot)
        return (
          found && { lamports: lamports(BigInt(found.lamports)), owner: found.owner.toBase58(), executable: found.executable, data: new Uint8Array(found.data) }
        )
      }),
    transaction: (signature) =>
      ask(async () => {
        const found = await connection.getTransaction(signature, { ...MAX_VERSION, commitment: 'finalized' })
        return found && toChainTransaction(found)
      }),
  }
}

/** A cluster behind one JSON-RPC endpoint, whose address is said in no error as far as it is secret. */
export const createSolanaChain = (options: SolanaOptions): Chain => discreet(openChain(options), options.url)

function openChain(options: SolanaOptions): Chain {
  const connection = connect(options)
  return {
    ...pure,
    ...readers(connection, { slot: 0 }),
    genesisHash: () => ask(() => connection.getGenesisHash()),
    latestBlockhash: () =>
      ask(async () => {
        const { context, value } = await connection.getLatestBlockhashAndContext('confirmed')
        return { ...value, slot: context.slot }
      }),
    fee: (message) =>
      ask(async () => {
        const { value } = await connection.getFeeForMessage(MessageV0.deserialize(message), 'confirmed')
        return value === null ? null : lamports(BigInt(value))
      }),
    simulate: (transaction) =>
      ask(async () => {
        const { value } = await connection.simulateTransaction(VersionedTransaction.deserialize(transaction), { sigVerify: false, commitment: 'confirmed' })
        return { err: errorText(value.err), units: value.unitsConsumed ?? 0, logs: value.logs ?? [], blame: blameOf(errorText(value.err)) }
      }),
    send: (transaction) => ask(() => connection.sendRawTransaction(transaction, { skipPreflight: true, maxRetries: 0, preflightCommitment: 'confirmed' })),
    minRent: (bytes) => ask(async () => lamports(BigInt(await connection.getMinimumBalanceForRentExemption(bytes, 'confirmed')))),
  }
}
