import { render } from 'vitest-browser-react'
import type { ChangeTopic } from '../../shared/contract/changes.ts'
import { coordinatorContract } from '../../shared/contract/coordinator.ts'
import { type Handlers, connect, serve } from '../../shared/contract/define.ts'
import type { WhoAmI } from '../../shared/contract/member.ts'
import { type Role, grantsOf } from '../../shared/domain/permissions.ts'
import { WindfallError, fromProblem, toProblem } from '../../shared/errors.ts'
import { NOW } from '../lib/afternoon.fake.ts'
import { createCell } from '../lib/cell.ts'
import { createFakeWindowClock } from '../lib/clock.fake.ts'
import type { LinkState } from '../lib/link.ts'
import '../lib/no-eval.ts'
import { Console } from './console.tsx'
import type { CoordinatorLink } from './coordinator-link.ts'
import type { Credential } from './credential.ts'
import { createQueries } from './queries.ts'
import { createServices } from './services.ts'
import type { PutBytes } from './upload.ts'
import { verifyWith } from './verify-here.ts'

export type FakeHandlers = Partial<Handlers<typeof coordinatorContract, undefined>>

export interface FakeCoordinator extends CoordinatorLink {
  /** What the console has asked, in order. */
  readonly asked: readonly { readonly name: string; readonly input: unknown }[]
  /** Replaces answers from now on. */
  readonly answer: (handlers: FakeHandlers) => void
  readonly fail: (name: keyof FakeHandlers, error: WindfallError) => void
  /** Never answers. */
  readonly hang: (name: keyof FakeHandlers) => void
  /** Says that something has changed. */
  readonly change: (...topics: readonly ChangeTopic[]) => void
  readonly setLink: (state: LinkState) => void
}

/** Somebody with a role, as the coordinator sees them. */
export const aPerson = (role: Role): WhoAmI => ({
  kind: 'member',
  requesterId: role === 'requester' ? 'requester-1' : null,
  member: {
    memberId: 'member-1',
    email: 'mia@example.org',
    name: 'Mia',
    role,
    requesterId: role === 'requester' ? 'requester-1' : null,
    invitedBy: 'owner',
    invitedAt: new Date(NOW - 86_400_000).toISOString(),
    joinedAt: new Date(NOW - 86_400_000).toISOString(),
    lastSeenAt: new Date(NOW).toISOString(),
  },
  session: null,
  key: null,
  expiresAt: null,
  may: grantsOf([role]),
})

/** A coordinator inside the page. It serves the real contract, and everything passes through JSON as on a wire; what no test has answered for is refused. */
function createFakeCoordinator(initial: FakeHandlers): FakeCoordinator {
  const handlers: FakeHandlers = { ...initial }
  const asked: { name: string; input: unknown }[] = []
  const listeners = new Set<(topics: readonly ChangeTopic[]) => void>()
  const link = createCell<LinkState>({ state: 'open' })
  const client = connect(coordinatorContract, {
    async invoke(name, input) {
      asked.push({ name, input })
      if (link.get().state === 'lost') throw new WindfallError('unavailable', 'The coordinator does not answer.')
      try {
        if (!Object.hasOwn(handlers, name)) throw new WindfallError('not-found', `The test has no answer to ${name}.`)
        const server = serve<typeof coordinatorContract, undefined>(coordinatorContract, handlers as Handlers<typeof coordinatorContract, undefined>)
        return JSON.parse(JSON.stringify(await server.dispatch(name, input, undefined))) as unknown
      } catch (error) {
        const problem = toProblem(error)
        throw fromProblem(problem.status, problem)
      }
    },
    subscribe: () => () => {},
  })
  return {
    client,
    asked,
    answer: (changes) => void Object.assign(handlers, changes),
    fail: (name, error) => void Object.assign(handlers, { [name]: () => Promise.reject(error) }),
    hang: (name) => void Object.assign(handlers, { [name]: () => new Promise(() => {}) }),
    change: (...topics) => {
      for (const listener of listeners) listener(topics)
    },
    setLink: link.set,
    link: { get: link.get, subscribe: link.subscribe, retry: () => {} },
    follow(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

interface ConsoleSetUp {
  readonly address?: string
  /** Who has signed in; an operator by default. */
  readonly me?: WhoAmI
  readonly handlers?: FakeHandlers
  /** What takes uploads; by default all of them, at once. */
  readonly upload?: PutBytes
}

/** The whole console over a coordinator inside the page, at an address, on an afternoon that only the test moves. */
export async function openConsole({ address = '#/', me = aPerson('operator'), handlers = {}, upload = async () => {} }: ConsoleSetUp = {}) {
  location.hash = address
  const clock = createFakeWindowClock(NOW)
  const coordinator = createFakeCoordinator({ whoAmI: () => me, ...handlers })
  let key: string | null = null
  const credential: Credential = {
    apiKey: () => key,
    use: (apiKey) => {
      key = apiKey
    },
  }
  const screen = await render(<Console services={createServices({ coordinator, credential, clock, upload, verify: verifyWith })} queries={createQueries(1)} />)
  return { screen, clock, coordinator, credential }
}
