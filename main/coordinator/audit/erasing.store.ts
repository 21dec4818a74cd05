import { ERASED } from '../../../shared/domain/chained-text.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { unpack } from './sealed.ts'

const PAGE = 500
/** Rows that one statement names. */
const AT_ONCE = 500

/** An id, or an email address, where it stands as a value of JSON text, and not as the name of a member. */
const VALUE = /(?<=[[:,])"([A-Za-z0-9_:@.+'-]{1,254})"(?!:)/g

/** Under this name, and no other, the id of a job stands for the job. */
const JOB = /"jobId":"([A-Za-z0-9_-]{1,120})"/g

/** Members of a fact that hold what somebody wrote or was called, and not numbers, codes and ids alone. */
const PERSONAL = /"(?:by|address|owner|name|template|message|note|purpose|wallet)":/

/** Whether JSON text names one of these; jobs are `job:ID`. */
function namesOne(text: string, ids: ReadonlySet<string>): boolean {
  for (const [, id = ''] of text.matchAll(VALUE)) if (ids.has(id)) return true
  for (const [, id = ''] of text.matchAll(JOB)) if (ids.has(`job:${id}`)) return true
  return false
}

async function inParts<T>(keys: readonly T[], each: (part: readonly T[]) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < keys.length; from += AT_ONCE) await each(keys.slice(from, from + AT_ONCE))
}

/** All SQL by which the logs forget: what records said, what choices were made on, and what stands beside acts. Their places in the chains stay. */
export function createLogErasingStore(db: Db | Tx) {
  return {
    /** Numbers of the facts that say more of one of these than numbers and codes. */
    async factsAbout(ids: ReadonlySet<string>): Promise<number[]> {
      const found: number[] = []
      for (let after = 0; ; ) {
        const rows = db.selectFrom('decision').select(['seq', 'body']).where('form', '=', 'fact').where('seq', '>', after).orderBy('seq').limit(PAGE)
        const page = await rows.execute()
        found.push(...page.filter(({ body }) => PERSONAL.test(body) && namesOne(body, ids)).map(({ seq }) => seq))
        after = page.at(-1)?.seq ?? after
        if (page.length < PAGE) return found
      }
    },
    /** Hashes of the inputs of choices that name one of these. */
    async inputsAbout(ids: ReadonlySet<string>): Promise<string[]> {
      const found: string[] = []
      for (let after = ''; ; ) {
        const page = await db.selectFrom('decision_input').select(['sha256', 'packed']).where('sha256', '>', after).orderBy('sha256').limit(PAGE).execute()
        found.push(...page.filter(({ packed }) => namesOne(unpack(packed), ids)).map(({ sha256 }) => sha256))
        after = page.at(-1)?.sha256 ?? after
        if (page.length < PAGE) return found
      }
    },
    /** Numbers of the acts that are by or about one of these, or whose details name one. */
    async actsAbout(ids: ReadonlySet<string>): Promise<number[]> {
      const found: number[] = []
      for (let after = 0; ; ) {
        const page = await db
          .selectFrom('act_detail')
          .innerJoin('act', 'act.seq', 'act_detail.seq')
          .select(['act.seq', 'act.body', 'act_detail.text'])
          .where('act.seq', '>', after)
          .orderBy('act.seq')
          .limit(PAGE)
          .execute()
        found.push(...page.filter(({ body, text }) => namesOne(body, ids) || namesOne(text, ids)).map(({ seq }) => seq))
        after = page.at(-1)?.seq ?? after
        if (page.length < PAGE) return found
      }
    },
    eraseFacts: (seqs: readonly number[]) => inParts(seqs, (part) => db.updateTable('decision').set({ body: ERASED }).where('seq', 'in', part).execute()),
    dropInputs: (hashes: readonly string[]) => inParts(hashes, (part) => db.deleteFrom('decision_input').where('sha256', 'in', part).execute()),
    dropDetails: (seqs: readonly number[]) => inParts(seqs, (part) => db.deleteFrom('act_detail').where('seq', 'in', part).execute()),
  }
}
