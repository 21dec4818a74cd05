import { fromBase58 } from '../../shared/domain/base58.ts'
import type { Lamports } from '../../shared/units.ts'

export const SYSTEM_PROGRAM = '11111111111111111111111111111111'
export const MEMO_PROGRAM = 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr'
export const COMPUTE_BUDGET_PROGRAM = 'ComputeBudget111111111111111111111111111111'

export interface Instruction {
  readonly program: string
  readonly accounts: readonly { readonly address: string; readonly signer: boolean; readonly writable: boolean }[]
  readonly data: Uint8Array
}

export const TRANSFER = 2
export const SET_COMPUTE_UNIT_LIMIT = 2
export const SET_COMPUTE_UNIT_PRICE = 3

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

/** Compute Budget `SetComputeUnitPrice`: u8 3, u64 micro-lamports for each unit, little endian. */
export function computePriceInstruction(each: bigint): Instruction {
  const data = new Uint8Array(9)
  const view = new DataView(data.buffer)
  view.setUint8(0, SET_COMPUTE_UNIT_PRICE)
  view.setBigUint64(1, each, true)
  return { program: COMPUTE_BUDGET_PROGRAM, accounts: [], data }
}
