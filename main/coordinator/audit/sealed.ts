import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { sha256Hex } from '../../kernel/signing.ts'
import { jsonText } from './json-text.ts'

/** A value as it is hashed and kept. */
export interface Sealed {
  readonly text: string
  readonly sha256: string
}

export function seal(value: unknown): Sealed {
  const text = jsonText(value)
  return { text, sha256: sha256Hex(text) }
}

/** Seals, and remembers what became of an object for as long as somebody else does. */
export function createSeal(): (value: unknown) => Sealed {
  const known = new WeakMap<object, Sealed>()
  return (value) => {
    if (typeof value !== 'object' || value === null) return seal(value)
    const sealed = known.get(value) ?? seal(value)
    known.set(value, sealed)
    return sealed
  }
}

/** More than any input of any policy; what is larger is hashed and not kept. */
export const MAX_INPUT_BYTES = 32 * 1_048_576

export const pack = (text: string): string => deflateRawSync(text).toString('base64')

/** Throws for what {@link pack} did not make, or made of more than is ever kept. */
export const unpack = (packed: string): string => inflateRawSync(Buffer.from(packed, 'base64'), { maxOutputLength: MAX_INPUT_BYTES }).toString()
