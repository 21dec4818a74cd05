import { useMutation, useQueryClient } from '@tanstack/react-query'
import { WindfallError, messageOf } from '../../shared/errors.ts'
import type { Topic } from './queries.ts'
import { useTold } from './told.ts'

interface Act<I, O> {
  readonly run: (input: I) => Promise<O>
  /** What kinds of things it changes: they are asked for again at once, before the coordinator says so. */
  readonly changes: readonly Topic[]
  /** What to say when it is done. */
  readonly done: (result: O, input: I) => string
}

/** Whether it was asked for and waits for a second person, which is no failure. */
export const waitsForAnother = (error: unknown): error is WindfallError => error instanceof WindfallError && error.code === 'approval.waiting'

/** Something that is done to the coordinator. What came of it is said where everything is said; a failure stays there until it is closed. */
export function useAct<I, O>({ run, changes, done }: Act<I, O>) {
  const queries = useQueryClient()
  const { tell } = useTold()
  return useMutation({
    mutationFn: run,
    onSuccess: (result, input) => {
      tell({ text: done(result, input), isProblem: false })
      for (const topic of changes) void queries.invalidateQueries({ queryKey: [topic] })
    },
    onError: (error) => {
      tell({ text: messageOf(error), isProblem: !waitsForAnother(error) })
      if (waitsForAnother(error)) void queries.invalidateQueries({ queryKey: ['approvals'] })
    },
  })
}
