import { JobSpec } from '../../../../shared/contract/job.ts'
import type { TemplateId } from '../../../../shared/contract/job-links.ts'
import { type Template, TemplateSpec, type TemplateUse, type TemplateView } from '../../../../shared/contract/job-template.ts'
import { WindfallError } from '../../../../shared/errors.ts'
import { toIso } from '../../../../shared/units.ts'
import type { Clock } from '../../../kernel/clock.ts'
import { type Db, type Tx, transact } from '../../persistence/database.ts'
import { fillIn, parametersOf, requireParameters } from './placeholders.ts'
import { type StoredTemplate, createTemplatesStore } from './templates.store.ts'

interface TemplateDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'now'>
  /** Error: `input.invalid` for a job that cannot be right whatever the nodes are. */
  readonly check: (spec: JobSpec) => Promise<void>
}

/** A requester's templates. */
export interface Templates {
  readonly save: (requesterId: string, template: Template) => Promise<TemplateView>
  readonly list: (
    requesterId: string,
    page: { readonly after: string | null; readonly limit: number },
  ) => Promise<{ items: TemplateView[]; next: string | null }>
  readonly show: (requesterId: string, asked: { readonly name: string; readonly version: number | null }) => Promise<TemplateView>
  readonly remove: (requesterId: string, name: string) => Promise<void>
}

type Body = Pick<Template, 'spec' | 'deadlineSeconds' | 'defaults'>

function bodyOf({ body }: StoredTemplate): Body {
  const { spec, ...rest } = JSON.parse(body) as Body
  // What jobs have learnt to say since it was kept has its default.
  return { ...rest, spec: TemplateSpec.parse(spec) }
}

function viewOf(stored: StoredTemplate): TemplateView {
  const { name, version, createdAt } = stored
  const body = bodyOf(stored)
  // A parameter may be called what every object has.
  const defaults = new Map(Object.entries(body.defaults))
  const parameters = parametersOf(body.spec).map((parameter) => ({ name: parameter, default: defaults.get(parameter) ?? null }))
  return { name, version, createdAt: toIso(createdAt), ...body, parameters }
}

const missing = (name: string): never => {
  throw new WindfallError('not-found', `You have no template ${name}. See those that there are: windfall template list`)
}

interface Asked {
  readonly name: string
  readonly version: number | null
  readonly evenDeleted?: boolean
}

/** Error: `not-found`, also for a deleted template unless that will do. */
async function find(db: Db | Tx, requesterId: string, { name, version, evenDeleted = false }: Asked): Promise<StoredTemplate> {
  const store = createTemplatesStore(db, requesterId)
  const found = version === null ? await store.newest(name) : await store.get(name, version)
  return found && (evenDeleted || !found.isDeleted) ? found : missing(version === null ? name : `${name} in version ${version}`)
}

const deadlineOf = ({ deadlineSeconds }: Body, submittedAt: number): string => toIso(submittedAt + deadlineSeconds * 1_000)

/** A job that waits to have its parameters put in. */
export interface OpenJob {
  readonly template: TemplateId
  readonly spec: JobSpec
  readonly values: ReadonlyMap<string, string>
}

interface TemplateOrder {
  readonly use: TemplateUse
  readonly submittedAt: number
  readonly evenDeleted?: boolean
}

/**
 * The job that a template makes of what was asked, submitted at a moment (epoch ms), before its parameters are put in. Errors: `not-found`,
 * `input.invalid` for a parameter that the template has not.
 */
export async function openTemplate(db: Db | Tx, requesterId: string, { use, submittedAt, evenDeleted = false }: TemplateOrder): Promise<OpenJob> {
  const stored = await find(db, requesterId, { ...use, evenDeleted })
  const body = bodyOf(stored)
  // Parsed for the order of its members, too: the same job is the same text.
  const spec = JobSpec.parse({ ...body.spec, deadline: use.deadline ?? deadlineOf(body, submittedAt) })
  const values = new Map([...Object.entries(body.defaults), ...Object.entries(use.set)])
  return { template: { name: stored.name, version: stored.version }, spec, values }
}

/** As {@link openTemplate}, with every parameter put in. Error: also `input.invalid` for a parameter that nothing is set to. */
export async function jobOfTemplate(db: Db | Tx, requesterId: string, asked: TemplateOrder): Promise<Omit<OpenJob, 'values'>> {
  const { template, spec, values } = await openTemplate(db, requesterId, asked)
  requireParameters(spec, values.keys())
  return { template, spec: fillIn(spec, values) }
}

export const createTemplates = ({ db, clock, check }: TemplateDeps): Templates => ({
  async save(requesterId, { name, ...body }) {
    const createdAt = clock.now()
    requireParameters(body.spec, Object.keys(body.defaults), parametersOf(body.spec))
    await check({ ...body.spec, earliestStart: null, deadline: deadlineOf(body, createdAt) })
    const text = JSON.stringify(body)
    return transact(db, async (tx) => {
      const store = createTemplatesStore(tx, requesterId)
      const newest = await store.newest(name)
      if (newest && !newest.isDeleted && newest.body === text) return viewOf(newest)
      const fresh = { name, version: (newest?.version ?? 0) + 1, body: text, createdAt }
      await store.add(fresh)
      return viewOf({ ...fresh, isDeleted: false })
    })
  },
  async list(requesterId, page) {
    const found = await createTemplatesStore(db, requesterId).page({ ...page, limit: page.limit + 1 })
    const items = found.slice(0, page.limit).map(viewOf)
    return { items, next: found.length > page.limit ? (items.at(-1)?.name ?? null) : null }
  },
  show: async (requesterId, asked) => viewOf(await find(db, requesterId, asked)),
  remove: (requesterId, name) =>
    transact(db, async (tx) => {
      await find(tx, requesterId, { name, version: null })
      await createTemplatesStore(tx, requesterId).remove(name, clock.now())
    }),
})
