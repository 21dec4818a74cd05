import { createConnection } from 'node:net'

export interface LocalSocket {
  readonly write: (bytes: Buffer) => void
  readonly close: () => void
}

interface SocketListener {
  readonly opened: () => void
  /** What it throws closes the connection. */
  readonly data: (bytes: Buffer) => void
  /** Called once. `neverOpened`: nobody listens at the other end. */
  readonly ended: (neverOpened: boolean) => void
}

/** Opens a Unix socket; a path that begins with a zero byte is in Linux's abstract namespace. */
export type OpenSocket = (path: string, listener: SocketListener) => LocalSocket

/** A peer that does not read is cut off at this many bytes. */
const MAX_WAITING = 256 * 1024

/** A connection to a desktop service of this machine. Nothing that the peer sends or does reaches the caller as an exception. */
export const openLocalSocket: OpenSocket = (path, listener) => {
  let neverOpened = true
  const socket = createConnection(path)
  socket.unref()
  socket.on('connect', () => {
    neverOpened = false
    listener.opened()
  })
  socket.on('data', (bytes) => {
    try {
      listener.data(bytes)
    } catch {
      socket.destroy()
    }
  })
  socket.on('end', () => socket.destroy())
  // 'close' follows every error.
  socket.on('error', () => undefined)
  socket.once('close', () => listener.ended(neverOpened))
  return {
    write: (bytes) => {
      if (socket.destroyed) return
      socket.write(bytes)
      if (socket.writableLength > MAX_WAITING) socket.destroy()
    },
    close: () => void socket.destroy(),
  }
}
