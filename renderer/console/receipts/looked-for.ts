import { z } from 'zod'
import { ReceiptFilters } from '../../../shared/contract/receipt.ts'

const { job, node, requester, model, zone, receipt, hash } = ReceiptFilters

type Wanted = z.output<ReturnType<typeof wanted>>
const wanted = () => z.object({ job, node, requester, model, zone, receipt, hash })

/**
 * What is looked for as the call takes it. What cannot be meant, such as half an id, is looked for in vain: a list that shows everything instead would be
 * taken for what was found.
 */
export function lookedFor(one: (name: 'find' | 'job' | 'node' | 'requester' | 'model' | 'zone') => string | null): Wanted {
  const find = one('find')
  const isHash = find !== null && hash.safeParse(find.toLowerCase()).success
  const given = {
    job: one('job') ?? undefined,
    node: one('node') ?? undefined,
    requester: one('requester') ?? undefined,
    model: one('model') ?? undefined,
    zone: one('zone')?.toUpperCase(),
    receipt: find === null || isHash ? undefined : find,
    hash: isHash ? find.toLowerCase() : undefined,
  }
  const parsed = wanted().safeParse(given)
  return parsed.success ? withoutNothing(parsed.data) : { receipt: NOTHING }
}

/** No receipt is ever called so. */
const NOTHING = 'none'

const withoutNothing = (wanted: Wanted): Wanted => Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined))
