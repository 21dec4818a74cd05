import { useState } from 'react'
import { z } from 'zod'
import { Id } from '../../../../shared/contract/wire.ts'
import { newId } from '../../order/new-id.ts'
import { MAX_DRAFT } from './read-draft.ts'

const NAME = 'windfall-job-draft'

/** A job that is being written, and the id it will have: made once, so that submitting it twice submits it once. */
const Draft = z.strictObject({ of: z.string().max(200), text: z.string().max(MAX_DRAFT + 1), jobId: Id })
export type Draft = z.infer<typeof Draft>

/** What was kept of a draft of this person's; `null` if there is none, or the browser keeps nothing. */
function kept(of: string): Draft | null {
  try {
    const draft = Draft.safeParse(JSON.parse(sessionStorage.getItem(NAME) ?? ''))
    return draft.success && draft.data.of === of ? draft.data : null
  } catch {
    return null
  }
}

function keep(draft: Draft | null): void {
  try {
    if (draft === null) sessionStorage.removeItem(NAME)
    else sessionStorage.setItem(NAME, JSON.stringify(draft))
  } catch {
    // Nothing is kept in such a browser; the page itself still has it.
  }
}

/** The draft of whoever has signed in. It is kept for this tab alone, and gone with it. */
export function useDraft(of: string, first: () => string) {
  const [draft, setDraft] = useState<Draft>(() => kept(of) ?? { of, text: first(), jobId: newId() })
  const change = (next: Draft) => {
    keep(next)
    setDraft(next)
  }
  return {
    ...draft,
    setText: (text: string) => change({ ...draft, text: text.slice(0, MAX_DRAFT + 1) }),
    /** Another job: a new text, and a new id. */
    begin: (text: string) => change({ of, text: text.slice(0, MAX_DRAFT + 1), jobId: newId() }),
    restore: () => change(draft),
    renew: () => change({ ...draft, jobId: newId() }),
    forget: () => keep(null),
  }
}
