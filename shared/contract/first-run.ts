/** From the first start of an installation to its first verified receipt: where its owner is, and what they have agreed to. */
import { z } from 'zod'
import { call } from './define.ts'
import { ZonePlace } from './grid.ts'
import { Id, IsoTime, RuntimeName, Zone } from './wire.ts'

/** In their order. */
export const SetupStep = z.enum(['welcome', 'computer', 'power', 'estimate', 'consent'])
export type SetupStep = z.infer<typeof SetupStep>
export const SETUP_STEPS = SetupStep.options

/** Names the text of the permissions that an owner agrees to; another text bears another name. */
export const CONSENT_TEXT = '2026-11'

/** Where the way from consent to a receipt is. `problem`: how the last attempt that came to nothing ended. */
const FirstJob = z.strictObject({
  phase: z.enum(['waiting', 'job', 'proof', 'receipt']),
  leaseId: Id.nullable(),
  receiptId: Id.nullable(),
  problem: z.strictObject({ code: z.string().nullable(), message: z.string().nullable() }).nullable(),
})
export type FirstJob = z.infer<typeof FirstJob>

const Consent = z.strictObject({ at: IsoTime, text: z.string().max(40) })

export const FirstRun = z.strictObject({
  /** Whoever started this agent wants its owner asked; else it was set up by them, and nobody has to agree to anything here. */
  asked: z.boolean(),
  step: SetupStep,
  /** The owner wants to look around first: the steps do not open by themselves any more. */
  later: z.boolean(),
  /** To the text that this agent asks about. */
  consent: Consent.nullable(),
  /** To another text, which does not count any more. */
  earlier: Consent.nullable(),
  /** The owner has seen the first receipt, or wants to hear no more of it. */
  done: z.boolean(),
  first: FirstJob,
})
export type FirstRun = z.infer<typeof FirstRun>

const Range = z.strictObject({ low: z.number(), high: z.number() })

/** A month of 30 days at so many hours a day. Money in hundredths of `currency`. */
export const MonthEstimate = z.strictObject({
  hoursPerDay: z.number(),
  currency: z.string().length(3),
  /** What is left after electricity, from so many days of this machine with so many hours of work each. `null`: too little is known to tell. */
  net: Range.extend({ days: z.number().int(), hours: z.number() }).nullable(),
  /** Between the devices at rest and the most that they draw, or that their owner allows; `null` where no device has a limit. */
  electricity: z.strictObject({ lowWatts: z.number(), highWatts: z.number(), lowKWh: z.number(), highKWh: z.number(), cost: Range.nullable() }).nullable(),
})
export type MonthEstimate = z.infer<typeof MonthEstimate>

/** What a machine has beside its devices. */
export const MachineFacts = z.strictObject({
  runtimes: z.array(z.strictObject({ name: RuntimeName, available: z.boolean(), detail: z.string().max(500) })),
  /** `none`: it has no battery. */
  power: z.enum(['none', 'mains', 'battery', 'unknown']),
  /** Whether anything tells when somebody last touched the machine. */
  seesInput: z.boolean(),
})
export type MachineFacts = z.infer<typeof MachineFacts>

export const ZoneChoice = z.strictObject({
  zone: Zone,
  setBy: z.enum(['window', 'settings']),
})
export type ZoneChoice = z.infer<typeof ZoneChoice>

/** Whom this machine works for. `start`: named as the agent was started, so that nothing else can be chosen meanwhile. */
export const CoordinatorChoice = z.strictObject({
  url: z.string().nullable(),
  setBy: z.enum(['window', 'settings', 'start']),
})
export type CoordinatorChoice = z.infer<typeof CoordinatorChoice>

/** What an owner types; the token goes to the coordinator once, and is neither kept nor told again. */
export const CoordinatorWish = z.strictObject({ url: z.string().min(1).max(300), enrolmentToken: z.string().min(1).max(100).optional() })
export type CoordinatorWish = z.infer<typeof CoordinatorWish>

const Empty = z.strictObject({})

export const firstRunCalls = {
  getFirstRun: call(Empty, FirstRun),
  /** The owner is at this step now; any order will do. */
  goToStep: call(z.strictObject({ step: SetupStep }), FirstRun),
  /** The owner looks around first. Without consent nothing runs. */
  setUpLater: call(Empty, FirstRun),
  /** The owner agrees to the text of this name, and jobs may run from now on. Error: `input.invalid` for another text than this agent's. */
  giveConsent: call(z.strictObject({ text: z.string().max(40) }), FirstRun),
  /** The owner has seen the first receipt, or wants to hear no more of it. Error: `conflict` before consent. */
  endFirstRun: call(Empty, FirstRun),
  /** Takes a second: container engine and sandbox are tried. */
  getMachineFacts: call(Empty, MachineFacts),
  estimateMonth: call(z.strictObject({ hoursPerDay: z.number().min(0.5).max(24) }), MonthEstimate),
  getZone: call(Empty, ZoneChoice),
  /** Holds from the next forecast on; `null` goes back to what the settings file says. */
  setZone: call(z.strictObject({ zone: Zone.nullable() }), ZoneChoice),
  getCoordinator: call(Empty, CoordinatorChoice),
  /**
   * Introduces this machine there, and works for it from then on. Errors, and nothing has changed: `input.invalid`; `unavailable` without an
   * answer; `not-found` where no coordinator answers; `enrolment.refused`, and what else it says; `conflict` while anything is owed or owing
   * at the present one, or if it was named as the agent was started.
   */
  setCoordinator: call(CoordinatorWish, CoordinatorChoice),
  /** Asks the coordinator with the first half of the postcode only. Errors: `input.invalid`, `grid.unknown-zone`, `unavailable`. */
  findZone: call(z.strictObject({ postcode: z.string().min(1).max(12) }), ZonePlace),
}
