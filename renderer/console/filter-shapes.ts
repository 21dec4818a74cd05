/** What the texts of filters that several lists have may look like. */
import { z } from 'zod'
import { Id, KeyId, Zone } from '../../shared/contract/wire.ts'
import type { FilterShape } from './filters.ts'

export const NODE: FilterShape = { schema: KeyId, like: 'the whole id of a node, which has 43 characters' }
export const JOB: FilterShape = { schema: Id, like: 'the whole id of a job' }
export const REQUESTER: FilterShape = { schema: Id, like: 'the whole id of a requester, such as acme' }
export const ZONE: FilterShape = { schema: z.string().toUpperCase().pipe(Zone), like: 'a zone such as GB-13 or DE' }
