import { encodeHex } from '../../../shared/domain/encoding.ts'

/** Of an order that is to count once, however often it is sent: 128 random bits. Works on pages that came without TLS, too. */
export const newId = (): string => encodeHex(crypto.getRandomValues(new Uint8Array(16)))
