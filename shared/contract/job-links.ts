/** What a job has to do with other jobs. */
import { z } from 'zod'
import { Id } from './wire.ts'

/** `completed`: a result of it is there. `ended`: it is over, however. */
const AfterWhen = z.enum(['completed', 'ended'])
export type AfterWhen = z.infer<typeof AfterWhen>

/** A job of an array is named after it, with its index behind a hyphen: its id has to leave room for that. */
export const ArrayId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,52}$/, 'expected an identifier of up to 53 characters')

/** A job, or every job of an array. */
const Link = z
  .strictObject({ jobId: Id.optional(), arrayId: ArrayId.optional(), when: AfterWhen.default('completed') })
  .refine(({ jobId, arrayId }) => (jobId === undefined) !== (arrayId === undefined), 'give a job or an array, not both')

/** A job waits for these to end; one that had to complete and has not lets it fail. */
export const After = z.array(Link).max(64)
export type After = z.infer<typeof After>

/** `strict`: refused if it cannot be done by its deadline, as far as anybody can tell. `best-effort`: let in whatever its chances are. */
export const AdmissionRule = z.enum(['strict', 'best-effort'])

export const TemplateName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a template is named with small letters, digits and hyphens, such as render-frame')

/** Which version of which template a job was made from. */
export const TemplateId = z.strictObject({ name: TemplateName, version: z.number().int().min(1) })
export type TemplateId = z.infer<typeof TemplateId>

/** Which job of which array it is. */
export const ArrayPlace = z.strictObject({ arrayId: ArrayId, index: z.number().int().min(0) })
export type ArrayPlace = z.infer<typeof ArrayPlace>
