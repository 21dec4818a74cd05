/** Messages of the Wayland protocol (Wayland Book, "Wire protocol"): object, opcode and size, then arguments of 32 bits each, in the machine's byte order. */

export interface WaylandEvent {
  readonly object: number
  readonly opcode: number
  readonly body: Buffer
}

/** A global object that the compositor offers. */
export interface WaylandGlobal {
  readonly name: number
  readonly interface: string
  readonly version: number
}

const HEADER = 8

export function encodeRequest(object: number, opcode: number, ...parts: readonly (number | string)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'number' ? word(part) : text(part))))
  return Buffer.concat([word(object), word((((HEADER + body.length) << 16) | opcode) >>> 0), body])
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function text(value: string): Buffer {
  const bytes = Buffer.from(`${value}\0`)
  return Buffer.concat([word(bytes.length), bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
}

/** The complete events in `bytes`, and what is left over. Throws on a size that no event has. */
export function decodeEvents(bytes: Buffer): { readonly events: readonly WaylandEvent[]; readonly rest: Buffer } {
  const events: WaylandEvent[] = []
  let rest = bytes
  while (rest.length >= HEADER) {
    const size = rest.readUInt16LE(6)
    if (size < HEADER) throw new Error('not a Wayland event')
    if (rest.length < size) break
    events.push({ object: rest.readUInt32LE(0), opcode: rest.readUInt16LE(4), body: rest.subarray(HEADER, size) })
    rest = rest.subarray(size)
  }
  return { events, rest }
}

/** Arguments of `wl_registry.global`. Throws if they are not. */
export function readGlobal(body: Buffer): WaylandGlobal {
  const length = body.readUInt32LE(4)
  const end = 8 + Math.ceil(length / 4) * 4
  if (length === 0 || end > body.length) throw new Error('Wayland text ends early')
  return { name: body.readUInt32LE(0), interface: body.toString('utf8', 8, 7 + length), version: body.readUInt32LE(end) }
}
