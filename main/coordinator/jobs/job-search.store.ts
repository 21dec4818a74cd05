import { type RawBuilder, sql } from 'kysely'
import type { JobSpec, JobState } from '../../../shared/contract/job.ts'
import { type Db, engineOf } from '../persistence/database.ts'
import { type Found, type Search, type Spot, among, beginsWith, isFew, look } from '../persistence/looking.ts'

/** Which jobs are meant; what is `null` does not matter. Times are epoch milliseconds. */
export interface JobFilter {
  readonly requesterId: string | null
  readonly states: readonly JobState[] | null
  readonly kinds: readonly JobSpec['kind'][] | null
  readonly zones: readonly string[] | null
  /** A node that was given the job. */
  readonly nodeId: string | null
  /** Name of the template, in any version. */
  readonly template: string | null
  /** A part of the name in any case, or the beginning of the id. */
  readonly search: string | null
  readonly since: number | null
  readonly until: number | null
}

type Condition = RawBuilder<unknown>
type Way = Pick<Search, 'by' | 'isFew'>

const JOB = { from: sql`job`, at: sql`job.submitted_at`, id: sql`job.id` }

/** States whose jobs an index gives in the order of their submission; it is told from the text of the condition. */
const INDEXED: readonly JobState[] = ['failed', 'expired', 'cancelled']
const HAS_MISSED = sql`job.state IN ('failed', 'expired', 'cancelled')`

const wasGiven = (nodeId: string): Condition => sql`job.id IN (SELECT given.job_id FROM attempt AS given WHERE given.node_id = ${nodeId})`

const wasIn = (zones: readonly string[]): Condition =>
  sql`EXISTS (SELECT 1 FROM attempt AS given INNER JOIN node AS place ON place.id = given.node_id WHERE given.job_id = job.id AND ${among(sql`place.zone`, zones)})`

/** Specifications are written with their keys in one order, this one first; a quote inside a text is escaped there. */
const isOfKind = (kind: string): Condition => {
  const beginning = `{"kind":"${kind}",`
  return sql`substr(job.spec, 1, ${sql.lit(beginning.length)}) = ${sql.lit(beginning)}`
}

/** What JSON can say and no text of PostgreSQL can hold: one such job of anybody’s would end the search of everybody. */
const UNREADABLE = String.raw`\\u(?:0000|d[89a-f])`
const NAME_AS_WRITTEN = String.raw`"name":"((?:[^"\\]|\\.)*)"`

const nameIn = (db: Db): Condition =>
  engineOf(db).kind === 'SQLite'
    ? sql`json_extract(job.spec, '$.name')`
    : sql`CASE WHEN job.spec ~ ${UNREADABLE} THEN substring(job.spec from ${NAME_AS_WRITTEN}) ELSE CAST(job.spec AS json) ->> 'name' END`

function isNamed(db: Db, search: string): Condition {
  const name = nameIn(db)
  const part = `%${search.toLowerCase().replaceAll(/[\\%_]/g, String.raw`\$&`)}%`
  return sql`(${beginsWith(JOB.id, search)} OR lower(${name}) LIKE ${part} ESCAPE '\\')`
}

/** Literals where an index is told from the text of a statement. */
const inStates = (states: readonly JobState[]): Condition => sql`job.state IN (${sql.join(states.map((state) => sql.lit(state)))})`

function restOf(db: Db, { requesterId, states, kinds, zones, nodeId, template, search }: JobFilter) {
  return {
    requester: requesterId === null ? [] : [sql`job.requester_id = ${requesterId}`],
    states: states === null ? [] : [inStates(states)],
    kinds: kinds === null ? [] : [sql`(${sql.join(kinds.map(isOfKind), sql` OR `)})`],
    zones: zones === null ? [] : [wasIn(zones)],
    node: nodeId === null ? [] : [wasGiven(nodeId)],
    template: template === null ? [] : [sql`job.template_name = ${template}`],
    search: search === null ? [] : [isNamed(db, search)],
  }
}
type Rest = ReturnType<typeof restOf>

/** All that is asked of a job. */
export const conditionsOf = (db: Db, filter: JobFilter): Condition[] => [...Object.values(restOf(db, filter)).flat(), ...during(filter)]

/** What an index finds best of what is asked for, and what of it that leaves. */
async function wayOf(db: Db, { states, nodeId }: JobFilter, rest: Rest): Promise<Way & { readonly taken: readonly (keyof Rest)[] }> {
  if (nodeId !== null && (await isFew(db, sql`attempt AS given`, sql`given.node_id = ${nodeId}`))) return { by: rest.node, isFew: true, taken: ['node'] }
  const [state, ...others] = states ?? []
  if (state !== undefined && others.length === 0 && INDEXED.includes(state) && rest.requester.length === 0)
    return { by: [HAS_MISSED, sql`job.state = ${sql.lit(state)}`], taken: ['states'] }
  if (states !== null && !states.includes('completed') && (await isFew(db, JOB.from, inStates(states))))
    return { by: rest.states, isFew: true, taken: ['states'] }
  return { by: rest.requester, taken: ['requester'] }
}

const during = ({ since, until }: JobFilter): Condition[] => [
  ...(since === null ? [] : [sql`job.submitted_at >= ${since}`]),
  ...(until === null ? [] : [sql`job.submitted_at < ${until}`]),
]

/** Places of jobs, newest submission first. */
export async function findJobs(db: Db, filter: JobFilter, page: { readonly before: Spot | null; readonly limit: number }): Promise<Found> {
  const rest = restOf(db, filter)
  const { by, isFew: few = false, taken } = await wayOf(db, filter, rest)
  const left = (Object.keys(rest) as (keyof Rest)[]).filter((name) => !taken.includes(name)).flatMap((name) => rest[name])
  return look(db, { ...JOB, by: [...by, ...during(filter)], rest: left, isFew: few }, page)
}
