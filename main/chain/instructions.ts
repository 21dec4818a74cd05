import { fromBase58 } from '../../shared/domain/base58.ts'
import type { CompiledInstruction } from '../../shared/domain/solana-transaction.ts'
import { type Lamports, lamports } from '../../shared/units.ts'

export const SYSTEM_PROGRAM = '11111111111111111111111111111111'
export const MEMO_PROGRAM = 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr'
const COMPUTE_BUDGET_PROGRAM = 'ComputeBudget111111111111111111111111111111'

export interface Instruction {
  readonly program: string
  readonly accounts: readonly { readonly address: string; readonly signer: boolean; readonly writable: boolean }[]
  readonly data: Uint8Array
}

const TRANSFER = 2
const SET_COMPUTE_UNIT_LIMIT = 2

/** System program `Transfer`: u32 2, u64 lamports, little endian. */
export function transferInstruction(from: string, to: string, amount: Lamports): Instruction {
  if (amount <= 0n || amount >= 1n << 64n) throw new RangeError(`cannot transfer ${amount} lamports`)
  if (fromBase58(to).length !== 32) throw new RangeError(`${to} is not a Solana address`)
  const data = new Uint8Array(12)
  const view = new DataView(data.buffer)
  view.setUint32(0, TRANSFER, true)
  view.setBigUint64(4, amount, true)
  return {
    program: SYSTEM_PROGRAM,
    accounts: [
      { address: from, signer: true, writable: true },
      { address: to, signer: false, writable: true },
    ],
    data,
  }
}

/** A memo that `signer` vouches for. */
export const memoInstruction = (text: string, signer: string): Instruction => ({
  program: MEMO_PROGRAM,
  accounts: [{ address: signer, signer: true, writable: false }],
  data: new TextEncoder().encode(text),
})

/** Compute Budget `SetComputeUnitLimit`: u8 2, u32 units, little endian. */
export function computeLimitInstruction(units: number): Instruction {
  const data = new Uint8Array(5)
  const view = new DataView(data.buffer)
  view.setUint8(0, SET_COMPUTE_UNIT_LIMIT)
  view.setUint32(1, units, true)
  return { program: COMPUTE_BUDGET_PROGRAM, accounts: [], data }
}

/** What a compiled instruction does, as far as we ever sign it; `null` for anything else. */
export type Meaning =
  | { readonly does: 'transfer'; readonly from: string; readonly to: string; readonly amount: Lamports }
  | { readonly does: 'memo'; readonly text: string }
  | { readonly does: 'limit'; readonly units: number }

const viewOf = (data: Uint8Array): DataView => new DataView(data.buffer, data.byteOffset, data.byteLength)

/** Reads an instruction of a compiled message back; the mirror of the builders above. */
export function meaningOf({ programIdIndex, accountIndexes, data }: CompiledInstruction, keys: readonly string[]): Meaning | null {
  const [program, from, to] = [keys[programIdIndex], keys[accountIndexes[0] ?? -1], keys[accountIndexes[1] ?? -1]]
  const isTransfer = program === SYSTEM_PROGRAM && data.length === 12 && viewOf(data).getUint32(0, true) === TRANSFER
  if (isTransfer && from !== undefined && to !== undefined && accountIndexes.length === 2)
    return { does: 'transfer', from, to, amount: lamports(viewOf(data).getBigUint64(4, true)) }
  if (program === MEMO_PROGRAM) return { does: 'memo', text: new TextDecoder().decode(data) }
  if (program === COMPUTE_BUDGET_PROGRAM && data.length === 5 && data[0] === SET_COMPUTE_UNIT_LIMIT)
    return { does: 'limit', units: viewOf(data).getUint32(1, true) }
  return null
}
