/** An agent of hand-written facts behind the real contract and the real loopback server: every state at will, and no machine needed. */
import { createToken } from '../../main/agent/http/gate.ts'
import { serveAgentHttp } from '../../main/agent/http/serve.ts'
import { announce } from '../../main/kernel/instance-file.ts'
import { holdDirectory } from '../../main/kernel/instance-lock.ts'
import { moneyHandlers } from '../../shared/contract/agent-money.fake.ts'
import { ruleHandlers } from '../../shared/contract/owner-rules.fake.ts'
import { setupHandlers } from '../../shared/contract/first-run.fake.ts'
import { moneyAt } from '../../shared/contract/money.fake.ts'
import { type AgentStatus, agentContract } from '../../shared/contract/agent.ts'
import type { PowerReading } from '../../shared/contract/device.ts'
import { type Handlers, serve } from '../../shared/contract/define.ts'
import { WindfallError } from '../../shared/errors.ts'
import { SAMPLE_JOB, SAMPLE_PAYOUT, SAMPLE_RECEIPT, SAMPLE_STATUS, sampleGrid, samplePower, sampleZones } from './sample-facts.ts'

export interface SampleAgent {
  readonly url: string
  readonly token: string
  /** Changes what the agent says and tells every window. */
  readonly become: (change: Partial<AgentStatus>) => void
  /** Replaces answers from now on and tells every window. */
  readonly answer: (changes: Partial<AgentHandlers>) => void
  /** The answers as they are now. */
  readonly answers: () => AgentHandlers
  /** Tells every window something, as the agent would by itself. */
  readonly tell: (event: 'power', payload: PowerReading) => void
  readonly status: () => AgentStatus
  readonly stop: () => Promise<void>
}

type AgentHandlers = Handlers<typeof agentContract, undefined>

const quiet = { info() {}, warn() {}, error() {} }
type Listener = (event: string, payload: unknown) => void

/** Holds `dataDirectory`, serves on a free port and announces itself there, as a real agent does. */
export async function startSampleAgent(dataDirectory: string, staticDirectory: string): Promise<SampleAgent> {
  const lock = holdDirectory(dataDirectory, 'agent')
  const listeners = new Set<Listener>()
  let status: AgentStatus = SAMPLE_STATUS
  let seq = 0
  const become = (change: Partial<AgentStatus>) => {
    status = { ...status, ...change }
    for (const listener of listeners) listener('changed', { seq: ++seq, what: ['status'] })
    return status
  }
  const handlers: AgentHandlers = {
    getStatus: () => status,
    pause: ({ until }) => become({ display: 'paused', policy: 'off', pausedUntil: until, reasons: [{ code: 'user', message: 'You paused Windfall.', until }] }),
    resume: () => become({ display: SAMPLE_STATUS.display, policy: SAMPLE_STATUS.policy, pausedUntil: null, reasons: SAMPLE_STATUS.reasons }),
    finish: () => become({ display: 'finishing', finishing: true }),
    runAnyway: ({ until }) => become({ display: 'ready', policy: 'waiting', reasons: [], anywayUntil: until, mayRunAnyway: false }),
    getDayReport: ({ day }) => ({ day, totalMs: 3_600_000, entries: [{ code: 'running' as const, ms: 3_600_000 }] }),
    getSignals: () => ({ sources: [{ signal: 'inputIdle', source: 'sample', state: 'ok' as const, ageMs: 250 }] }),
    setDevice: ({ deviceId, enabled, ceilings }) =>
      become({
        devices: status.devices.map((device) =>
          device.deviceId === deviceId ? { ...device, enabled: enabled ?? device.enabled, ceilings: ceilings ?? device.ceilings } : device,
        ),
      }),
    detectDevices: () => status,
    rotateKey: ({ evidence }) => become({ node: { ...status.node, key: { ...status.node.key, evidence, rotations: status.node.key.rotations + 1 } } }),
    getPower: samplePower,
    getGrid: sampleGrid,
    getZones: sampleZones,
    listJobs: () => ({ items: [SAMPLE_JOB], next: null }),
    listReceipts: () => ({ items: [SAMPLE_RECEIPT], next: null }),
    getReceipt: () => {
      throw new WindfallError('not-found', 'This agent keeps no receipt bundles.')
    },
    getPinnedKeys: () => ({ pinnedKeys: [] }),
    listPayouts: () => ({ items: [SAMPLE_PAYOUT], next: null }),
    getPayout: () => SAMPLE_PAYOUT,
    ...moneyHandlers(moneyAt(Date.now())),
    ...ruleHandlers(Date.now()),
    ...setupHandlers(Date.now()),
  }
  const server = serve<typeof agentContract, undefined>(agentContract, handlers)
  const stop = new AbortController()
  const token = createToken()
  const events = { subscribe: (listener: Listener) => (listeners.add(listener), () => void listeners.delete(listener)) }
  const { url, closed } = await serveAgentHttp({ port: 0, token, server, events, staticDirectory, log: quiet }, stop.signal)
  announce(dataDirectory, { agent: { url, token } })
  return {
    url,
    token,
    become: (change) => void become(change),
    answer: (changes) => {
      Object.assign(handlers, changes)
      for (const listener of listeners) listener('changed', { seq: ++seq, what: ['payouts', 'money'] })
    },
    tell: (...said) => {
      for (const listener of listeners) listener(...said)
    },
    status: () => status,
    answers: () => ({ ...handlers }),
    stop: () => {
      stop.abort()
      return closed.finally(() => lock[Symbol.dispose]())
    },
  }
}
