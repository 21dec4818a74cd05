import { WebSocket } from 'ws'
import { RPC_PATH, RPC_PROTOCOL } from '../../shared/contract/bridge.ts'
import type { AgentAddress } from '../kernel/instance-file.ts'

const HANDSHAKE_MS = 3_000
const MAX_FRAME_BYTES = 1_048_576

/**
 * Listens to what the agent tells its windows until the connection ends or `signal` aborts; never rejects. `onOpen` is called once it
 * listens, so that whoever asks then misses nothing.
 */
export function listenToAgent(
  { url, token }: AgentAddress,
  { onOpen, onEvent }: { readonly onOpen: () => void; readonly onEvent: (name: string, payload: unknown) => void },
  signal: AbortSignal,
): Promise<void> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}${RPC_PATH}`, [RPC_PROTOCOL, `token.${token}`], {
    origin: url,
    handshakeTimeout: HANDSHAKE_MS,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
  })
  const end = () => socket.terminate()
  signal.addEventListener('abort', end, { once: true })
  if (signal.aborted) end()
  socket.on('open', onOpen)
  socket.on('message', (data: Buffer) => {
    const frame = readFrame(data.toString('utf8'))
    if (frame) onEvent(frame.event, frame.payload)
  })
  return new Promise((resolve) => {
    // It is closed after an error too.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      signal.removeEventListener('abort', end)
      resolve()
    })
  })
}

function readFrame(text: string): { event: string; payload: unknown } | null {
  try {
    const frame = JSON.parse(text) as { event?: unknown; payload?: unknown }
    return typeof frame.event === 'string' ? { event: frame.event, payload: frame.payload } : null
  } catch {
    return null
  }
}
