import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import type { Clock } from '../../kernel/clock.ts'
import { type OwnNames, isSignedForUs, ownNames } from './authority.ts'
import { countedAddress, createDoor } from './connections.ts'
import { Limits } from './limits.ts'
import { checkHead } from './request-head.ts'
import { createRoom } from './room.ts'

const PATH = '/v1/agents/socket'

/** How sockets of agents are let in. */
export interface SocketRules {
  readonly limits: Pick<Limits, 'upgrades' | 'strangers'>
  /** Behind how many proxies of ours this server is. */
  readonly proxies: number
  readonly names: OwnNames
  /** Whether nodes have to show a certificate. */
  readonly asksCertificate: boolean
}

interface BorderSettings {
  readonly limits: Limits
  readonly trustProxy: boolean | number
  readonly publicUrl: string | null
  readonly names: readonly string[]
}

export const socketRules = (config: BorderSettings, tls: { readonly asksNodes: boolean } | null): SocketRules => ({
  limits: config.limits,
  proxies: Number(config.trustProxy),
  names: ownNames(config),
  asksCertificate: tls?.asksNodes ?? false,
})

export const USUAL_RULES: SocketRules = { limits: Limits.parse({}), proxies: 0, names: null, asksCertificate: false }

/** What the proxies of ours say of where a request comes from: the outermost of them wrote the entry that many from the end. */
function addressOf({ socket, headers }: IncomingMessage, proxies: number): string | null {
  if (proxies === 0) return countedAddress(socket, false)
  const chain = [headers['x-forwarded-for'] ?? []]
    .flat()
    .flatMap((text) => text.split(','))
    .map((text) => text.trim())
  return chain.at(-proxies) ?? chain[0] ?? null
}

/** Agents send no Origin; a browser always does, and no web page has any business here. */
const isStranger = ({ headers, socket }: IncomingMessage, { names, asksCertificate }: SocketRules): boolean =>
  headers.origin !== undefined || !isSignedForUs(names, headers.host) || (asksCertificate && !(socket as Partial<TLSSocket>).authorized)

function isAmbiguous(request: IncomingMessage): boolean {
  try {
    checkHead(request)
    return false
  } catch {
    return true
  }
}

interface DoorDeps {
  readonly clock: Pick<Clock, 'monotonic'>
  readonly accepts: (authority: string | undefined) => boolean
  readonly quiet: AbortSignal
}

/** Lets an upgrade in until the function is called, or says why not. */
export type UpgradeDoor = (request: IncomingMessage) => (() => void) | string

export function createUpgradeDoor({ clock, accepts, quiet }: DoorDeps, rules: SocketRules): UpgradeDoor {
  const { limits, proxies } = rules
  const door = createDoor({ clock, rates: limits.upgrades, room: createRoom(limits.strangers) })
  return (request) => {
    const { url, headers } = request
    if (isAmbiguous(request)) return '400 Bad Request'
    if (url?.split('?')[0] !== PATH) return '404 Not Found'
    if (!accepts(headers.host) || isStranger(request, rules)) return '403 Forbidden'
    if (quiet.aborted) return '503 Service Unavailable'
    return door(addressOf(request, proxies)) ?? '503 Service Unavailable'
  }
}

/** How soon to ask again, seconds. */
const AGAIN_S = 5

/** The HTTP server has let go of the connection: nobody else listens for its errors, and nothing else ever ends it. */
export function refuse(stream: Duplex, refusal: string): void {
  stream.on('error', () => stream.destroy())
  const again = refusal.startsWith('503') ? `Retry-After: ${AGAIN_S}\r\n` : ''
  stream.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\n${again}Content-Length: 0\r\n\r\n`, () => stream.destroy())
}
