/**
 * The only file that knows LiteSVM. It takes the package's inner class, which works on bytes: the documented entry takes
 * kit transactions, would decode and re-encode every one, and hides nothing we need. The version is pinned exactly.
 */
import { createHash } from 'node:crypto'
import { Account, Clock, FailedTransactionMetadata, LiteSvm, Rent, type TransactionMetadata } from 'litesvm/dist/internal.js'
import { fromBase58, toBase58 } from '../../shared/domain/base58.ts'
import { type TransactionError, errorOf } from './svm-errors.ts'

export interface SvmAccount {
  readonly lamports: bigint
  readonly data: Uint8Array
  readonly owner: string
  readonly executable: boolean
}

interface InnerInstruction {
  readonly programIdIndex: number
  readonly accounts: readonly number[]
  readonly data: string
  readonly stackHeight: number
}

export interface Execution {
  readonly err: TransactionError | null
  readonly logs: readonly string[]
  readonly units: number
  readonly inner: readonly { readonly index: number; readonly instructions: readonly InnerInstruction[] }[]
  readonly returnData: { readonly programId: string; readonly data: readonly [string, 'base64'] } | null
}

interface SlotInfo {
  readonly slot: number
  readonly unixSeconds: number
  /** Newest first. */
  readonly hashes: readonly { readonly slot: number; readonly hash: string }[]
}

export interface Svm {
  readonly execute: (raw: Uint8Array) => Execution
  readonly simulate: (raw: Uint8Array, options: { verify: boolean }) => Execution
  readonly account: (address: string) => SvmAccount | null
  readonly balance: (address: string) => bigint
  readonly setAccount: (address: string, account: SvmAccount) => void
  readonly ownedBy: (program: string) => string[]
  readonly minRent: (bytes: number) => bigint
  readonly enterSlot: (info: SlotInfo) => void
  /** Moves the hash that durable nonces are made from. Deterministic, so a replay makes the same nonces. */
  readonly rotateNonceSeed: () => void
  /** The value a nonce account takes when it advances now. */
  readonly nextNonce: () => Uint8Array
  readonly firstSlot: number
}

function returnDataOf(meta: TransactionMetadata): Execution['returnData'] {
  const data = meta.returnData()
  if (data.data().length === 0) return null
  return { programId: toBase58(data.programId()), data: [Buffer.from(data.data()).toString('base64'), 'base64'] }
}

const innerOf = (meta: TransactionMetadata): Execution['inner'] =>
  meta
    .innerInstructions()
    .map((list, index) => ({
      index,
      instructions: list.map((one) => {
        const instruction = one.instruction()
        return {
          programIdIndex: instruction.programIdIndex(),
          accounts: [...instruction.accounts()],
          data: toBase58(instruction.data()),
          stackHeight: one.stackHeight(),
        }
      }),
    }))
    .filter((one) => one.instructions.length > 0)

function executionOf(meta: TransactionMetadata, err: TransactionError | null): Execution {
  return { err, logs: meta.logs(), units: Number(meta.computeUnitsConsumed()), inner: innerOf(meta), returnData: returnDataOf(meta) }
}

function readAccount(account: Account | null): SvmAccount | null {
  if (!account || (account.lamports() === 0n && account.data().length === 0)) return null
  return { lamports: account.lamports(), data: account.data(), owner: toBase58(account.owner()), executable: account.executable() }
}

/** A Solana runtime without slots, block hashes or history. `rentPerByte` is in lamports (mainnet: 5080 since SIMD-0437 step 2). */
export function createSvm({ rentPerByte }: { rentPerByte: bigint }): Svm {
  const svm = new LiteSvm()
  svm.setRent(new Rent(rentPerByte, 1, 50))
  // LiteSVM knows only its newest hash; the age of a transaction is checked by the bank.
  svm.setBlockhashCheck(false)
  return {
    execute(raw) {
      const result = svm.sendVersionedTransaction(raw)
      return result instanceof FailedTransactionMetadata ? executionOf(result.meta(), errorOf(result)) : executionOf(result, null)
    },
    simulate(raw, { verify }) {
      // The runtime has one switch for signature checks, shared by execution and simulation.
      svm.setSigverify(verify)
      try {
        const result = svm.simulateVersionedTransaction(raw)
        return result instanceof FailedTransactionMetadata ? executionOf(result.meta(), errorOf(result)) : executionOf(result.meta(), null)
      } finally {
        svm.setSigverify(true)
      }
    },
    account: (address) => readAccount(svm.getAccount(fromBase58(address))),
    balance: (address) => svm.getBalance(fromBase58(address)) ?? 0n,
    setAccount: (address, { lamports, data, owner, executable }) =>
      svm.setAccount(fromBase58(address), new Account(lamports, data, fromBase58(owner), executable, 0n)),
    ownedBy: (program) => svm.getProgramAccounts(fromBase58(program)).map((found) => toBase58(found.address)),
    minRent: (bytes) => svm.minimumBalanceForRentExemption(BigInt(bytes)),
    enterSlot({ slot, unixSeconds, hashes }) {
      const epoch = BigInt(Math.floor(slot / 432_000))
      svm.setClock(new Clock(BigInt(slot), 0n, epoch, epoch + 1n, BigInt(unixSeconds)))
      svm.setSlotHashes(hashes.map((one) => ({ slot: BigInt(one.slot), hash: one.hash })))
    },
    rotateNonceSeed: () => svm.expireBlockhash(),
    nextNonce: () => createHash('sha256').update('DURABLE_NONCE').update(fromBase58(svm.latestBlockhash())).digest(),
    firstSlot: Number(svm.getClock().slot),
  }
}
