import { agentContract } from '../../shared/contract/agent.ts'
import { type EventName, type Handlers, serve } from '../../shared/contract/define.ts'
import type { ReceiptBundle } from '../../shared/domain/carbon-receipt.ts'
import { WindfallError, fromProblem, toProblem } from '../../shared/errors.ts'
import { createCell } from './cell.ts'
import { aDayReport } from './day.fake.ts'
import { aKey } from './devices.fake.ts'
import { someJobs } from './jobs.fake.ts'
import { moneyHandlers } from '../../shared/contract/agent-money.fake.ts'
import { ruleHandlers } from '../../shared/contract/owner-rules.fake.ts'
import { setupHandlers } from '../../shared/contract/first-run.fake.ts'
import { moneyAt } from '../../shared/contract/money.fake.ts'
import { NOW } from './afternoon.fake.ts'
import { PAUSED, aGrid, aPayout, aStatus, somePayouts, somePower, someReceipts } from './fixtures.fake.ts'
import { someZones } from './zones.fake.ts'
import type { LinkState, WindowTransport } from './link.ts'

type AgentHandlers = Handlers<typeof agentContract, undefined>
type CallName = keyof AgentHandlers

export interface FakeTransport extends WindowTransport {
  /** What the window has asked, in order. */
  readonly asked: readonly { readonly name: string; readonly input: unknown }[]
  /** Replaces answers from now on. */
  readonly answer: (handlers: Partial<AgentHandlers>) => void
  readonly fail: (name: CallName, error: WindfallError) => void
  /** Never answers. */
  readonly hang: (name: CallName) => void
  readonly push: (event: EventName<typeof agentContract>, payload: unknown) => void
  readonly setLink: (state: LinkState) => void
  readonly retries: () => number
}

const page = <T>(items: T[]) => ({ items, next: null })

/** An afternoon that went well. */
export function happyHandlers(receipt: { readonly bundle: ReceiptBundle; readonly pinnedKeys: string[] } | null = null, initial = aStatus()): AgentHandlers {
  let status = initial
  return {
    getStatus: () => status,
    pause: ({ until }) =>
      (status = { ...aStatus(), display: 'paused', policy: 'off', job: null, power: null, pausedUntil: until, reasons: [{ ...PAUSED, until }] }),
    resume: () => (status = aStatus()),
    finish: () => (status = { ...status, display: 'finishing', finishing: true }),
    runAnyway: ({ until }) => (status = { ...status, display: 'ready', policy: 'waiting', reasons: [], anywayUntil: until, mayRunAnyway: false }),
    getDayReport: ({ day }) => aDayReport(day),
    getSignals: () => ({ sources: [{ signal: 'inputIdle', source: 'x11', state: 'ok', ageMs: 250 }] }),
    setDevice: ({ deviceId, enabled, ceilings }) =>
      (status = {
        ...status,
        devices: status.devices.map((device) =>
          device.deviceId === deviceId ? { ...device, enabled: enabled ?? device.enabled, ceilings: ceilings ?? device.ceilings } : device,
        ),
      }),
    detectDevices: () => status,
    rotateKey: ({ evidence }) =>
      (status = {
        ...status,
        node: { ...status.node, key: aKey({ keyId: 'N'.repeat(43), evidence, alg: evidence === 'tpm' ? 'ES256' : 'EdDSA', rotations: 1 }) },
      }),
    getPower: () => ({ method: 'counter', readings: somePower() }),
    getGrid: () => aGrid(),
    getZones: () => someZones(),
    listJobs: () => page(someJobs()),
    listReceipts: () => page(someReceipts()),
    listPayouts: () => page(somePayouts()),
    getPayout: ({ payoutId }) => aPayout({ payoutId, ...somePayouts().find((payout) => payout.payoutId === payoutId) }),
    ...moneyHandlers(moneyAt(NOW)),
    ...ruleHandlers(NOW),
    ...setupHandlers(NOW),
    getReceipt: () => {
      if (!receipt) throw new WindfallError('not-found', 'This receipt is not on this machine. It may still be on its way.')
      return receipt
    },
    getPinnedKeys: () => ({ pinnedKeys: receipt?.pinnedKeys ?? [] }),
  }
}

/** An agent inside the page. It serves the real contract, and everything passes through JSON as on a wire. */
export function createFakeTransport(initial: AgentHandlers = happyHandlers()): FakeTransport {
  const handlers: AgentHandlers = { ...initial }
  const asked: { name: string; input: unknown }[] = []
  const listeners = new Map<string, Set<(payload: unknown) => void>>()
  const link = createCell<LinkState>({ state: 'open' })
  let retries = 0
  return {
    asked,
    retries: () => retries,
    answer: (changes) => void Object.assign(handlers, changes),
    fail: (name, error) => void Object.assign(handlers, { [name]: () => Promise.reject(error) }),
    hang: (name) => void Object.assign(handlers, { [name]: () => new Promise(() => {}) }),
    push: (event, payload) => {
      for (const listener of listeners.get(event) ?? []) listener(payload)
    },
    setLink: link.set,
    async invoke(name, input) {
      asked.push({ name, input })
      if (link.get().state !== 'open') throw new WindfallError('unavailable', 'The window has lost its connection to the agent on this computer.')
      try {
        return JSON.parse(JSON.stringify(await serve<typeof agentContract, undefined>(agentContract, handlers).dispatch(name, input, undefined))) as unknown
      } catch (error) {
        const problem = toProblem(error)
        throw fromProblem(problem.status, problem)
      }
    },
    subscribe(event, listener) {
      const audience = listeners.get(event) ?? new Set()
      listeners.set(event, audience.add(listener))
      return () => void audience.delete(listener)
    },
    link: {
      get: link.get,
      subscribe: link.subscribe,
      retry: () => {
        retries++
      },
    },
  }
}
