import type { CompiledQuery, QueryResult } from 'kysely'

/** Answers to one query that are kept. */
const MOST_ANSWERS = 1_000
/** Statements of which it is known what they change; nearly all have one of a few texts. */
const MOST_STATEMENTS = 1_000

const marked = new WeakSet<object>()

/** Marks a query whose answers are worth remembering: often asked, of what rarely changes. What it is compiled to again is another one. */
export function toRemember<Q extends CompiledQuery>(query: Q): Q {
  marked.add(query.query)
  return query
}

const BEGIN = /^begin\b/i
const END = /^(?:commit|rollback(?! to\b))\b/i
const UNDO = /^rollback\b/i
const CONTROL = /^(?:begin|commit|rollback|savepoint|release)\b/i
const CHANGE = /^(?:insert into|update) "?(?!(?:or|only)\b)(\w+)"?\s/i
const SET = /^update "\w+" set (.*?) where /is

/** Columns that an UPDATE, as kysely writes it, sets to given values or counts up; `null` where that cannot be told. */
function columnsSet(update: string): readonly string[] | null {
  const parts = SET.exec(update)?.[1]?.split(', ') ?? ['']
  const columns = parts.flatMap((part) => /^"(\w+)" = (?:"\1" \+ )?(?:\?|\$\d+)$/.exec(part)?.[1] ?? [])
  return columns.length === parts.length ? columns : null
}

/** Whether what a statement does may change what a query is answered. Of what is deleted, other things may hang. */
export function mayChange(statement: string, query: string): boolean {
  if (/^select\b/i.test(statement)) return false
  const table = CHANGE.exec(statement)?.[1]
  if (table === undefined) return true
  if (!query.includes(`"${table}"`)) return false
  const columns = columnsSet(statement)
  return columns === null || query.includes('*') || columns.some((column) => query.includes(`"${column}"`))
}

interface Effect {
  readonly opens: boolean
  readonly closes: boolean
  readonly undoes: boolean
  /** Texts of queries that may be answered otherwise from now on. */
  readonly changes: readonly string[]
}

function effectOf(text: string, queries: Iterable<string>): Effect {
  if (!CONTROL.test(text)) return { opens: false, closes: false, undoes: false, changes: [...queries].filter((query) => mayChange(text, query)) }
  const steps = text.split(';').map((step) => step.trim())
  const isAny = (kind: RegExp): boolean => steps.some((step) => kind.test(step))
  return { opens: isAny(BEGIN), closes: isAny(END), undoes: isAny(UNDO), changes: [] }
}

interface Answers {
  /** By the parameters that were asked with. */
  given: Map<string, QueryResult<unknown>>
}

export type Ask = <R>(query: CompiledQuery<R>, execute: () => Promise<QueryResult<R>>) => Promise<QueryResult<R>>

/**
 * Stands before one connection, all of whose statements pass it in their order, and gives an answer again for as long as nothing was written since that
 * could change it and nothing was undone. `isShared`: others write to the database, too, though not during a transaction of this connection: outside of
 * one nothing is remembered. Whoever is answered changes nothing in the rows.
 */
export function createRemembered(isShared: boolean): Ask {
  const answers = new Map<string, Answers>()
  const effects = new Map<string, Effect>()
  let isOpen = false
  const forget = (text: string): void => {
    const of = answers.get(text)
    if (of) of.given = new Map()
  }
  const follow = (text: string): void => {
    const effect = effects.get(text) ?? effectOf(text, answers.keys())
    if (effects.size >= MOST_STATEMENTS) effects.clear()
    effects.set(text, effect)
    if (effect.opens) isOpen = true
    if (effect.closes) isOpen = false
    const isOver = isShared && (effect.opens || effect.closes)
    for (const each of effect.undoes || isOver ? answers.keys() : effect.changes) forget(each)
  }
  const answersTo = (text: string): Answers => {
    const known = answers.get(text) ?? { given: new Map() }
    if (!answers.has(text)) effects.clear()
    answers.set(text, known)
    return known
  }
  return async (query, execute) => {
    if (!marked.has(query.query)) {
      follow(query.sql)
      return execute()
    }
    if (isShared && !isOpen) return execute()
    const of = answersTo(query.sql)
    const { given } = of
    const key = JSON.stringify(query.parameters)
    const known = given.get(key)
    if (known) return known as Awaited<ReturnType<typeof execute>>
    const result = await execute()
    if (given.size >= MOST_ANSWERS) given.clear()
    // What was written meanwhile has another map.
    given.set(key, result)
    return result
  }
}
