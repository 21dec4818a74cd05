/** JSON that all readers understand alike: one that drops a repeated name and one that keeps it would see different receipts in the same signed bytes. */
import { decodeUtf8 } from './encoding.ts'

/** Nothing of ours is half as deep. Some readers end where others go on, so what is deeper is no JSON to us. */
const MAX_DEPTH = 32

const codeOf = (character: string): number => character.charCodeAt(0)
const [QUOTE, BACKSLASH, COLON] = ['"', '\\', ':'].map(codeOf)
const OPEN = ['{', '['].map(codeOf)
const CLOSE = ['}', ']'].map(codeOf)

/** How deep a text is nested and how many members its objects have, as far as it is JSON. */
function shapeOf(text: string): { readonly depth: number; readonly members: number } {
  let [depth, deepest, members, quoted] = [0, 0, 0, false]
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) quoted = !quoted
    else if (quoted) at += code === BACKSLASH ? 1 : 0
    else if (code === COLON) members++
    else if (OPEN.includes(code)) deepest = Math.max(deepest, ++depth)
    else if (CLOSE.includes(code)) depth--
  }
  return { depth: deepest, members }
}

function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const values = Object.values(value)
  return values.reduce<number>((sum, inner) => sum + membersOf(inner), Array.isArray(value) ? 0 : values.length)
}

/**
 * The value that these bytes are the JSON text of (RFC 8259): UTF-8 without a byte order mark, at most 32 levels deep, no name twice in one
 * object. `undefined` if they are not.
 */
export function readJsonBytes(bytes: Uint8Array): unknown {
  const text = decodeUtf8(bytes)
  if (text === null) return undefined
  const { depth, members } = shapeOf(text)
  if (depth > MAX_DEPTH) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return membersOf(value) === members ? value : undefined
  } catch {
    return undefined
  }
}
