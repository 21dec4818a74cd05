import { randomBytes } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { ActEntry } from '../../../shared/contract/audit.ts'
import type { Envelope } from '../../../shared/contract/wire.ts'
import { testLogKey } from '../../../shared/domain/receipt-bundle.fake.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { openTestDatabase } from '../persistence/database.fake.ts'
import { type Db, atEnd, transact } from '../persistence/database.ts'
import { dyingAt } from '../persistence/dying.fake.ts'
import { type ActLine, checkActs } from './act-check.ts'
import { signNewestAct } from './act-heads.ts'
import { createActReading } from './act-reading.ts'
import { type Asked, createActs, verifyActs } from './acts.ts'
import { createActsStore } from './acts.store.ts'
import { createAudit } from './audit.ts'
import { nextRecord } from './chain.ts'

const clock = createFakeClock(Date.parse('2026-03-01T12:00:00.000Z'))
const decide = createAudit(clock)

async function open(): Promise<Db> {
  const db = await openTestDatabase()
  onTestFinished(() => db.destroy())
  return db
}

let ids = 0
const actsOver = (db: Db) => createActs({ db, clock, random: randomBytes, nextId: () => `act-${(ids += 1)}` })
const asked = (changes: Partial<Asked> = {}): Asked => ({
  call: 'weighRequester',
  actor: 'requester:owner',
  credential: 'abcd1234',
  network: '192.0.2.0/24',
  input: { requesterId: 'ada', weight: 7, apiKey: 'a secret', spec: { env: { PASSWORD: 'another secret' } } },
  ...changes,
})

test('wherever the process dies, there is no act without its entry and no entry that says “done” without its act', async () => {
  const db = await open()
  await transact(db, (tx) => tx.insertInto('requester').values({ id: 'ada', name: 'Ada', created_at: 1, weight: 100 }).execute())
  const outcomes: boolean[] = []
  for (let writes = 0; writes < 12; writes += 1) {
    const before = await db.selectFrom('act').select('seq').execute()
    const dying = db.withPlugin(dyingAt({ writes }))
    await actsOver(dying)
      .perform(asked(), () =>
        transact(dying, async (tx) => {
          await tx
            .updateTable('requester')
            .set({ weight: 1_000 + writes })
            .where('id', '=', 'ada')
            .execute()
          await decide(tx, 'requester.weighed', { requesterId: 'ada', from: 1, weight: 1_000 + writes, by: 'owner' })
        }),
      )
      .catch(() => undefined)
    const { weight } = await db.selectFrom('requester').select('weight').where('id', '=', 'ada').executeTakeFirstOrThrow()
    const done = await db.selectFrom('act').select('outcome').where('outcome', '=', 'done').where('seq', '>', before.length).execute()
    expect([writes, weight === 1_000 + writes]).toEqual([writes, done.length === 1])
    outcomes.push(done.length === 1)
    expect((await verifyActs(db)).brokenAt).toBeNull()
  }
  expect(new Set(outcomes)).toEqual(new Set([true, false]))
})

test('two that act at the same time leave an entry each, with what each of them changed', async () => {
  const db = await open()
  const acts = actsOver(db)
  const perform = (requesterId: string, isRefused: boolean) =>
    acts
      .perform(asked({ actor: `requester:${requesterId}`, input: { requesterId } }), () =>
        transact(db, async (tx) => {
          await decide(tx, 'requester.weighed', { requesterId })
          if (isRefused) throw new Error('rolled back')
        }),
      )
      .catch(() => undefined)
  await Promise.all(Array.from({ length: 12 }, (_, n) => perform(`r${n}`, n % 3 === 0)))
  const found = await createActsStore(db).oldest({ after: 0, limit: 100 })
  const details = await createActsStore(db).details(found.map(({ seq }) => seq))
  for (const { seq, body } of found) {
    const { actor, outcome } = JSON.parse(body) as { actor: string; outcome: string }
    const { changes } = JSON.parse(details.get(seq) ?? '') as { changes: { change: { requesterId: string } }[] }
    expect([outcome, changes.map(({ change }) => `requester:${change.requesterId}`)]).toEqual(outcome === 'done' ? ['done', [actor]] : ['failed', []])
  }
  expect(found).toHaveLength(12)
})

async function exported(db: Db): Promise<{ acts: ActEntry[]; heads: Envelope[] }> {
  const reading = createActReading(db, testLogKey.publicJwk)
  const { items, heads, next } = await reading.export({ after: null, limit: 3 })
  const acts = [...items]
  for (let after = next; after !== null; ) {
    const page = await reading.export({ after, limit: 3 })
    acts.push(...page.items)
    heads.push(...page.heads)
    after = page.next
  }
  return { acts, heads }
}

async function* linesOf({ acts, heads }: { acts: readonly ActEntry[]; heads: readonly Envelope[] }): AsyncGenerator<ActLine> {
  for (const act of acts) yield { act }
  for (const head of heads) yield { head }
}

const key = testLogKey.publicJwk
const check = (log: { acts: readonly ActEntry[]; heads: readonly Envelope[] }, seen: readonly Envelope[] = []) => checkActs(linesOf(log), { key, seen })

async function someActs(): Promise<{ db: Db; log: { acts: ActEntry[]; heads: Envelope[] } }> {
  const db = await open()
  for (let n = 0; n < 8; n += 1) await actsOver(db).perform(asked({ input: { requesterId: `r${n}` } }), async () => undefined)
  await signNewestAct(db, { logSigner: testLogKey, clock })
  return { db, log: await exported(db) }
}

test('whoever edits, removes, reorders, inserts or cuts off acts is found out, by an exported file alone', async () => {
  const { log } = await someActs()
  expect(await check(log)).toMatchObject({ acts: 8, heads: 1, signedUpTo: 8, forgotten: 0, problem: null })
  const changed = (acts: readonly ActEntry[]) => check({ ...log, acts })
  const [first, second, third, ...others] = log.acts as [ActEntry, ActEntry, ActEntry, ...ActEntry[]]
  const edited = { ...second, record: { ...second.record, body: second.record.body.replace('done', 'failed') } }
  expect(await changed([first, edited, third, ...others])).toMatchObject({ problem: expect.stringContaining('Act 2 ') })
  expect(await changed([first, third, ...others])).toMatchObject({ problem: expect.stringContaining('Act 2 is missing') })
  expect(await changed([first, third, second, ...others])).toMatchObject({ problem: expect.stringContaining('Act 2 ') })
  expect(await changed(log.acts.slice(0, -1))).toMatchObject({ problem: expect.stringContaining('cut off') })
  expect(await changed([{ ...first, details: `${first.details} ` }, second, third, ...others])).toMatchObject({
    problem: 'The details of act 1 are not what was hashed.',
  })
  const anew = nextRecord({ seq: 7, hash: log.acts[6]?.record.hash ?? '' }, { ...(log.acts[7] as ActEntry).record, at: 1 })
  const rewritten = { record: { ...anew, at: '1970-01-01T00:00:00.001Z' }, details: null }
  expect(await changed([...log.acts.slice(0, 7), rewritten as ActEntry])).toMatchObject({ problem: expect.stringContaining('rewritten') })
})

test('an end that was cut off with everything that was signed over it is found by a head that somebody kept', async () => {
  const { db, log } = await someActs()
  const { head } = await createActReading(db, key).head()
  expect(head).not.toBeNull()
  expect(await check({ acts: log.acts.slice(0, 5), heads: [] })).toMatchObject({ problem: null, acts: 5 })
  expect(await check({ acts: log.acts.slice(0, 5), heads: [] }, [head as Envelope])).toMatchObject({ problem: expect.stringContaining('cut off') })
  const forged = { ...(head as Envelope), payload: Buffer.from('{}').toString('base64') }
  expect(await check(log, [forged])).toMatchObject({ problem: 'A head is not signed by the key of this log.' })
})

test('an act that was emptied is found out, though its hash still stands in the chain', async () => {
  const { db } = await someActs()
  await db.updateTable('act').set({ body: 'erased' }).where('seq', '=', 3).execute()
  await db.deleteFrom('act_detail').where('seq', '=', 3).execute()
  expect(await check(await exported(db))).toMatchObject({ problem: expect.stringContaining('Act 3 ') })
  expect(await verifyActs(db)).toMatchObject({ brokenAt: 3 })
})

const long = (member: unknown, prefix: string) => Object.fromEntries(Array.from({ length: 6_000 }, (_, at) => [`${prefix}${at}`, member]))

test('whatever somebody sends, its act can be read and checked afterwards', async () => {
  const db = await open()
  for (const input of [long(Infinity, 'a'), long('', 'key'), long('\u0001'.repeat(400), 'b')])
    await actsOver(db).perform(asked({ input }), async () => undefined)
  const log = await exported(db)
  expect(log.acts.map((act) => ActEntry.safeParse(act).success)).toEqual([true, true, true])
  expect(await check(log)).toMatchObject({ acts: 3, problem: null })
})

test('an act whose first transaction is lost, and that goes on in another one, has its entry', async () => {
  const db = await open()
  const work = (isLost: boolean) =>
    transact(db, async (tx) => {
      await decide(tx, 'requester.weighed', { requesterId: 'ada', isLost })
      // After the entry, as when the disk is full at the very end.
      if (isLost) atEnd(tx, () => Promise.reject(new Error('lost')))
    })
  await actsOver(db).perform(asked(), () => work(true).catch(() => work(false)))
  expect((await createActsStore(db).oldest({ after: 0, limit: 9 })).map(({ body }) => JSON.parse(body).outcome)).toEqual(['done'])
})

test('what stands beside the chain can be forgotten, and the chain still verifies', async () => {
  const { db } = await someActs()
  await transact(db, (tx) => createActsStore(tx).forgetDetails(clock.now() + 1))
  expect(await check(await exported(db))).toMatchObject({ acts: 8, forgotten: 8, problem: null })
  expect(await verifyActs(db)).toEqual({ count: 8, brokenAt: null })
})

test('no secret that was sent is written down', async () => {
  const db = await open()
  await actsOver(db).perform(asked(), async () => undefined)
  const { text } = await db.selectFrom('act_detail').select('text').executeTakeFirstOrThrow()
  expect(text).not.toContain('secret')
  expect(JSON.parse(text)).toMatchObject({ input: { requesterId: 'ada', weight: 7 } })
})
