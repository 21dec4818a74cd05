import { decodeMessage, type SolanaMessage } from '../../shared/domain/solana-transaction.ts'
import { type Bank, heightAt, slotAt } from './bank.ts'
import { MAX_AGE_BLOCKS } from './block-hashes.ts'
import type { Methods } from './methods.ts'
import { RPC, RpcError } from './rpc-error.ts'
import { Config, Count, inContext, readBytes, readParams, viewOf } from './rpc-params.ts'
import { z } from 'zod'

const COMPUTE_BUDGET_PROGRAM = 'ComputeBudget111111111111111111111111111111'
const SLOTS_PER_EPOCH = 432_000
const LAMPORTS_PER_SIGNATURE = 5_000n
const DEFAULT_UNITS_PER_INSTRUCTION = 200_000n

/** Priority fee in lamports: requested limit × price in micro-lamports, rounded up; v1 states it outright. */
function priorityFee(message: SolanaMessage): bigint {
  if (message.config) return message.config.priorityFee ?? 0n
  let limit = DEFAULT_UNITS_PER_INSTRUCTION * BigInt(message.instructions.length)
  let price = 0n
  for (const { programIdIndex, data } of message.instructions) {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
    if (message.keys[programIdIndex] !== COMPUTE_BUDGET_PROGRAM) continue
    if (data[0] === 2 && data.length === 5) limit = BigInt(view.getUint32(1, true))
    if (data[0] === 3 && data.length === 9) price = view.getBigUint64(1, true)
  }
  return (limit * price + 999_999n) / 1_000_000n
}

function feeForMessage(bank: Bank, params: readonly unknown[]) {
  const [, config] = readParams(params, z.string(), Config)
  let message: SolanaMessage
  try {
    message = decodeMessage(readBytes(params[0], 'base64'))
  } catch (error) {
    throw error instanceof RpcError ? error : new RpcError(RPC.invalidParams, `failed to deserialize: ${String(error)}`)
  }
  const fee = LAMPORTS_PER_SIGNATURE * BigInt(message.requiredSignatures) + priorityFee(message)
  return inContext(bank, viewOf(bank, config), bank.hashes.isValid(message.recentBlockhash) ? fee : null)
}

function epochInfo(bank: Bank, params: readonly unknown[]) {
  const [config] = readParams(params, Config)
  const view = viewOf(bank, config)
  const absoluteSlot = slotAt(bank, view)
  return {
    absoluteSlot,
    blockHeight: heightAt(bank, view),
    epoch: Math.floor(absoluteSlot / SLOTS_PER_EPOCH),
    slotIndex: absoluteSlot % SLOTS_PER_EPOCH,
    slotsInEpoch: SLOTS_PER_EPOCH,
    transactionCount: bank.archive.size(),
  }
}

/** Methods about the chain itself: identity, slots, hashes, fees. */
export const chainMethods: Methods = {
  getHealth: () => 'ok',
  getVersion: () => ({ 'solana-core': '4.3.0', 'feature-set': 0 }),
  getGenesisHash: ({ bank }) => bank.genesisHash,
  getEpochInfo: ({ bank }, params) => epochInfo(bank, params),
  getTransactionCount: ({ bank }) => bank.archive.size(),
  getFeeForMessage: ({ bank }, params) => feeForMessage(bank, params),
  getSlot({ bank }, params) {
    const [config] = readParams(params, Config)
    return slotAt(bank, viewOf(bank, config))
  },
  getBlockHeight({ bank }, params) {
    const [config] = readParams(params, Config)
    return heightAt(bank, viewOf(bank, config))
  },
  getBlockTime({ bank }, params) {
    const [slot] = readParams(params, Count)
    return bank.archive.inSlot(slot)[0]?.unixSeconds ?? bank.unixSeconds()
  },
  getLatestBlockhash({ bank }, params) {
    const [config] = readParams(params, Config)
    const view = viewOf(bank, config)
    const height = heightAt(bank, view)
    return inContext(bank, view, { blockhash: bank.hashes.hashAt(height), lastValidBlockHeight: height + MAX_AGE_BLOCKS })
  },
  isBlockhashValid({ bank }, params) {
    const [hash, config] = readParams(params, z.string().max(44), Config)
    return inContext(bank, viewOf(bank, config), bank.hashes.isValid(hash))
  },
  getRecentPrioritizationFees({ bank }) {
    const newest = slotAt(bank, 'processed')
    return Array.from({ length: Math.min(MAX_AGE_BLOCKS, newest - bank.firstSlot + 1) }, (_, back) => ({ slot: newest - back, prioritizationFee: 0 }))
  },
}
