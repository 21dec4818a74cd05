import { type Bridge, RPC_PATH, RPC_PROTOCOL } from '../../shared/contract/bridge.ts'
import { fromProblem } from '../../shared/errors.ts'
import { createBridgeTransport } from './bridge-transport.ts'
import { browserClock } from './clock.ts'
import type { WindowTransport } from './link.ts'
import type { Socket, SocketHandlers } from './keep-connected.ts'
import { createSocketTransport } from './socket-transport.ts'
import { takeToken } from './token.ts'

declare global {
  interface Window {
    readonly windfall?: Bridge
  }
}

/** The way to the agent: the preload's bridge inside Electron, the loopback server's WebSocket in a browser. */
export function connectToAgent(): WindowTransport {
  if (window.windfall) return createBridgeTransport(window.windfall, browserClock)
  const token = takeToken({ location, history, storage: sessionStorage })
  const transport = createSocketTransport({
    open: (handlers) => openSocket(token, handlers),
    refusal: () => refusalOf(token),
    clock: browserClock,
    random: Math.random,
  })
  const wake = () => document.visibilityState === 'visible' && transport.link.retry()
  document.addEventListener('visibilitychange', wake)
  window.addEventListener('online', wake)
  return transport
}

function openSocket(token: string, handlers: SocketHandlers): Socket {
  const address = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${RPC_PATH}`
  const socket = new WebSocket(address, token === '' ? [RPC_PROTOCOL] : [RPC_PROTOCOL, `token.${token}`])
  socket.onopen = handlers.opened
  socket.onmessage = ({ data }) => handlers.received(data)
  socket.onclose = handlers.closed
  return { send: (text) => socket.send(text), close: () => socket.close() }
}

/** A browser hides why a WebSocket handshake failed; the same question over HTTP has an answer. */
async function refusalOf(token: string): Promise<string | null> {
  try {
    const headers = { 'content-type': 'application/json', ...(token === '' ? {} : { authorization: `Bearer ${token}` }) }
    const response = await fetch('/api/getStatus', { method: 'POST', headers, body: '{}' })
    if (response.status !== 401 && response.status !== 403) return null
    return fromProblem(response.status, await response.json()).message
  } catch {
    return null
  }
}
