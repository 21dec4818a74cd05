import { sql } from 'kysely'
import type { PlaceKind } from '../../../../shared/domain/places.ts'
import type { Db, Tx } from '../../persistence/database.ts'
import { updateRows } from '../../persistence/many-rows.ts'
import { USUAL_WEIGHT } from './line.ts'

/** In these words, and not as parameters, so that databases know that the indexes of waiting jobs will do. */
const isInLine = sql<boolean>`state IN ('queued', 'planned') AND blocked = 0`
const isFresh = sql<boolean>`planned_at IS NULL`
const isLookedAt = sql<boolean>`planned_at IS NOT NULL`
const isServed = sql<boolean>`state IN ('leased', 'running', 'verifying')`

/** Whose jobs, and which of them. */
export interface Line {
  readonly place: PlaceKind
  readonly requesterId: string
}

/** All SQL on table `fair_share`, and on jobs as they stand in line. */
export function createLineStore(db: Db | Tx) {
  const inLine = ({ place, requesterId }: Line) => db.selectFrom('job').where('place', '=', place).where('requester_id', '=', requesterId).where(isInLine)
  const extreme = async (place: PlaceKind, of: 'served' | 'waiting' | 'all'): Promise<number | null> => {
    if (of === 'all')
      return (
        (
          await db
            .selectFrom('fair_share')
            .select((e) => e.fn.max('finish').as('at'))
            .where('place', '=', place)
            .executeTakeFirst()
        )?.at ?? null
      )
    const query = db.selectFrom('job').select('fair_start as at').where('place', '=', place)
    const sorted = of === 'served' ? query.where(isServed).orderBy('fair_start', 'desc') : query.where(isInLine).orderBy('fair_start')
    return (await sorted.limit(1).executeTakeFirst())?.at ?? null
  }
  return {
    /** Where the virtual clock stands: with what is served; else with what waits; else where everything ended. */
    async now(place: PlaceKind): Promise<number> {
      return (await extreme(place, 'served')) ?? (await extreme(place, 'waiting')) ?? (await extreme(place, 'all')) ?? 0
    },
    async finishOf({ place, requesterId }: Line): Promise<number> {
      const row = await db.selectFrom('fair_share').select('finish').where('place', '=', place).where('requester_id', '=', requesterId).executeTakeFirst()
      return row?.finish ?? 0
    },
    async weightOf(requesterId: string): Promise<number> {
      return (await db.selectFrom('requester').select('weight').where('id', '=', requesterId).executeTakeFirst())?.weight ?? USUAL_WEIGHT
    },
    async finish({ place, requesterId }: Line, finish: number): Promise<void> {
      await db
        .insertInto('fair_share')
        .values({ place, requester_id: requesterId, finish })
        .onConflict((conflict) => conflict.columns(['place', 'requester_id']).doUpdateSet({ finish }))
        .execute()
    },
    /** Everybody with jobs in line for a kind of place. */
    async requesters(place: PlaceKind): Promise<string[]> {
      const found: string[] = []
      for (let last = ''; ; ) {
        const query = db.selectFrom('job').select('requester_id').where('place', '=', place).where(isInLine)
        const next = await query.where('requester_id', '>', last).orderBy('requester_id').limit(1).executeTakeFirst()
        if (!next) return found
        found.push(next.requester_id)
        last = next.requester_id
      }
    },
    /** The first starts of a requester’s jobs. */
    async starts(line: Line, limit: number): Promise<number[]> {
      return (await inLine(line).select('fair_start').orderBy('fair_start').limit(limit).execute()).map(({ fair_start }) => fair_start)
    },
    /** Queued jobs that nobody has planned since they were submitted or came back, the most important first. */
    async fresh(line: Line, limit: number): Promise<string[]> {
      const query = inLine(line).select('id').where(isFresh).where('state', '=', 'queued')
      const rows = await query.orderBy('priority', 'desc').orderBy('deadline_at').orderBy('id').limit(limit).execute()
      return rows.map(({ id }) => id)
    },
    /** Queued jobs for which no place was found, those that were looked at longest ago first. */
    async passedOver(line: Line, limit: number): Promise<string[]> {
      const rows = await inLine(line).select('id').where(isLookedAt).where('state', '=', 'queued').orderBy('planned_at').orderBy('id').limit(limit).execute()
      return rows.map(({ id }) => id)
    },
    /** Whether a job is in line that nobody has planned since it was submitted or came back. */
    async isAnyFresh(): Promise<boolean> {
      return (await db.selectFrom('job').select('id').where(isInLine).where(isFresh).limit(1).executeTakeFirst()) !== undefined
    },
    /** The first in line of a requester that stand before a start. */
    async firstBefore(line: Line, { start, limit }: { readonly start: number; readonly limit: number }): Promise<{ jobId: string; start: number }[]> {
      const rows = await inLine(line).select(['id', 'fair_start']).where('fair_start', '<', start).orderBy('fair_start').limit(limit).execute()
      return rows.map(({ id, fair_start }) => ({ jobId: id, start: fair_start }))
    },
    moveTo: (moved: readonly { readonly jobId: string; readonly start: number }[]): Promise<void> =>
      updateRows(db, { of: 'job', types: { id: 'text', fair_start: 'bigint' }, rows: moved.map(({ jobId, start }) => ({ id: jobId, fair_start: start })) }),
  }
}
