import { createHash } from 'node:crypto'
import { fromBase58, toBase58 } from '../../shared/domain/base58.ts'
import { decodeTransaction } from '../../shared/domain/solana-transaction.ts'
import { createSigner } from '../kernel/signing.ts'
import type { Incoming } from './landing.ts'
import { SYSTEM_PROGRAM } from './nonce.ts'

const MEMO_PROGRAM = 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr'
/** 9 million SOL: every balance on the chain stays below 2^53, so JSON numbers are exact. */
export const FAUCET_LAMPORTS = 9_000_000_000_000_000n

/** The account that play money comes from. It pays by ordinary transactions, so a gift has a history like any other transfer. */
export interface Faucet {
  readonly address: string
  readonly pay: (to: string, lamports: bigint, recentBlockhash: string) => Promise<Incoming>
}

function u64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, value, true)
  return bytes
}

/** A legacy message: system transfer from the faucet, and a memo that keeps two equal gifts apart. */
function giftMessage({
  from,
  to,
  lamports,
  recentBlockhash,
  memo,
}: {
  from: string
  to: string
  lamports: bigint
  recentBlockhash: string
  memo: string
}): Uint8Array {
  const text = Buffer.from(memo, 'utf8')
  const keys = [from, to, SYSTEM_PROGRAM, MEMO_PROGRAM].map(fromBase58)
  const transfer = [2, 2, 0, 1, 12, 2, 0, 0, 0, ...u64(lamports)]
  return Uint8Array.from([1, 0, 2, keys.length, ...keys.flatMap((key) => [...key]), ...fromBase58(recentBlockhash), 2, ...transfer, 3, 0, text.length, ...text])
}

export function createFaucet(pem: string): Faucet {
  const signer = createSigner(pem)
  const address = toBase58(Buffer.from(signer.publicJwk.x, 'base64url'))
  let gifts = 0
  return {
    address,
    async pay(to, lamports, recentBlockhash) {
      const nonce = createHash('sha256').update(`${recentBlockhash}:${gifts++}`).digest('base64url').slice(0, 12)
      const message = giftMessage({ from: address, to, lamports, recentBlockhash, memo: `faucet:${nonce}` })
      const raw = Uint8Array.from([1, ...(await signer.sign(message)), ...message])
      const transaction = decodeTransaction(raw)
      return { raw, transaction, signature: transaction.signatures[0] ?? '' }
    },
  }
}
