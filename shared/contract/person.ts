/** What is kept about a person: who asks for jobs, owns machines, or signs in. Theirs to take along, and to have erased (GDPR, articles 15, 17 and 20). */
import { z } from 'zod'
import { call } from './define.ts'
import { Empty, http } from './http-binding.ts'
import { Id, IsoTime, pageOf } from './wire.ts'

/** `requester:ID` is an account, with those who sign in to it; `node:ID` the owner of a machine, with all machines of its fleet; `member:ID` one who signs in. */
export const PersonName = z.string().regex(/^(?:requester|member|node):[A-Za-z0-9_-]{1,64}$/, 'expected requester:ID, member:ID or node:ID')
const PersonOrMe = z.union([z.literal('me'), PersonName])

const PersonPiece = z.strictObject({
  /** Where it goes in the archive. */
  file: z.string().max(200),
  /** `line`: one line of JSON to be added to the file; `base64`: all of the file. */
  as: z.enum(['line', 'base64']),
  content: z.string(),
})
export type PersonPiece = z.infer<typeof PersonPiece>

const ErasureState = z.enum(['waiting', 'cancelled', 'done'])

export const ErasureView = z.strictObject({
  erasureId: Id,
  person: PersonName,
  state: ErasureState,
  askedAt: IsoTime,
  askedBy: z.string(),
  /** Until then it can be cancelled; from then on it happens, for good. */
  dueAt: IsoTime,
  endedAt: IsoTime.nullable(),
  /** What has to be done first although its time has come; empty if nothing. */
  waitsFor: z.array(z.string()),
  /** How many rows were removed or overwritten, by table; `null` until it is done. */
  erased: z.record(z.string(), z.number().int()).nullable(),
})
export type ErasureView = z.infer<typeof ErasureView>

const Page = z.strictObject({
  after: z.string().max(128).nullable().default(null),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

const ExportPage = pageOf(PersonPiece)
const Cursor = z
  .string()
  .regex(/^\d{1,4}\.\d{1,12}$/, 'expected the “next” of the page before')
  .nullable()
  .default(null)

export const personCalls = {
  exportPerson: call(
    z.strictObject({ person: PersonOrMe, after: Cursor }),
    ExportPage,
    http('GET', '/v1/persons/{person}/data', 'persons.read', 'Everything that is kept about you (“me”), or, for owners, about somebody else, piece by piece'),
  ),
  erasePerson: call(
    z.strictObject({ person: PersonOrMe }),
    ErasureView,
    http(
      'POST',
      '/v1/persons/{person}/erasure',
      'persons.write',
      'Have everything personal erased in a week; until then it can be cancelled. Repeating it is harmless',
    ),
  ),
  cancelErasure: call(
    z.strictObject({ person: PersonOrMe }),
    ErasureView,
    http('POST', '/v1/persons/{person}/erasure/cancel', 'persons.write', 'Keep what was to be erased; repeating it is harmless'),
  ),
  listErasures: call(
    Page.extend({ state: ErasureState.nullable().default(null) }),
    pageOf(ErasureView),
    http('GET', '/v1/erasures', 'persons.read', 'What was or is to be erased, newest first: of yourself, or, for owners, of everybody'),
  ),
  exportOwnData: call(
    z.strictObject({ after: Cursor }),
    ExportPage,
    http('GET', '/v1/node/data', 'any-node', 'Everything that is kept about the owner of this machine'),
  ),
  eraseOwnData: call(
    Empty,
    ErasureView,
    http('POST', '/v1/node/erasure', 'any-node', 'Have everything personal about the owner of this machine erased in a week; repeating it is harmless'),
  ),
  cancelOwnErasure: call(Empty, ErasureView, http('POST', '/v1/node/erasure/cancel', 'any-node', 'Keep what was to be erased; repeating it is harmless')),
}
