/** An agent of hand-written facts behind the real contract and the real loopback server: every state at will, and no machine needed. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createToken } from '../../main/agent/http/gate.ts'
import { serveAgentHttp } from '../../main/agent/http/serve.ts'
import { DISCOVERY_FILE } from '../../main/agent/http/discovery.ts'
import { type AgentStatus, agentContract } from '../../shared/contract/agent.ts'
import { serve } from '../../shared/contract/define.ts'
import { WindfallError } from '../../shared/errors.ts'
import { SAMPLE_JOB, SAMPLE_PAYOUT, SAMPLE_RECEIPT, SAMPLE_STATUS, sampleGrid, samplePower } from './sample-facts.ts'

export interface SampleAgent {
  readonly url: string
  readonly token: string
  /** Changes what the agent says and tells every window. */
  readonly become: (change: Partial<AgentStatus>) => void
  readonly status: () => AgentStatus
  readonly stop: () => Promise<void>
}

const quiet = { info() {}, warn() {}, error() {} }
type Listener = (event: string, payload: unknown) => void

/** Serves on a free port and announces itself in `dataDirectory` as a real agent does. */
export async function startSampleAgent(dataDirectory: string, staticDirectory: string): Promise<SampleAgent> {
  const listeners = new Set<Listener>()
  let status: AgentStatus = SAMPLE_STATUS
  let seq = 0
  const become = (change: Partial<AgentStatus>) => {
    status = { ...status, ...change }
    for (const listener of listeners) listener('changed', { seq: ++seq, what: ['status'] })
    return status
  }
  const server = serve(agentContract, {
    getStatus: () => status,
    pause: ({ until }) => become({ display: 'paused', policy: 'off', pausedUntil: until, reasons: [{ code: 'user', message: 'You paused Windfall.', until }] }),
    resume: () => become({ display: SAMPLE_STATUS.display, policy: SAMPLE_STATUS.policy, pausedUntil: null, reasons: SAMPLE_STATUS.reasons }),
    getPower: samplePower,
    getGrid: sampleGrid,
    listJobs: () => ({ items: [SAMPLE_JOB], next: null }),
    listReceipts: () => ({ items: [SAMPLE_RECEIPT], next: null }),
    getReceipt: () => {
      throw new WindfallError('not-found', 'This agent keeps no receipt bundles.')
    },
    listPayouts: () => ({ items: [SAMPLE_PAYOUT], next: null }),
  })
  const stop = new AbortController()
  const token = createToken()
  const events = { subscribe: (listener: Listener) => (listeners.add(listener), () => void listeners.delete(listener)) }
  const { url, closed } = await serveAgentHttp({ port: 0, token, server, events, staticDirectory, log: quiet }, stop.signal)
  mkdirSync(dataDirectory, { recursive: true })
  writeFileSync(join(dataDirectory, DISCOVERY_FILE), JSON.stringify({ pid: process.pid, agent: { url, token } }), { mode: 0o600 })
  return {
    url,
    token,
    become: (change) => void become(change),
    status: () => status,
    stop: () => {
      stop.abort()
      return closed
    },
  }
}
