import type { Server as HttpServer } from 'node:http'
import type { Socket } from 'node:net'
import type { Clock } from '../../kernel/clock.ts'
import type { Limits } from './limits.ts'
import { createRateLimit, networkOf } from './rate-limit.ts'
import { type Room, createRoom } from './room.ts'

interface DoorDeps {
  readonly clock: Pick<Clock, 'monotonic'>
  /** How often one may come in, and how many may be in. */
  readonly rates: Limits['handshakes']
  readonly room: Room
}

/** Lets in one more from an address until the function is called; `null` if there is no room or too many have come lately. `null`: only the whole counts. */
export type Door = (address: string | null) => (() => void) | null

export function createDoor({ clock, rates, room }: DoorDeps): Door {
  const [byNetwork, together] = [createRateLimit(clock, rates.network), createRateLimit(clock, rates.all)]
  return (address) => {
    const network = address === null ? null : networkOf(address)
    // The network first: what one is refused takes nothing from the others.
    if ((network !== null && byNetwork(network) > 0) || together('') > 0) return null
    return room(network)
  }
}

const IS_LOOPBACK = /^(?:::ffff:)?127\.|^::1$/

/** The address that a connection counts for; `null` for this machine itself, and for a proxy, which stands for all who come through it. */
export const countedAddress = ({ remoteAddress = '' }: Pick<Socket, 'remoteAddress'>, isProxied: boolean): string | null =>
  isProxied || IS_LOOPBACK.test(remoteAddress) ? null : remoteAddress

/** Closes connections for which there is no room before a byte of theirs is read: before the handshake where there is TLS, which is what costs. */
export function limitConnections(server: HttpServer, { clock, limits, isProxied }: { clock: DoorDeps['clock']; limits: Limits; isProxied: boolean }): void {
  const door = createDoor({ clock, rates: limits.handshakes, room: createRoom(limits.connections) })
  const serving = server.listeners('connection')
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    const leave = door(countedAddress(socket, isProxied))
    if (!leave) return void socket.destroy()
    socket.once('close', leave)
    for (const serve of serving) serve.call(server, socket)
  })
}
