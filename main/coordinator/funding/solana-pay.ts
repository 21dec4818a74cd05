/** Solana Pay transfer requests. @see https://github.com/solana-foundation/solana-pay/blob/master/SPEC.md */

export interface TransferRequest {
  readonly recipient: string
  /** Smallest units of the token, or lamports. */
  readonly units: bigint
  readonly decimals: number
  /** Of the token; `null` for SOL. */
  readonly mint: string | null
  readonly reference: string
  readonly memo: string
  readonly message: string
}

/** Units as a decimal number without trailing zeros: `1.5`, `0.000000001`, `25`. */
export function decimal(units: bigint, decimals: number): string {
  const digits = units.toString().padStart(decimals + 1, '0')
  const [whole, part] = [digits.slice(0, -decimals), digits.slice(-decimals).replace(/0+$/, '')]
  return part === '' ? whole : `${whole}.${part}`
}

/** `solana:<recipient>?amount=…`, which wallets open and QR codes hold. */
export function transferUrl({ recipient, units, decimals, mint, reference, memo, message }: TransferRequest): string {
  const fields = [
    ['amount', decimal(units, decimals)],
    ...(mint === null ? [] : [['spl-token', mint]]),
    ['reference', reference],
    ['label', 'Windfall'],
    ['message', message],
    ['memo', memo],
  ] as const
  return `solana:${recipient}?${fields.map(([name, value = '']) => `${name}=${encodeURIComponent(value)}`).join('&')}`
}
