import { z } from 'zod'
import type { AgentJob } from '../../shared/contract/agent-job.ts'
import { type FirstJob, SetupStep } from '../../shared/contract/first-run.ts'
import { IsoTime } from '../../shared/contract/wire.ts'

/** What is remembered of an owner's first steps. */
export const FirstRunMemory = z.strictObject({
  step: SetupStep,
  later: z.boolean(),
  consent: z.strictObject({ at: IsoTime, text: z.string() }).nullable(),
  done: z.boolean(),
})
export type FirstRunMemory = z.infer<typeof FirstRunMemory>

export type FirstRunAct =
  | { readonly do: 'go'; readonly step: SetupStep }
  | { readonly do: 'agree'; readonly text: string; readonly at: string }
  | { readonly do: 'later' | 'end' }

export const UNTOUCHED: FirstRunMemory = { step: 'welcome', later: false, consent: null, done: false }

interface Asking {
  /** Whoever starts the agent wants its owner asked. */
  readonly asks: boolean
  /** By an agent that ran here before. */
  readonly wasAsked: boolean
  readonly hasWorked: boolean
}

/**
 * Whether this owner is asked. An installation that has worked already is never asked afterwards; one whose owner was asked stays so: a lease
 * that came meanwhile looks like work.
 */
export const isAsked = ({ asks, wasAsked, hasWorked }: Asking): boolean => asks && (wasAsked || !hasWorked)

/** Consent stays as it was first given to a text. */
export function afterAct(memory: FirstRunMemory, act: FirstRunAct): FirstRunMemory {
  switch (act.do) {
    case 'go':
      return { ...memory, step: act.step }
    case 'agree':
      return memory.consent?.text === act.text ? memory : { ...memory, step: 'consent', later: false, consent: { at: act.at, text: act.text } }
    case 'later':
      return { ...memory, later: true }
    case 'end':
      return { ...memory, done: true }
  }
}

const PROVING = new Set<AgentJob['state']>(['proving', 'submitted', 'accepted'])
const WORKING = new Set<AgentJob['state']>(['leased', 'waiting', 'preparing', 'running', 'collecting'])
const FAILED = new Set<AgentJob['state']>(['refused', 'failed', 'cancelled', 'lost'])

/**
 * How far the first job is, by those of this machine, the newest first. The attempt that is furthest counts. `receipts`: ids of those that
 * are on this machine, in any order.
 */
export function firstJobOf(jobs: readonly AgentJob[], receipts: readonly string[]): FirstJob {
  const [receiptId = null] = receipts
  const problem = jobs[0] && FAILED.has(jobs[0].state) ? { code: jobs[0].code, message: jobs[0].message } : null
  const at = (states: ReadonlySet<AgentJob['state']>) => jobs.find(({ state }) => states.has(state))?.leaseId ?? null
  if (receiptId !== null) return { phase: 'receipt', leaseId: jobs.find((job) => job.receiptId === receiptId)?.leaseId ?? null, receiptId, problem: null }
  const [proving, working] = [at(PROVING), at(WORKING)]
  if (proving !== null) return { phase: 'proof', leaseId: proving, receiptId: null, problem: null }
  if (working !== null) return { phase: 'job', leaseId: working, receiptId: null, problem: null }
  return { phase: 'waiting', leaseId: null, receiptId: null, problem }
}
