/** Messages as they travel over a D-Bus connection (D-Bus Specification 0.43, "Message Protocol" and "Type System"): what we send. */

/** A call; every argument is a string or an unsigned 32-bit number. */
export interface DBusCall {
  /** Well-known name of the service. */
  readonly destination: string
  readonly path: string
  readonly interface: string
  readonly member: string
  readonly body?: readonly (string | number)[]
}

/** Answers are for us to use, not a reason to start the service that would give them. */
const NO_AUTO_START = 2

/** Bytes of a method call, little endian. */
export function encodeCall(serial: number, { body = [], ...call }: DBusCall): Buffer {
  const values = createWriter()
  for (const value of body) {
    if (typeof value === 'string') values.text(value)
    else values.u32(value)
  }
  const signature = body.map((value) => (typeof value === 'string' ? 's' : 'u')).join('')
  const content = values.done()
  const header = createWriter()
  for (const byte of [0x6c, 1, NO_AUTO_START, 1]) header.u8(byte)
  header.u32(content.length)
  header.u32(serial)
  const fields = fieldsOf(call, signature)
  header.u32(fields.length)
  header.raw(fields)
  header.align(8)
  return Buffer.concat([header.done(), content])
}

function fieldsOf(call: Omit<DBusCall, 'body'>, signature: string): Buffer {
  const fields = createWriter()
  const field = (code: number, type: 'o' | 's', value: string) => {
    fields.align(8)
    fields.u8(code)
    fields.signature(type)
    fields.text(value)
  }
  field(1, 'o', call.path)
  field(2, 's', call.interface)
  field(3, 's', call.member)
  field(6, 's', call.destination)
  if (signature === '') return fields.done()
  fields.align(8)
  fields.u8(8)
  fields.signature('g')
  fields.signature(signature)
  return fields.done()
}

function createWriter() {
  const parts: Buffer[] = []
  let length = 0
  const raw = (bytes: Buffer) => {
    parts.push(bytes)
    length += bytes.length
  }
  const align = (to: number) => raw(Buffer.alloc((to - (length % to)) % to))
  const u32 = (value: number) => {
    align(4)
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32LE(value)
    raw(bytes)
  }
  return {
    raw,
    align,
    u32,
    u8: (value: number) => raw(Buffer.of(value)),
    signature: (text: string) => raw(Buffer.concat([Buffer.of(text.length), Buffer.from(`${text}\0`, 'latin1')])),
    text: (text: string) => {
      u32(Buffer.byteLength(text))
      raw(Buffer.from(`${text}\0`))
    },
    done: () => Buffer.concat(parts),
  }
}
