import { z } from 'zod'
import type { FirstRun } from '../../shared/contract/first-run.ts'
import type { Reason } from '../../shared/contract/policy.ts'
import { WindfallError } from '../../shared/errors.ts'
import { toIso } from '../../shared/units.ts'
import type { Clock } from '../kernel/clock.ts'
import { type FirstRunAct, FirstRunMemory, UNTOUCHED, afterAct, firstJobOf, isAsked } from './first-run-state.ts'
import type { AgentStores } from './stores.ts'

export interface FirstRunDeps {
  readonly asks: boolean
  /** Names the text that the owner agrees to; consent to another one does not count any more. */
  readonly consentText: string
  readonly stores: {
    readonly settings: AgentStores['settings']
    readonly jobs: Pick<AgentStores['jobs'], 'list'>
    readonly facts: Pick<AgentStores['facts'], 'listReceipts'>
  }
  readonly clock: Pick<Clock, 'now'>
  readonly changed: () => void
}

export interface FirstRunBook {
  readonly view: () => FirstRun
  readonly go: (step: FirstRun['step']) => void
  readonly later: () => void
  /** Error: `input.invalid` for another text than this agent's. */
  readonly agree: (text: string) => void
  /** Error: `conflict` before consent. */
  readonly end: () => void
  /** What stands against any job: the owner was not asked yet, or not about the present text. */
  readonly objections: () => readonly Reason[]
  /** Error: `conflict` while the owner has not agreed. */
  readonly insist: () => void
}

const KEY = 'first-run'
const ASKED_KEY = 'first-run-asked'
const NOT_YET: Reason = { code: 'consent', message: 'Windfall is not set up yet: nothing runs before you have agreed to it.', until: null }
const CHANGED: Reason = {
  code: 'consent',
  message: 'What Windfall may do on this computer has changed: nothing runs before you have read it in the window and agreed again.',
  until: null,
}
const FIRST_JOBS = 20

/** Where the owner is on the way to the first receipt, over restarts, and that nothing runs before they have agreed. */
export function createFirstRun({ asks, consentText, stores, clock, changed }: FirstRunDeps): FirstRunBook {
  const { settings, jobs, facts } = stores
  let memory = settings.get(KEY, FirstRunMemory) ?? UNTOUCHED
  const receipts = () => facts.listReceipts(null, 1).map(({ receiptId }) => receiptId)
  const wasAsked = memory.consent !== null || settings.get(ASKED_KEY, z.literal(true)) !== null
  const asked = isAsked({ asks, wasAsked, hasWorked: jobs.list(null, 1).length > 0 || receipts().length > 0 })
  if (asked && !wasAsked) settings.set(ASKED_KEY, true)
  const isCurrent = () => memory.consent?.text === consentText
  const waits = () => asked && !isCurrent()
  const act = (what: FirstRunAct) => {
    const next = afterAct(memory, what)
    settings.set(KEY, next)
    memory = next
    changed()
  }
  const insist = () => {
    if (waits()) throw new WindfallError('conflict', 'Windfall is not set up yet. Open it, read what it may do on this computer, and agree first.')
  }
  return {
    view: () => ({
      asked,
      ...memory,
      consent: isCurrent() ? memory.consent : null,
      earlier: isCurrent() ? null : memory.consent,
      first: firstJobOf(jobs.list(null, FIRST_JOBS), receipts()),
    }),
    go: (step) => act({ do: 'go', step }),
    later: () => act({ do: 'later' }),
    agree(text) {
      if (text !== consentText)
        throw new WindfallError('input.invalid', 'This window shows another text than the one this agent asks about. Load the window again.')
      act({ do: 'agree', text, at: toIso(clock.now()) })
    },
    end() {
      insist()
      act({ do: 'end' })
    },
    objections: () => (waits() ? [memory.consent === null ? NOT_YET : CHANGED] : []),
    insist,
  }
}
