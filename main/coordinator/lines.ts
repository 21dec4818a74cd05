import { type Presence, isWorking } from '../../shared/contract/node.ts'
import { WindfallError, messageOf } from '../../shared/errors.ts'
import type { Clock } from '../kernel/clock.ts'
import type { CoordinatorConfig } from './config.ts'
import type { CoordinatorEvents } from './events.ts'
import { isExpectedAuthority } from './http/authority.ts'
import { type SocketHub, type SocketHubDeps, createSocketHub } from './http/socket.ts'
import type { JobLogs } from './jobs/logs/logs.ts'
import type { Registry } from './registry/registry.ts'
import type { Neighbours } from './replicas/orders.ts'

interface HubDeps {
  readonly config: Pick<CoordinatorConfig, 'host'>
  readonly clock: Clock
  readonly random: (bytes: number) => Uint8Array
  readonly quiet: AbortSignal
  readonly events: Pick<CoordinatorEvents, 'socketFailed' | 'jobLogFailed'>
  readonly neighbours: Pick<Neighbours, 'opened' | 'closed'>
}

interface Ears {
  readonly presence: (nodeId: string, presence: Presence) => Promise<void>
  readonly welcome: (nodeId: string) => Promise<void>
  readonly log: JobLogs['hear']
  readonly handIn: SocketHubDeps['onHandIn']
}

/** The sockets of the agents that are connected to this coordinator. */
export function createHub(
  { config, clock, random, quiet, events, neighbours }: HubDeps,
  registry: Pick<Registry, 'node' | 'lastEvent'>,
  ears: Ears,
): SocketHub {
  const complain = seldom(clock, events.jobLogFailed)
  return createSocketHub({
    clock,
    random,
    quiet,
    accepts: (authority) => isExpectedAuthority(config.host, authority),
    keyOf: async (nodeId) => {
      const node = await registry.node(nodeId)
      return node && isWorking(node.state) ? node.publicJwk : null
    },
    lastEvent: registry.lastEvent,
    async onWelcome(nodeId) {
      neighbours.opened(nodeId)
      await ears.welcome(nodeId)
    },
    onClosed: neighbours.closed,
    onPresence: ears.presence,
    onLog: (nodeId, piece) =>
      // What a job says is kept if it can be; it keeps nothing else waiting, and breaks no line.
      void ears.log(nodeId, piece).catch((error: unknown) => {
        if (!isLost(error)) complain(nodeId, messageOf(error))
      }),
    onHandIn: ears.handIn,
    onFailure: (error, nodeId) => events.socketFailed(nodeId, messageOf(error)),
  })
}

const COMPLAIN_MS = 30_000

/** What fails for one job fails for all of them many times a second; to say so now and then is enough. */
function seldom(clock: Pick<Clock, 'monotonic'>, say: (nodeId: string, message: string) => void): typeof say {
  let saidAt = Number.NEGATIVE_INFINITY
  return (nodeId, message) => {
    if (clock.monotonic() - saidAt < COMPLAIN_MS) return
    saidAt = clock.monotonic()
    say(nodeId, message)
  }
}

const isLost = (error: unknown): boolean => error instanceof WindfallError && error.code === 'lease.lost'
