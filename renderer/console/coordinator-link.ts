import type { ChangeTopic } from '../../shared/contract/changes.ts'
import { coordinatorContract } from '../../shared/contract/coordinator.ts'
import { type Client, connect } from '../../shared/contract/define.ts'
import { type Exchange, contractTransport, refusalOf } from '../../shared/contract/http-transport.ts'
import { WindfallError } from '../../shared/errors.ts'
import { type Cell, createCell } from '../lib/cell.ts'
import type { WindowClock } from '../lib/clock.ts'
import { reconnectDelayMs } from '../lib/keep-connected.ts'
import type { Link, LinkState } from '../lib/link.ts'
import { type Fetch, readChanges } from './changes.ts'
import type { Credential } from './credential.ts'

/** The coordinator this page came from. */
export interface CoordinatorLink {
  readonly client: Client<typeof coordinatorContract>
  readonly link: Link
  /** Called with what has changed, and with all that may have after a gap. Returns the function that ends it. */
  readonly follow: (listener: (topics: readonly ChangeTopic[]) => void) => () => void
}

export interface LinkPorts {
  readonly fetch: Fetch
  readonly clock: WindowClock
  /** In [0, 1). */
  readonly random: () => number
}

const nothing = () => {}

const authorized = ({ apiKey }: Credential): Record<string, string> => {
  const key = apiKey()
  return key === null ? {} : { authorization: `Bearer ${key}` }
}

const UNREACHED = 'The coordinator does not answer. What is on screen is what was known before; it is asked again by itself.'

/** Calls over `fetch`. The browser adds the cookie of whoever signed in by the provider. */
function exchangeOver(credential: Credential, { fetch }: LinkPorts): Exchange {
  return async ({ method, target, body }) => {
    const headers = { accept: 'application/json', ...authorized(credential), ...(body === null ? {} : { 'content-type': 'application/json' }) }
    const answer = await fetch(target, { method, body, headers, credentials: 'same-origin', redirect: 'error', cache: 'no-store' }).catch((error: unknown) => {
      throw new WindfallError('unavailable', UNREACHED, { cause: error })
    })
    const bytes = new Uint8Array(await answer.arrayBuffer())
    if (!answer.ok) throw refusalOf(answer.status, bytes)
    return bytes
  }
}

/** The coordinator at the address that this page came from. */
export function coordinatorHere(credential: Credential, ports: LinkPorts): CoordinatorLink {
  const client = connect(coordinatorContract, contractTransport(coordinatorContract, location.origin, exchangeOver(credential, ports)))
  const state = createCell<LinkState>({ state: 'connecting' })
  let again = nothing
  return {
    client,
    link: { get: state.get, subscribe: state.subscribe, retry: () => again() },
    follow(listener) {
      const following = keepFollowing({ credential, ports, state, listener })
      again = following.again
      return following.stop
    },
  }
}

interface Following {
  readonly credential: Credential
  readonly ports: LinkPorts
  readonly state: Cell<LinkState>
  readonly listener: (topics: readonly ChangeTopic[]) => void
}

/** Listens, and listens again with jittered waits whenever the stream ends, until it is stopped or refused. */
function keepFollowing({ credential, ports, state, listener }: Following) {
  const { clock, random } = ports
  let attempt = 0
  let cancel = nothing
  let current = new AbortController()
  const opened = () => {
    attempt = 0
    state.set({ state: 'open' })
  }
  const listen = async () => {
    cancel()
    current.abort()
    const { signal } = (current = new AbortController())
    const headers = { accept: 'text/event-stream', ...authorized(credential) }
    const ended = await readChanges({ fetch: ports.fetch, headers, clock, opened, changed: listener, signal })
    if (signal.aborted) return
    if (ended.refused !== null) return state.set({ state: 'refused', message: ended.refused })
    if (state.get().state !== 'lost') state.set({ state: 'lost', since: clock.now() })
    cancel = clock.after(reconnectDelayMs(attempt++, random()), () => void listen())
  }
  void listen()
  return {
    again: () => void listen(),
    stop: () => {
      cancel()
      current.abort()
    },
  }
}
