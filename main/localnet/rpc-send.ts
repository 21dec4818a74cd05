import { z } from 'zod'
import { decodeTransaction, maxTransactionBytes } from '../../shared/domain/solana-transaction.ts'
import { type Bank, enterPresent, heightAt, staleness, submit } from './bank.ts'
import { MAX_AGE_BLOCKS } from './block-hashes.ts'
import type { Incoming } from './landing.ts'
import type { Methods, Node } from './methods.ts'
import { RPC, RpcError } from './rpc-error.ts'
import { Address, Config, inContext, readBytes, readParams, viewOf } from './rpc-params.ts'
import type { Execution } from './svm.ts'

function readTransaction(text: unknown, encoding: Config['encoding']): Incoming {
  const raw = readBytes(text, encoding)
  try {
    const transaction = decodeTransaction(raw)
    const limit = maxTransactionBytes(transaction.message.version)
    if (raw.length > limit) throw new RangeError(`transaction too large: ${raw.length} bytes (max: ${limit} bytes)`)
    return { raw, transaction, signature: transaction.signatures[0] ?? '' }
  } catch (error) {
    throw new RpcError(RPC.invalidParams, `failed to deserialize transaction: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const NOT_RUN: Omit<Execution, 'err'> = { logs: [], units: 0, inner: [], returnData: null }

function trial(bank: Bank, incoming: Incoming, { sigVerify = false, replaceRecentBlockhash = false }: Config): Execution {
  const stale = replaceRecentBlockhash ? null : staleness(bank, incoming)
  if (stale !== null) return { ...NOT_RUN, err: stale }
  enterPresent(bank)
  return bank.svm.simulate(incoming.raw, { verify: sigVerify })
}

const trialJson = ({ err, logs, units, returnData }: Execution) => ({ err, logs, accounts: null, unitsConsumed: units, returnData, innerInstructions: null })

/** The sentence a node gives for a failed preflight; clients show it to people. */
function describe(err: Execution['err']): string {
  if (typeof err === 'string')
    return err === 'BlockhashNotFound' ? 'Blockhash not found' : err === 'AlreadyProcessed' ? 'This transaction has already been processed' : err
  const detail = err?.['InstructionError']
  return Array.isArray(detail) ? `Error processing Instruction ${String(detail[0])}: ${JSON.stringify(detail[1])}` : JSON.stringify(err)
}

function send({ bank, chaos }: Node, params: readonly unknown[]): string {
  const [config] = readParams([params[1]], Config)
  const incoming = readTransaction(params[0], config.encoding)
  if (!config.skipPreflight) {
    const result = trial(bank, incoming, { sigVerify: true })
    if (result.err !== null) throw new RpcError(RPC.preflightFailure, `Transaction simulation failed: ${describe(result.err)}`, trialJson(result))
  }
  if (!chaos.drop?.(incoming.transaction)) submit(bank, incoming, chaos.delaySlots?.(incoming.transaction) ?? 0)
  if (chaos.loseReply?.(incoming.transaction)) throw new RpcError(RPC.unhealthy, 'Node is unhealthy: the reply was lost (injected fault)')
  return incoming.signature
}

function simulate({ bank }: Node, params: readonly unknown[]) {
  const [config] = readParams([params[1]], Config)
  const view = viewOf(bank, config)
  const result = trialJson(trial(bank, readTransaction(params[0], config.encoding), config))
  const height = heightAt(bank, view)
  const replacement = config.replaceRecentBlockhash
    ? { replacementBlockhash: { blockhash: bank.hashes.hashAt(height), lastValidBlockHeight: height + MAX_AGE_BLOCKS } }
    : {}
  return inContext(bank, view, { ...result, ...replacement })
}

async function airdrop({ bank, faucet }: Node, params: readonly unknown[]): Promise<string> {
  const [to, lamports] = readParams(params, Address, z.number().int().min(1).max(1_000_000_000_000_000))
  const gift = await faucet.pay(to, BigInt(lamports), bank.hashes.hashAt(heightAt(bank, 'processed')))
  submit(bank, gift)
  return gift.signature
}

/** Methods that take transactions in. */
export const sendMethods: Methods = { sendTransaction: send, simulateTransaction: simulate, requestAirdrop: airdrop }
