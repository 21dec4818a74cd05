import { encodeHex } from '../../../shared/domain/encoding.ts'

const CHUNK_BYTES = 1_048_576

/** SHA-256 of bytes as lower-case hex; `onProgress` is told how many are hashed. In plain arithmetic, because pages that came without TLS have no other. */
export async function sha256OfBytes(bytes: Uint8Array, onProgress: (hashed: number) => void = () => {}): Promise<string> {
  const { sha256 } = await import('@noble/hashes/sha2')
  const hash = sha256.create()
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    hash.update(bytes.subarray(at, at + CHUNK_BYTES))
    onProgress(Math.min(bytes.length, at + CHUNK_BYTES))
    // The page stays alive between two pieces.
    await new Promise<void>((go) => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => go()
      port2.postMessage(null)
    })
  }
  return encodeHex(hash.digest())
}
