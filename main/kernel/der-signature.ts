/** One DER INTEGER at `at` as 32 bytes, and what follows it; `null` unless it is positive, minimal and fits. X.690 §8.3. */
function readInteger(der: Uint8Array, at: number): { readonly value: Uint8Array; readonly next: number } | null {
  const length = der[at + 1] ?? 0
  const next = at + 2 + length
  const bytes = der.subarray(at + 2, next)
  if (der[at] !== 0x02 || length < 1 || length > 33 || bytes.length !== length) return null
  const [first = 0, second = 0] = bytes
  const hasPad = length > 1 && first === 0
  if (first >= 0x80 || (hasPad && second < 0x80) || (length === 33 && !hasPad)) return null
  const value = new Uint8Array(32)
  const magnitude = hasPad ? bytes.subarray(1) : bytes
  value.set(magnitude, 32 - magnitude.length)
  return { value, next }
}

/**
 * An ECDSA P-256 signature from DER (`SEQUENCE { r INTEGER, s INTEGER }`, RFC 3279 §2.2.3) as raw r‖s, 64 bytes (RFC 7518 §3.4).
 * `null` if it is not the one DER encoding of such a signature.
 */
export function rawFromDer(der: Uint8Array): Uint8Array | null {
  if (der[0] !== 0x30 || der[1] !== der.length - 2) return null
  const r = readInteger(der, 2)
  const s = r && readInteger(der, r.next)
  if (!r || !s || s.next !== der.length) return null
  const raw = new Uint8Array(64)
  raw.set(r.value, 0)
  raw.set(s.value, 32)
  return raw
}
