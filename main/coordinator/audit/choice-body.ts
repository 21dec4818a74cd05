import { ChoiceBody } from '../../../shared/contract/decision.ts'
import type { Decision } from './chain.ts'

/** What a choice says of itself. `null` for a fact, and for what is no choice although it says so. */
export function choiceOf({ form, body }: Pick<Decision, 'form' | 'body'>): ChoiceBody | null {
  if (form === 'fact') return null
  try {
    return ChoiceBody.safeParse(JSON.parse(body)).data ?? null
  } catch {
    return null
  }
}
