import { z } from 'zod'
import { toBase58 } from '../../shared/domain/base58.ts'
import type { SolanaMessage } from '../../shared/domain/solana-transaction.ts'
import { type Bank, hasReached, levelOf, slotAt } from './bank.ts'
import { MAX_AGE_BLOCKS } from './block-hashes.ts'
import type { Landed } from './landing.ts'
import type { Methods } from './methods.ts'
import { RPC, RpcError } from './rpc-error.ts'
import { Address, Config, SignatureText, inContext, readParams, viewOf } from './rpc-params.ts'

const MEMO_PROGRAMS = new Set(['MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr', 'Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo'])
const MAX_STATUSES = 256

/** Memos as a node joins them: `[length] text; [length] text`. */
function memoOf(landed: Landed): string | null {
  const memos = landed.transaction.message.instructions.filter((one) => MEMO_PROGRAMS.has(landed.keys[one.programIdIndex] ?? ''))
  return memos.length === 0 ? null : memos.map((one) => `[${one.data.length}] ${Buffer.from(one.data).toString('utf8')}`).join('; ')
}

function statusOf(bank: Bank, signature: string, searchHistory: boolean) {
  const landed = bank.archive.get(signature)
  const age = landed ? slotAt(bank, 'processed') - landed.slot : 0
  // A node keeps statuses of recent slots only; older ones must be asked for.
  if (!landed || (!searchHistory && age > MAX_AGE_BLOCKS)) return null
  const level = levelOf(bank, landed)
  return {
    slot: landed.slot,
    confirmations: level === 'finalized' ? null : age,
    err: landed.err,
    status: landed.err === null ? { Ok: null } : { Err: landed.err },
    confirmationStatus: level,
  }
}

function signaturesFor(bank: Bank, params: readonly unknown[]) {
  const [address, config] = readParams(params, Address, Config)
  const view = viewOf(bank, config)
  const visible = bank.archive.of(address).filter((landed) => hasReached(bank, landed, view))
  const start = config.before === undefined ? 0 : visible.findIndex((one) => one.signature === config.before) + 1
  const end = visible.findIndex((one) => one.signature === config.until)
  return visible
    .slice(start, end === -1 ? undefined : end)
    .slice(0, config.limit ?? 1_000)
    .map((landed) => ({
      signature: landed.signature,
      slot: landed.slot,
      err: landed.err,
      memo: memoOf(landed),
      blockTime: landed.unixSeconds,
      confirmationStatus: levelOf(bank, landed),
    }))
}

const metaJson = (landed: Landed) => ({
  err: landed.err,
  status: landed.err === null ? { Ok: null } : { Err: landed.err },
  fee: landed.fee,
  preBalances: landed.pre,
  postBalances: landed.post,
  preTokenBalances: landed.preTokens,
  postTokenBalances: landed.postTokens,
  logMessages: landed.logs,
  computeUnitsConsumed: landed.units,
  innerInstructions: landed.inner,
  loadedAddresses: landed.loaded,
  rewards: [],
  ...(landed.returnData ? { returnData: landed.returnData } : {}),
})

const messageJson = (message: SolanaMessage) => ({
  header: {
    numRequiredSignatures: message.requiredSignatures,
    numReadonlySignedAccounts: message.readonlySigned,
    numReadonlyUnsignedAccounts: message.readonlyUnsigned,
  },
  accountKeys: message.keys,
  recentBlockhash: message.recentBlockhash,
  instructions: message.instructions.map((one) => ({
    programIdIndex: one.programIdIndex,
    accounts: one.accountIndexes,
    data: toBase58(one.data),
    stackHeight: null,
  })),
  ...(message.version === 0
    ? { addressTableLookups: message.lookups.map((one) => ({ accountKey: one.table, writableIndexes: one.writable, readonlyIndexes: one.readonly })) }
    : {}),
  ...(message.config ? { transactionConfig: message.config } : {}),
})

function encodedTransaction({ raw, transaction }: Landed, encoding: Config['encoding']) {
  if (encoding === 'base64') return [Buffer.from(raw).toString('base64'), 'base64']
  if (encoding === 'base58') return [toBase58(raw), 'base58']
  return { signatures: transaction.signatures, message: messageJson(transaction.message) }
}

function transactionJson(bank: Bank, params: readonly unknown[]) {
  const encoding = typeof params[1] === 'string' ? { encoding: params[1] } : params[1]
  const [signature, config] = readParams([params[0], encoding], SignatureText, Config)
  const landed = bank.archive.get(signature)
  if (!landed || !hasReached(bank, landed, viewOf(bank, config))) return null
  const { version } = landed.transaction.message
  if (version !== 'legacy' && (config.maxSupportedTransactionVersion ?? -1) < version) {
    throw new RpcError(
      RPC.unsupportedVersion,
      `Transaction version (${version}) is not supported by the requesting client. Please try the request again with the following configuration parameter: "maxSupportedTransactionVersion": ${version}`,
    )
  }
  const shownVersion = config.maxSupportedTransactionVersion === undefined ? {} : { version }
  return { slot: landed.slot, blockTime: landed.unixSeconds, meta: metaJson(landed), transaction: encodedTransaction(landed, config.encoding), ...shownVersion }
}

/** Methods about transactions that landed. */
export const historyMethods: Methods = {
  getSignatureStatuses({ bank }, params) {
    const [signatures, config] = readParams(params, z.array(SignatureText).max(MAX_STATUSES), Config)
    return inContext(
      bank,
      'processed',
      signatures.map((signature) => statusOf(bank, signature, config.searchTransactionHistory ?? false)),
    )
  },
  getSignaturesForAddress: ({ bank }, params) => signaturesFor(bank, params),
  getTransaction: ({ bank }, params) => transactionJson(bank, params),
}
