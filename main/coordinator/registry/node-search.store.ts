import { type RawBuilder, sql } from 'kysely'
import type { NodeState } from '../../../shared/contract/node.ts'
import type { Db } from '../persistence/database.ts'
import { type Found, type Search, type Spot, among, beginsWith, isFew, look } from '../persistence/looking.ts'

/** Which nodes are meant; what is `null` does not matter. */
export interface NodeFilter {
  readonly states: readonly NodeState[] | null
  readonly zones: readonly string[] | null
  /** A part of the name of a GPU, in any case. */
  readonly gpu: string | null
  /** Whose it is, in full. */
  readonly owner: string | null
  /** The beginning of its id, and that of its id or its owner. */
  readonly beginning: string | null
  readonly search: string | null
}

type Condition = RawBuilder<unknown>
type Way = Pick<Search, 'from' | 'at' | 'id' | 'by'> & { readonly isFew?: boolean }

const NODE = { from: sql`node`, at: sql`node.enrolled_at`, id: sql`node.id` }
const newest: Way = { ...NODE, by: [] }

const ofFleets = (which: Condition): Condition =>
  sql`node.id IN (SELECT m.node_id FROM fleet_member AS m INNER JOIN fleet AS f ON f.id = m.fleet_id WHERE ${which})`
const NAME = sql`f.name`

/** Every model there is, without reading every node: each is the least one after the one before it. */
async function models(db: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    WITH RECURSIVE model (name) AS (
      SELECT min(name) FROM node_gpu
      UNION ALL
      SELECT (SELECT min(node_gpu.name) FROM node_gpu WHERE node_gpu.name > model.name) FROM model WHERE model.name IS NOT NULL
    )
    SELECT name FROM model WHERE name IS NOT NULL LIMIT 5000`.execute(db)
  return rows.map(({ name }) => name)
}

async function modelsLike(db: Db, part: string): Promise<string[]> {
  const wanted = part.toLowerCase()
  return (await models(db)).filter((name) => name.toLowerCase().includes(wanted)).slice(0, 200)
}

const hasModel = (names: readonly string[]): Condition =>
  names.length === 0 ? sql`1 = 0` : sql`EXISTS (SELECT 1 FROM node_gpu AS had WHERE had.node_id = node.id AND ${among(sql`had.name`, names)})`

/** What is asked for, each with what a row is looked at for and, where there is one, the way by which an index finds it. */
interface Wish {
  readonly test: Condition
  readonly way: () => Promise<Way | null>
}

const byColumn = (db: Db, column: Condition, values: readonly string[]): Wish => {
  const test = among(column, values)
  return {
    test,
    way: async () => {
      if (values.length === 1) return { ...NODE, by: [sql`${column} = ${values[0]}`] }
      return (await isFew(db, NODE.from, test)) ? { ...NODE, by: [test], isFew: true } : null
    },
  }
}

async function byModel(db: Db, part: string): Promise<Wish> {
  const names = await modelsLike(db, part)
  const test = hasModel(names)
  return {
    test,
    way: async () => {
      if (names.length !== 1) return null
      const from = sql`node_gpu AS had INNER JOIN node ON node.id = had.node_id`
      return { from, at: sql`had.enrolled_at`, id: sql`had.node_id`, by: [sql`had.name = ${names[0]}`] }
    },
  }
}

const byText = (db: Db, test: Condition): Wish => ({
  test,
  way: async () => ((await isFew(db, NODE.from, test)) ? { ...NODE, by: [test], isFew: true } : null),
})

const isOwner = (which: (column: Condition) => Condition): Condition => sql`(${which(NAME)} OR (f.name IS NULL AND ${which(sql`f.id`)}))`

async function wishesOf(db: Db, { states, zones, gpu, owner, beginning, search }: NodeFilter): Promise<Wish[]> {
  return [
    ...(beginning === null ? [] : [byText(db, beginsWith(NODE.id, beginning))]),
    ...(owner === null ? [] : [byText(db, ofFleets(isOwner((column) => sql`${column} = ${owner}`)))]),
    ...(search === null ? [] : [byText(db, sql`(${beginsWith(NODE.id, search)} OR ${ofFleets(isOwner((column) => beginsWith(column, search)))})`)]),
    ...(gpu === null ? [] : [await byModel(db, gpu)]),
    ...(zones === null ? [] : [byColumn(db, sql`node.zone`, zones)]),
    ...(states === null ? [] : [byColumn(db, sql`node.state`, states)]),
  ]
}

/** Places of nodes, newest enrolment first. */
export async function findNodes(db: Db, filter: NodeFilter, page: { readonly before: Spot | null; readonly limit: number }): Promise<Found> {
  const wishes = await wishesOf(db, filter)
  for (const wish of wishes) {
    const way = await wish.way()
    if (way) return look(db, { ...way, rest: wishes.filter((other) => other !== wish).map(({ test }) => test) }, page)
  }
  return look(db, { ...newest, rest: wishes.map(({ test }) => test) }, page)
}
