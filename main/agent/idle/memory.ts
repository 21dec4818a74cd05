import { z } from 'zod'
import { type PolicyState, ReasonCode } from '../../../shared/contract/policy.ts'
import { type EpochMs, type MonotonicMs, epochMs } from '../../../shared/units.ts'
import { CALM, type FlapGuard } from './flap-guard.ts'
import { Anyway, Pause, UNTIL_RESUMED } from './pause.ts'
import { Rest, restored } from './rest.ts'

/** Something a job left behind that stands in the way of the next one: how much of each device was in use before it. */
const Fault = z.strictObject({
  code: ReasonCode,
  message: z.string().max(300),
  before: z.array(z.strictObject({ deviceId: z.string().max(200), usedBytes: z.number() })).max(64),
})
export type Fault = z.infer<typeof Fault>

/** How the job that runs gives way: it stands by since a moment, or is being stopped for a reason. */
export type GivingWay = { readonly level: 1; readonly since: MonotonicMs } | { readonly level: 2; readonly code: ReasonCode }

/** What the policy remembers. Plain data. */
export interface PolicyMemory {
  readonly phase: PolicyState
  readonly pause: Pause | null
  readonly finishing: boolean
  readonly anyway: z.infer<typeof Anyway> | null
  /** When the owner’s word that jobs run anyway last ended: what lasts since before counts from then. */
  readonly anywayOverAt: MonotonicMs | null
  readonly fault: Fault | null
  readonly rest: Rest | null
  readonly guard: FlapGuard
  /** `null` while no job runs, or one runs undisturbed. */
  readonly givingWay: GivingWay | null
  /** When a job of ours was last seen to run. */
  readonly lastJobAt: MonotonicMs | null
  /** The last time the machine woke up that has been rested from. */
  readonly wokeAt: MonotonicMs | null
}

const StoredPolicy = z.strictObject({
  finishing: z.boolean(),
  anyway: Anyway.nullable().default(null),
  fault: Fault.nullable(),
  rest: Rest.nullable(),
  yields: z.array(z.number().min(0).transform(epochMs)).max(64),
  doublings: z.number().int().min(0).max(1_000),
})

/** What of the memory survives a restart, apart from the pause. Changes seldom: an open rest is kept without its end. */
export const storedPolicy = ({ finishing, anyway, fault, rest, guard }: PolicyMemory): z.input<typeof StoredPolicy> => ({
  finishing,
  anyway,
  fault,
  rest: rest?.isOpen ? { ...rest, until: 0 } : rest,
  yields: guard.yields.slice(-64),
  doublings: Math.min(guard.doublings, 1_000),
})

export const FRESH: PolicyMemory = {
  phase: 'blocked',
  pause: null,
  finishing: false,
  anyway: null,
  anywayOverAt: null,
  fault: null,
  rest: null,
  guard: CALM,
  givingWay: null,
  lastJobAt: null,
  wokeAt: null,
}

/**
 * The policy at start-up, from what was stored; `null` is nothing. Never less strict than before: a pause goes on, and where anything
 * cannot be read any more, nothing runs until the owner resumes.
 */
export function restorePolicy(stored: { readonly pause: unknown; readonly policy: unknown }, now: EpochMs): PolicyMemory {
  const pause = Pause.nullable().safeParse(stored.pause ?? null)
  const policy = StoredPolicy.nullable().safeParse(stored.policy ?? null)
  if (!pause.success || !policy.success) return { ...FRESH, pause: UNTIL_RESUMED }
  if (policy.data === null) return { ...FRESH, pause: pause.data }
  const { finishing, anyway, fault, rest, yields, doublings } = policy.data
  return { ...FRESH, pause: pause.data, finishing, anyway: pause.data ? null : anyway, fault, rest: restored(rest, now), guard: { yields, doublings } }
}
