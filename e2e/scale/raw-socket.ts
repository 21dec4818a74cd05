/** A WebSocket client (RFC 6455) of a few hundred bytes each, so that one process can be ten thousand agents: text frames and pings, nothing else. */
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'

export interface RawSocket {
  readonly send: (frame: Buffer) => boolean
  readonly close: () => void
  readonly isOpen: () => boolean
}

export interface RawSocketEvents {
  readonly onText: (text: string, socket: RawSocket) => void
  readonly onClose: () => void
  /** Of this side. */
  readonly localAddress?: string | undefined
}

const OPCODE = { text: 1, close: 8, ping: 9, pong: 10 } as const
/** A mask of zeros is as valid as any other, and leaves the bytes as they are. */
const NO_MASK = Buffer.alloc(4)

function frameOf(opcode: number, payload: Buffer): Buffer {
  const { length } = payload
  const head = length < 126 ? Buffer.from([0x80 | opcode, 0x80 | length]) : Buffer.from([0x80 | opcode, 0x80 | 126, length >> 8, length & 255])
  if (length > 65_535) throw new RangeError('a frame of an agent is at most 64 KiB')
  return Buffer.concat([head, NO_MASK, payload])
}

/** One text frame, ready to be sent any number of times. */
export const textFrame = (text: string): Buffer => frameOf(OPCODE.text, Buffer.from(text))

interface Frame {
  readonly opcode: number
  readonly payload: Buffer
}

/** Frames of a server carry no mask. Returns what is left over. */
function takeFrames(received: Buffer, take: (frame: Frame) => void): Buffer {
  let rest = received
  for (;;) {
    if (rest.length < 2) return rest
    const short = rest.readUInt8(1) & 127
    const headLength = short < 126 ? 2 : short === 126 ? 4 : 10
    if (rest.length < headLength) return rest
    const length = short < 126 ? short : short === 126 ? rest.readUInt16BE(2) : Number(rest.readBigUInt64BE(2))
    if (rest.length < headLength + length) return rest
    take({ opcode: rest.readUInt8(0) & 15, payload: rest.subarray(headLength, headLength + length) })
    rest = rest.subarray(headLength + length)
  }
}

const upgrade = ({ host, pathname }: URL): string =>
  `GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`

/** Opens a socket at an `http://` address. Whatever goes wrong ends in `onClose`. */
export function openRawSocket(url: URL, events: RawSocketEvents): RawSocket {
  const { localAddress } = events
  const socket = connect({ port: Number(url.port), host: url.hostname, ...(localAddress ? { localAddress } : {}) }, () => socket.write(upgrade(url)))
  socket.setNoDelay(true)
  let received: Buffer = Buffer.alloc(0)
  let isUpgraded = false
  const self: RawSocket = { send: (frame) => socket.write(frame), close: () => socket.destroy(), isOpen: () => !socket.destroyed }
  const take = ({ opcode, payload }: Frame) => {
    if (opcode === OPCODE.text) events.onText(payload.toString('utf8'), self)
    if (opcode === OPCODE.ping) socket.write(frameOf(OPCODE.pong, payload))
    if (opcode === OPCODE.close) socket.destroy()
  }
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
    if (!isUpgraded) {
      const end = received.indexOf('\r\n\r\n')
      if (end === -1) return
      if (received.toString('latin1', 9, 12) !== '101') return void socket.destroy()
      isUpgraded = true
      received = received.subarray(end + 4)
    }
    // A copy, so that four bytes do not hold on to the whole chunk they came in.
    const left = takeFrames(received, take)
    received = left.length === 0 ? Buffer.alloc(0) : Buffer.from(left)
  })
  socket.on('error', () => socket.destroy()).on('close', events.onClose)
  return self
}
