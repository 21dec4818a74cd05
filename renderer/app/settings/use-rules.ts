/** The owner's rules. A wish under way is laid over what the agent last said, so that the next one builds on it. */
import { useMutation, useMutationState, useQuery, useQueryClient } from '@tanstack/react-query'
import type { CarbonRule, OwnerRules } from '../../../shared/contract/owner-rules.ts'
import { messageOf } from '../../../shared/errors.ts'
import { useLink } from '../hooks.ts'
import { keys } from '../queries.ts'
import { useServices } from '../services.ts'
import { type Undo, useUndo } from '../use-undo.ts'

// The agent says “grid” when a rule has changed.
const RULES = [...keys.grid, 'rules'] as const
const WISH = ['rules']

/** Wishes go to the agent one after the other. `null`: what the settings file says. */
function useWishes() {
  const { client } = useServices()
  const queries = useQueryClient()
  const { mutate } = useMutation({
    mutationKey: WISH,
    scope: { id: 'rules' },
    mutationFn: (rules: OwnerRules | null) => client.call('setRules', { rules }),
    onSuccess: async (view) => {
      await queries.cancelQueries({ queryKey: RULES })
      queries.setQueryData(RULES, view)
    },
  })
  const wishes = useMutationState({
    filters: { mutationKey: WISH },
    select: ({ state: { status, variables, error } }) => ({ status, rules: variables as OwnerRules | null, error }),
  })
  return { mutate, pending: wishes.findLast(({ status }) => status === 'pending'), error: wishes.at(-1)?.error ?? null }
}

export interface OwnRules {
  /** As the owner wants them. */
  readonly rules: OwnerRules
  /** The agent is out of reach. */
  readonly closed: boolean
  readonly undo: Undo
  /** Why the last wish was not granted. */
  readonly refusal: string | null
  /** Has other rules hold from now on; `null`: those of the settings file. The text says what was done. */
  readonly hold: (rules: OwnerRules | null, text: string) => void
  readonly change: (change: Partial<OwnerRules>, text: string) => void
}

/** Under which the last change is offered to be undone. */
export const RULES_UNDO = 'rules'

/** What is known of the rules, and the way to change them once they are. */
export function useRules() {
  const { client } = useServices()
  const query = useQuery({ queryKey: RULES, queryFn: () => client.call('getRules', {}) })
  const { mutate, pending, error } = useWishes()
  const undo = useUndo()
  const link = useLink()
  const refusal = error === null ? null : messageOf(error)
  const closed = link.state === 'lost' || link.state === 'refused'
  const own = ({ rules: said, settings, setBy }: NonNullable<typeof query.data>): OwnRules => {
    const rules = pending ? (pending.rules ?? settings) : said
    const hold = (next: OwnerRules | null, text: string) => {
      const before = setBy === 'settings' && !pending ? null : rules
      const from = document.activeElement
      mutate(next)
      undo.make({ about: RULES_UNDO, text, undo: () => (mutate(before), from instanceof HTMLElement && from.focus()) })
    }
    return { rules, closed, undo, refusal, hold, change: (part, text) => hold({ ...rules, ...part }, text) }
  }
  return { query, own }
}

/** What a rule would call green in the hours ahead, by what the agent knows now. */
export function useGatePreview(gate: CarbonRule) {
  const { client } = useServices()
  return useQuery({ queryKey: [...keys.grid, 'preview', gate], queryFn: () => client.call('previewGate', { gate }) })
}
