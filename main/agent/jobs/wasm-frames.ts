/**
 * What goes between the agent and the process a WebAssembly job runs in. In: one request on stdin, which then stays open;
 * its end means the agent is gone. Out: frames on descriptor 3. Neither side needs more than bytes and JSON of the other.
 */

const LENGTH_BYTES = 4
const HEAD_BYTES = 5

/** Ahead of the module's bytes on stdin, which those of the inputs follow. */
export interface WasmRequest {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** 32 bytes in hex; what the job's random numbers are drawn from. */
  readonly seed: string
  readonly memoryPages: number
  readonly outputBytes: number
  /** The job's log is cut after this much. */
  readonly logBytes: number
  readonly moduleBytes: number
  readonly inputs: readonly { readonly path: string; readonly bytes: number }[]
}

/** A file that the job finds. */
export interface WasmInput {
  readonly path: string
  readonly content: Uint8Array<ArrayBuffer>
}

/** The last frame of a run, as JSON. `message` goes to the end of the log. */
export interface WasmEnd {
  readonly end: 'exited' | 'memory' | 'output-missing' | 'output-too-large'
  readonly exitCode: number
  readonly message: string | null
}

const KINDS = { started: 1, log: 2, output: 3, end: 4 } as const
export type FrameKind = keyof typeof KINDS
const kindOf = new Map<number, FrameKind>(Object.entries(KINDS).map(([kind, code]) => [code, kind as FrameKind]))

export interface Frame {
  readonly kind: FrameKind
  readonly payload: Uint8Array
}

/** Kind (1 byte), length (4, little-endian), payload. */
export function encodeFrame(kind: FrameKind, payload: Uint8Array = new Uint8Array()): Uint8Array {
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUInt8(KINDS[kind])
  head.writeUInt32LE(payload.length, 1)
  return Buffer.concat([head, payload])
}

/** Bytes that arrive in pieces of any size, in a buffer that doubles: however a stream is cut, a message costs no more than its length. */
export function createPile() {
  let store = Buffer.alloc(0)
  let filled = 0
  return {
    /** All bytes so far, as a view that the next call makes invalid. */
    add(chunk: Uint8Array): Buffer {
      if (filled + chunk.length > store.length) {
        const larger = Buffer.allocUnsafe(Math.max(2 * store.length, filled + chunk.length))
        store.copy(larger, 0, 0, filled)
        store = larger
      }
      store.set(chunk, filled)
      filled += chunk.length
      return store.subarray(0, filled)
    },
    /** Forgets the first `count` bytes. */
    drop(count: number): void {
      if (count === 0) return
      store.copyWithin(0, count, filled)
      filled -= count
    },
  }
}

/**
 * Splits a stream of bytes, cut anywhere, into frames; a payload is valid only during the call.
 * Throws `RangeError` on an unknown kind or a payload above `maxBytes`.
 */
export function createFrameReader(maxBytes: number, onFrame: (frame: Frame) => void): (chunk: Uint8Array) => void {
  const pile = createPile()
  return (chunk) => {
    const bytes = pile.add(chunk)
    let at = 0
    while (bytes.length - at >= HEAD_BYTES) {
      const kind = kindOf.get(bytes.readUInt8(at))
      const start = at + HEAD_BYTES
      const end = start + bytes.readUInt32LE(at + 1)
      if (kind === undefined || end - start > maxBytes) throw new RangeError('the job process broke its protocol')
      if (bytes.length < end) break
      onFrame({ kind, payload: bytes.subarray(start, end) })
      at = end
    }
    pile.drop(at)
  }
}

interface Content {
  readonly module: Uint8Array
  readonly inputs: readonly { readonly path: string; readonly content: Uint8Array }[]
}

/** The request as it goes to stdin: length of the JSON (4 bytes, little-endian), JSON, module, inputs. */
export function encodeRequest(request: Omit<WasmRequest, 'moduleBytes' | 'inputs'>, { module, inputs }: Content): Uint8Array {
  const lengths = inputs.map(({ path, content }) => ({ path, bytes: content.length }))
  const json = Buffer.from(JSON.stringify({ ...request, moduleBytes: module.length, inputs: lengths } satisfies WasmRequest))
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32LE(json.length)
  return Buffer.concat([length, json, module, ...inputs.map(({ content }) => content)])
}

interface Decoded {
  readonly request: WasmRequest
  readonly module: Uint8Array<ArrayBuffer>
  readonly inputs: readonly WasmInput[]
}

/** `null` until `bytes` holds all of a request made by {@link encodeRequest}. */
export function decodeRequest(bytes: Buffer): Decoded | null {
  if (bytes.length < LENGTH_BYTES) return null
  const start = LENGTH_BYTES + bytes.readUInt32LE(0)
  if (bytes.length < start) return null
  const request = JSON.parse(bytes.toString('utf8', LENGTH_BYTES, start)) as WasmRequest
  let at = start
  const next = (length: number) => Uint8Array.from(bytes.subarray(at, (at += length)))
  const total = request.inputs.reduce((sum, input) => sum + input.bytes, request.moduleBytes)
  if (bytes.length < start + total) return null
  return { request, module: next(request.moduleBytes), inputs: request.inputs.map(({ path, bytes: length }) => ({ path, content: next(length) })) }
}
