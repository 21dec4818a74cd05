import { z } from 'zod'
import { fromBase58, isAddress } from '../../shared/domain/base58.ts'
import { type Bank, type Commitment, slotAt } from './bank.ts'
import { RPC, RpcError } from './rpc-error.ts'

export const Address = z.string().max(44).refine(isAddress, 'not a valid address')
export const SignatureText = z.string().min(64).max(88).refine(isSignature, 'not a valid signature')
export const Count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const Base64Text = z.string().max(8_192)

/** The options object most methods take last. Unknown members are ignored, as a real node does. */
export const Config = z
  .object({
    commitment: z.enum(['processed', 'confirmed', 'finalized']),
    encoding: z.enum(['base58', 'base64', 'jsonParsed', 'json']),
    minContextSlot: Count,
    maxSupportedTransactionVersion: z.number().int().min(0).max(255),
    searchTransactionHistory: z.boolean(),
    skipPreflight: z.boolean(),
    sigVerify: z.boolean(),
    replaceRecentBlockhash: z.boolean(),
    limit: z.number().int().min(1).max(1_000),
    before: SignatureText,
    until: SignatureText,
    dataSlice: z.object({ offset: Count, length: Count }),
  })
  .partial()
  .nullish()
  .transform((config) => config ?? {})
export type Config = z.infer<typeof Config>

function isSignature(text: string): boolean {
  try {
    return fromBase58(text).length === 64
  } catch {
    return false
  }
}

/** Reads a method's positional parameters; missing ones count as `undefined`. Error: `-32602`. */
export function readParams<const T extends readonly z.ZodType[]>(raw: readonly unknown[], ...schemas: T): { [K in keyof T]: z.output<T[K]> } {
  const values = schemas.map((schema, index) => {
    const result = schema.safeParse(raw[index])
    if (!result.success) throw new RpcError(RPC.invalidParams, `Invalid params: parameter ${index + 1}: ${result.error.issues[0]?.message ?? 'not valid'}`)
    return result.data
  })
  return values as { [K in keyof T]: z.output<T[K]> }
}

/** The commitment of a read, `finalized` unless asked otherwise. Error: `-32016` if that view is older than the caller insists on. */
export function viewOf(bank: Bank, { commitment = 'finalized', minContextSlot = 0 }: Config): Commitment {
  if (slotAt(bank, commitment) < minContextSlot)
    throw new RpcError(RPC.minContextSlot, 'Minimum context slot has not been reached', { contextSlot: slotAt(bank, commitment) })
  return commitment
}

/** Wraps an answer with the slot it is true for. */
export const inContext = <T>(bank: Bank, commitment: Commitment, value: T) => ({ context: { slot: slotAt(bank, commitment), apiVersion: '4.3.0' }, value })

/** Transaction or message bytes as the caller encoded them. Error: `-32602`. */
export function readBytes(text: unknown, encoding: Config['encoding'] = 'base58'): Uint8Array {
  const [checked] = readParams([text], Base64Text)
  try {
    return encoding === 'base64' ? new Uint8Array(Buffer.from(checked, 'base64')) : fromBase58(checked)
  } catch (error) {
    throw new RpcError(RPC.invalidParams, `invalid ${encoding} encoding: ${error instanceof Error ? error.message : String(error)}`)
  }
}
