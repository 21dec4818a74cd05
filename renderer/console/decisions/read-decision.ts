import { z } from 'zod'
import { ChoiceBody, type DecisionRecord } from '../../../shared/contract/decision.ts'
import { Exclusion } from '../../../shared/contract/plan.ts'
import { ERASED } from '../../../shared/domain/chained-text.ts'

/** What a record says: a choice, a fact, nothing any more, or what cannot be read. */
export type Reading =
  | { readonly form: 'choice'; readonly choice: ChoiceBody }
  | { readonly form: 'fact'; readonly fact: unknown }
  | { readonly form: 'erased' }
  | { readonly form: 'unreadable' }

/** Reads the body of a record. It says what it is, and is believed only as far as it is written like that. */
export function readDecision({ form, body }: Pick<DecisionRecord, 'form' | 'body'>): Reading {
  if (body === ERASED) return { form: 'erased' }
  const value = parsed(body)
  if (value === undefined) return { form: 'unreadable' }
  if (form === 'fact') return { form: 'fact', fact: value }
  const choice = ChoiceBody.safeParse(value).data
  return choice ? { form: 'choice', choice } : { form: 'unreadable' }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Members of a value, one by one, each in a line of its own: numbers and words as they are, the rest as JSON. */
export function membersOf(value: unknown): readonly (readonly [name: string, text: string])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [['outcome', textOf(value)]]
  return Object.entries(value).map(([name, member]) => [name, textOf(member)])
}

const MAX_TEXT = 400
const textOf = (value: unknown): string => {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text
}

const Score = z.looseObject({ total: z.number(), intensity: z.number(), price: z.number(), utilisation: z.number() })
const Place = z.looseObject({ nodeId: z.string(), zone: z.string(), score: Score, gPerKWh: z.number() })
const Planned = z.looseObject({
  action: z.string().optional(),
  reason: z.string().optional(),
  answer: z.looseObject({
    plan: Place.nullable(),
    excluded: z.partialRecord(Exclusion, z.number()),
    nodes: z.number(),
    compared: z.looseObject({ composite: Place.nullable(), joint: Place.nullable() }).optional(),
  }),
})
export type Planned = z.infer<typeof Planned>

/** What the placement of a job says of its scores and of the machines that were out of the question; `null` for every other outcome. */
export const plannedIn = ({ policy, outcome }: ChoiceBody): Planned | null => (policy.name === 'plan' ? (Planned.safeParse(outcome).data ?? null) : null)
