/** Messages as they travel over a D-Bus connection (D-Bus Specification 0.43, "Message Protocol" and "Type System"): what we hear. */

type DBusMessageType = 'call' | 'return' | 'error' | 'signal'

export interface DBusMessage {
  readonly type: DBusMessageType
  readonly replySerial: number | null
  readonly path: string | null
  readonly interface: string | null
  readonly member: string | null
  readonly errorName: string | null
  /** Variants are unwrapped, dictionaries are maps, 64-bit numbers are rounded to doubles. */
  readonly body: readonly unknown[]
}

const MAX_MESSAGE = 1024 * 1024
const MAX_DEPTH = 16
const TYPES: readonly (DBusMessageType | undefined)[] = [undefined, 'call', 'return', 'error', 'signal']

/** The first message in `bytes` and how long it is; `null` if it is not complete yet. Throws on anything that is not D-Bus, or too large. */
export function decodeMessage(bytes: Buffer): { readonly message: DBusMessage; readonly length: number } | null {
  if (bytes.length < 16) return null
  const little = bytes[0] === 0x6c
  if (!little && bytes[0] !== 0x42) throw new Error('not a D-Bus message')
  const cursor: Cursor = { bytes, at: 4, little }
  const [bodyLength] = [u32(cursor), u32(cursor)]
  const bodyAt = Math.ceil((16 + u32(cursor)) / 8) * 8
  if (bodyAt + bodyLength > MAX_MESSAGE) throw new Error('D-Bus message too large')
  if (bytes.length < bodyAt + bodyLength) return null
  const fields = new Map((read({ bytes: bytes.subarray(0, bodyAt), at: 12, little }, 'a(yv)', 0) as [number, unknown][]).map(([code, value]) => [code, value]))
  const text = (code: number) => (typeof fields.get(code) === 'string' ? String(fields.get(code)) : null)
  const type = TYPES[bytes[1] ?? 0]
  if (!type) throw new Error('D-Bus message of no known type')
  const replySerial = fields.get(5)
  return {
    length: bodyAt + bodyLength,
    message: {
      type,
      replySerial: typeof replySerial === 'number' ? replySerial : null,
      path: text(1),
      interface: text(2),
      member: text(3),
      errorName: text(4),
      body: bodyOf({ bytes: bytes.subarray(bodyAt, bodyAt + bodyLength), at: 0, little }, text(8) ?? ''),
    },
  }
}

interface Cursor {
  readonly bytes: Buffer
  at: number
  readonly little: boolean
}

/** A body that is nonsense is the fault of whoever sent it, not of the bus: it is empty, and the next message is read. */
function bodyOf(cursor: Cursor, signature: string): unknown[] {
  try {
    return signature === '' ? [] : readMembers(cursor, signature, 0)
  } catch {
    return []
  }
}

/** The first complete type of a signature, such as `a{sv}`. */
function firstType(signature: string): string {
  let open = 0
  for (let at = 0; at < signature.length; at++) {
    const code = signature[at]
    if (code === '(' || code === '{') open++
    else if (code === ')' || code === '}') open--
    if (open < 0) break
    if (open === 0 && code !== 'a') return signature.slice(0, at + 1)
  }
  throw new Error('incomplete D-Bus signature')
}

const ALIGNMENT: Readonly<Record<string, number>> = { n: 2, q: 2, i: 4, u: 4, h: 4, b: 4, x: 8, t: 8, d: 8, s: 4, o: 4, a: 4, '(': 8, '{': 8 }

function read(cursor: Cursor, type: string, depth: number): unknown {
  if (depth > MAX_DEPTH) throw new Error('D-Bus value nested too deeply')
  const code = type[0] ?? ''
  align(cursor, ALIGNMENT[code] ?? 1)
  if (code === 'a') return readArray(cursor, type.slice(1), depth)
  if (code === '(') return readMembers(cursor, type.slice(1, -1), depth)
  if (code === 'v') return read(cursor, onlyType(readText(cursor, take(cursor, 1)[0] ?? 0)), depth + 1)
  if (code === 'g') return readText(cursor, take(cursor, 1)[0] ?? 0)
  if (code === 's' || code === 'o') return readText(cursor, u32(cursor))
  if (code === 'b') return u32(cursor) === 1
  return readNumber(cursor, code)
}

function onlyType(signature: string): string {
  const type = firstType(signature)
  if (type !== signature) throw new Error('a D-Bus variant holds one value')
  return type
}

function readArray(cursor: Cursor, element: string, depth: number): unknown {
  const length = u32(cursor)
  align(cursor, ALIGNMENT[element[0] ?? ''] ?? 1)
  const end = cursor.at + length
  if (end > cursor.bytes.length) throw new Error('D-Bus array ends behind its message')
  const values: unknown[] = []
  const isEntry = element.startsWith('{')
  while (cursor.at < end) {
    if (isEntry) align(cursor, 8)
    values.push(isEntry ? readMembers(cursor, element.slice(1, -1), depth) : read(cursor, element, depth + 1))
  }
  if (cursor.at !== end) throw new Error('D-Bus array of uneven length')
  return isEntry ? new Map(values as [unknown, unknown][]) : values
}

function readMembers(cursor: Cursor, signature: string, depth: number): unknown[] {
  if (signature === '') throw new Error('empty D-Bus structure')
  const values: unknown[] = []
  for (let rest = signature; rest !== ''; ) {
    const type = firstType(rest)
    values.push(read(cursor, type, depth + 1))
    rest = rest.slice(type.length)
  }
  return values
}

function readNumber(cursor: Cursor, code: string): number {
  const reader = NUMBERS[code]
  if (!reader) throw new Error(`unknown D-Bus type ${code}`)
  const [size, little, big] = reader
  return Number((cursor.little ? little : big)(take(cursor, size)))
}

type ReadNumber = (bytes: Buffer) => number | bigint
const NUMBERS: Readonly<Record<string, readonly [number, ReadNumber, ReadNumber]>> = {
  y: [1, (b) => b.readUInt8(), (b) => b.readUInt8()],
  n: [2, (b) => b.readInt16LE(), (b) => b.readInt16BE()],
  q: [2, (b) => b.readUInt16LE(), (b) => b.readUInt16BE()],
  i: [4, (b) => b.readInt32LE(), (b) => b.readInt32BE()],
  u: [4, (b) => b.readUInt32LE(), (b) => b.readUInt32BE()],
  h: [4, (b) => b.readUInt32LE(), (b) => b.readUInt32BE()],
  x: [8, (b) => b.readBigInt64LE(), (b) => b.readBigInt64BE()],
  t: [8, (b) => b.readBigUInt64LE(), (b) => b.readBigUInt64BE()],
  d: [8, (b) => b.readDoubleLE(), (b) => b.readDoubleBE()],
}

const u32 = (cursor: Cursor): number => {
  const bytes = take(cursor, 4)
  return cursor.little ? bytes.readUInt32LE() : bytes.readUInt32BE()
}

function take(cursor: Cursor, length: number): Buffer {
  const bytes = cursor.bytes.subarray(cursor.at, cursor.at + length)
  if (bytes.length !== length) throw new Error('D-Bus message ends early')
  cursor.at += length
  return bytes
}

const align = (cursor: Cursor, to: number): void => {
  cursor.at = Math.ceil(cursor.at / to) * to
}

const readText = (cursor: Cursor, length: number): string => take(cursor, length + 1).toString('utf8', 0, length)
