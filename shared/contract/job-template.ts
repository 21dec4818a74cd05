/** Jobs that are submitted again and again: all of it is kept but what differs from time to time. */
import { z } from 'zod'
import { call } from './define.ts'
import { Empty, http } from './http-binding.ts'
import { JobSpec } from './job.ts'
import { TemplateName } from './job-links.ts'
import { IsoTime, pageOf } from './wire.ts'

const ParameterName = z.string().regex(/^[a-z][a-z0-9_]{0,31}$/, 'a parameter is a small letter and up to 31 small letters, digits and underscores')
/** What stands in for `{name}` in arguments and environment of a job. */
export const Parameters = z.record(ParameterName, z.string().max(4_096)).refine((given) => Object.keys(given).length <= 64, 'a job has at most 64 parameters')
export type Parameters = z.infer<typeof Parameters>

const Version = z.number().int().min(1)

/** What makes a job of a template. */
export const TemplateUse = z.strictObject({
  name: TemplateName,
  /** `null`: the newest one. */
  version: Version.nullable().default(null),
  set: Parameters.default({}),
  /** `null`: as long after the submission as the template says. */
  deadline: IsoTime.nullable().default(null),
})
export type TemplateUse = z.infer<typeof TemplateUse>

/** A job without what belongs to one moment. `{name}` in an argument or a value of the environment is a parameter, `{{name}}` is the text `{name}`. */
export const TemplateSpec = JobSpec.omit({ deadline: true, earliestStart: true })
export type TemplateSpec = z.infer<typeof TemplateSpec>

const Template = z.strictObject({
  name: TemplateName,
  spec: TemplateSpec,
  /** A job of it has to be done this long after its submission. */
  deadlineSeconds: z.number().int().min(1).max(31_536_000),
  /** Values of the parameters that a job may leave out. */
  defaults: Parameters.default({}),
})
export type Template = z.infer<typeof Template>

export const TemplateView = z.strictObject({
  ...Template.shape,
  version: Version,
  createdAt: IsoTime,
  /** Every parameter, in the order of their names; `default` is `null` for one that each job has to set. */
  parameters: z.array(z.strictObject({ name: z.string(), default: z.string().nullable() })),
})
export type TemplateView = z.infer<typeof TemplateView>

export const templateCalls = {
  saveTemplate: call(
    Template,
    TemplateView,
    http('POST', '/v1/templates', 'jobs.write', 'Keep a template; other content under the same name becomes its next version'),
  ),
  listTemplates: call(
    z.strictObject({ after: z.string().max(128).nullable().default(null), limit: z.coerce.number().int().min(1).max(200).default(50) }),
    pageOf(TemplateView),
    http('GET', '/v1/templates', 'jobs.read', 'Your templates in their newest versions, by name'),
  ),
  getTemplate: call(
    z.strictObject({ name: TemplateName, version: z.coerce.number().int().min(1).nullable().default(null) }),
    TemplateView,
    http('GET', '/v1/templates/{name}', 'jobs.read', 'One template, in its newest version or another one'),
  ),
  deleteTemplate: call(
    z.strictObject({ name: TemplateName }),
    Empty,
    http('POST', '/v1/templates/{name}/delete', 'jobs.write', 'Delete a template in all its versions; jobs that were made from it stay as they are'),
  ),
}
