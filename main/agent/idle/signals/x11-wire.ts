/** The few requests of the X protocol we make, little endian (X Window System Protocol, X11R7.7, appendix B "Protocol Encoding"). */

export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Ends a list of 32-bit values of a property after so many. */
const MAX_VALUES = 64
const MAX_REPLY = 64 * 1024

const pad = (length: number): number => (4 - (length % 4)) % 4
const padded = (text: Buffer): Buffer => Buffer.concat([text, Buffer.alloc(pad(text.length))])

/** The first bytes of a client, with what `~/.Xauthority` holds for the display. */
export function encodeSetup(cookie: { readonly name: string; readonly data: Buffer } | null): Buffer {
  const [name, data] = [Buffer.from(cookie?.name ?? '', 'latin1'), cookie?.data ?? Buffer.alloc(0)]
  const head = Buffer.alloc(12)
  head.write('l')
  head.writeUInt16LE(11, 2)
  head.writeUInt16LE(name.length, 6)
  head.writeUInt16LE(data.length, 8)
  return Buffer.concat([head, padded(name), padded(data)])
}

/** The server's answer to the setup, with its first screen; `null` if it is not complete. Throws if the server refuses, or talks nonsense. */
export function decodeSetup(bytes: Buffer): { readonly length: number; readonly root: number; readonly screen: Rectangle } | null {
  if (bytes.length < 8) return null
  if (bytes[0] !== 1) throw new Error('the X server refuses the connection')
  const length = 8 + bytes.readUInt16LE(6) * 4
  if (bytes.length < length) return null
  const vendor = bytes.readUInt16LE(24)
  const at = 40 + vendor + pad(vendor) + 8 * (bytes[29] ?? 0)
  const screen = bytes.subarray(at, Math.min(length, at + 40))
  return { length, root: screen.readUInt32LE(0), screen: { x: 0, y: 0, width: screen.readUInt16LE(20), height: screen.readUInt16LE(22) } }
}

/** The first packet: an answer, an error or an event. `sequence` counts requests, modulo 65536. */
export function decodePacket(bytes: Buffer): { readonly length: number; readonly reply: Buffer | null; readonly sequence: number | null } | null {
  if (bytes.length < 32) return null
  const [kind = 0] = bytes
  const hasMore = kind === 1 || (kind & 0x7f) === 35
  const length = 32 + (hasMore ? bytes.readUInt32LE(4) * 4 : 0)
  if (length > MAX_REPLY) throw new Error('X packet too large')
  if (bytes.length < length) return null
  return { length, reply: kind === 1 ? bytes.subarray(0, length) : null, sequence: kind < 2 ? bytes.readUInt16LE(2) : null }
}

function request(opcode: number, detail: number, ...words: number[]): Buffer {
  const bytes = Buffer.alloc(4 + 4 * words.length)
  bytes[0] = opcode
  bytes[1] = detail
  bytes.writeUInt16LE(bytes.length / 4, 2)
  for (const [index, word] of words.entries()) bytes.writeUInt32LE(word >>> 0, 4 + 4 * index)
  return bytes
}

function named(opcode: number, detail: number, name: string): Buffer {
  const text = padded(Buffer.from(name, 'latin1'))
  const bytes = Buffer.concat([request(opcode, detail, name.length), text])
  bytes.writeUInt16LE(bytes.length / 4, 2)
  return bytes
}

/** The number of a name that some client has used already; 0 if none has. */
export const internAtom = (name: string): Buffer => named(16, 1, name)
export const queryExtension = (name: string): Buffer => named(98, 0, name)
export const getProperty = (window: number, property: number): Buffer => request(20, 0, window, property, 0, 0, MAX_VALUES)
export const getGeometry = (window: number): Buffer => request(14, 0, window)
export const translateToRoot = (window: number, root: number): Buffer => request(40, 0, window, root, 0)
export const getInputFocus = (): Buffer => request(43, 0)
/** MIT-SCREEN-SAVER, version 1.1. */
export const screenSaverInfo = (opcode: number, window: number): Buffer => request(opcode, 1, window)
/** XINERAMA, version 1.1. */
export const queryScreens = (opcode: number): Buffer => request(opcode, 5)

/** Each throws `RangeError` if the answer is shorter than it says. */
export const readAtom = (reply: Buffer): number => reply.readUInt32LE(8)
export const readFocus = (reply: Buffer): number => reply.readUInt32LE(8)
export const readIdleMs = (reply: Buffer): number => reply.readUInt32LE(16)
/** The major opcode; `null` if the server does not have the extension. */
export const readExtension = (reply: Buffer): number | null => (reply[8] === 1 ? reply.readUInt8(9) : null)
export const readSize = (reply: Buffer) => ({ width: reply.readUInt16LE(16), height: reply.readUInt16LE(18) })
export const readPlace = (reply: Buffer) => ({ x: reply.readInt16LE(12), y: reply.readInt16LE(14) })

/** The 32-bit values of a property; `null` if the window does not have it. */
export function readValues(reply: Buffer): number[] | null {
  if (reply[1] !== 32) return null
  const count = Math.min(reply.readUInt32LE(16), MAX_VALUES)
  return Array.from({ length: count }, (_, index) => reply.readUInt32LE(32 + 4 * index))
}

export const readScreens = (reply: Buffer): Rectangle[] =>
  Array.from({ length: Math.min(reply.readUInt32LE(8), MAX_VALUES) }, (_, index) => {
    const at = 32 + 8 * index
    return { x: reply.readInt16LE(at), y: reply.readInt16LE(at + 2), width: reply.readUInt16LE(at + 4), height: reply.readUInt16LE(at + 6) }
  })
