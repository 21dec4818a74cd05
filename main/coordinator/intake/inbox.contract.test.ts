/** One suite over every inbox: what waits is durable, in order, as it was sent, and there once. */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '../persistence/database.ts'
import { databases, hasPostgres, postgresPlace } from '../persistence/databases.fixture.ts'
import { createPostgresInbox } from './inbox-postgres.store.ts'
import { openSqliteInbox } from './inbox-sqlite.ts'
import { type Entry, type Inbox, type Message, PAGE_BYTES, type Scope } from './inbox.ts'
import { createFakeInbox } from './inbox.fake.ts'

const directory = mkdtempSync(join(tmpdir(), 'windfall-inbox-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const message = (text: string, nodeId = 'n', at = 7): Message => {
  const body = Buffer.from(text)
  return { nodeId, digest: createHash('sha256').update(body).digest('base64url'), body, at }
}

/** What may be compared: one store gives a Buffer, another one an array of bytes. */
const plain = (entries: readonly Entry[]) => entries.map((entry) => ({ ...entry, body: Buffer.from(entry.body).toString('hex') }))
const all = { after: 0, limit: 1_000, scope: 'all' } as const
const append = (inbox: Inbox, ...messages: Message[]) => inbox.commit({ append: messages, remove: [] })

let files = 0
const newFile = () => join(directory, `${(files += 1)}.sqlite`)

/** An inbox of its own in a database of its own. */
async function openPostgres(place: () => Promise<string>, replicaId = 'here'): Promise<Inbox> {
  const db = await openDatabase(await place())
  onTestFinished(() => db.destroy())
  return createPostgresInbox(db, replicaId)
}

const kinds: readonly (readonly [string, () => Promise<Inbox>])[] = [
  ['the model', async () => createFakeInbox()],
  ['SQLite', () => openSqliteInbox(newFile())],
  ...databases.filter(({ name }) => name === 'PostgreSQL').map(({ name, place }) => [name, () => openPostgres(place)] as const),
]

describe.each(kinds)('%s', (_, open) => {
  test('gives what was appended back in order, byte for byte, until it is removed', async () => {
    const inbox = await open()
    const places = await append(inbox, message('a'), message('b', 'm', 9))
    expect(places[1]).toBeGreaterThan(places[0] ?? Number.NaN)
    expect(plain(await inbox.page(all))).toEqual(
      plain([
        { ...message('a'), seq: places[0] ?? 0 },
        { ...message('b', 'm', 9), seq: places[1] ?? 0 },
      ]),
    )
    expect(await inbox.depth()).toEqual({ messages: 2, bytes: 2 })
    await inbox.commit({ append: [], remove: [places[0] ?? 0, 999] })
    expect((await inbox.page(all)).map(({ seq }) => seq)).toEqual([places[1]])
    await inbox.close()
  })

  test('keeps a message once, in the place it has, also within one commit, and gives no place twice', async () => {
    const inbox = await open()
    const [first, again] = await append(inbox, message('a'), message('a'))
    expect(again).toBe(first)
    expect(await append(inbox, message('b'), message('a'))).toEqual([expect.any(Number), first])
    const before = (await inbox.page(all)).map(({ seq }) => seq)
    await inbox.commit({ append: [], remove: before })
    const [next] = await append(inbox, message('a'))
    expect(next).toBeGreaterThan(Math.max(...before))
    await inbox.close()
  })

  test('a message that is appended in the commit that removes it is there, in a new place', async () => {
    const inbox = await open()
    const [seq = 0] = await append(inbox, message('a'))
    const [again = 0] = await inbox.commit({ append: [message('a')], remove: [seq] })
    expect(again).toBeGreaterThan(seq)
    expect((await inbox.page(all)).map((entry) => entry.seq)).toEqual([again])
    await inbox.close()
  })

  test('a page is never more than it may be, and never empty while something follows', async () => {
    const inbox = await open()
    const large = Array.from({ length: 5 }, (__, n) => message(`${n}`.padEnd(PAGE_BYTES / 2 + 1, '.')))
    await append(inbox, ...large, message('x'.repeat(2 * PAGE_BYTES)), message('y'))
    const pages: number[] = []
    for (let after = 0; ; ) {
      const page = await inbox.page({ after, limit: 3, scope: 'all' })
      if (page.length === 0) break
      pages.push(page.length)
      after = page.at(-1)?.seq ?? 0
    }
    expect(pages).toEqual([2, 2, 2, 1])
    await inbox.close()
  })
})

const texts = (entries: readonly Entry[]) => entries.map(({ body, nodeId, digest, at }) => [Buffer.from(body).toString(), nodeId, digest, at])

const Command = fc.oneof(
  fc.record({ is: fc.constant('commit' as const), append: fc.array(fc.nat(12), { maxLength: 6 }), remove: fc.array(fc.nat(20), { maxLength: 6 }) }),
  fc.record({ is: fc.constant('page' as const), after: fc.nat(20), limit: fc.integer({ min: 1, max: 5 }) }),
)

describe.each(kinds.slice(1))('%s', (_, open) => {
  test('does what the model does, whatever it is asked', async () => {
    const inbox = await open()
    await fc.assert(
      fc.asyncProperty(fc.array(Command, { maxLength: 20 }), async (commands) => {
        const model = createFakeInbox()
        await inbox.commit({ append: [], remove: (await inbox.page(all)).map(({ seq }) => seq) })
        // Places of both, in the order in which they were given: they need not be the same numbers.
        const given: (readonly [number, number])[] = [[0, 0]]
        for (const command of commands) {
          if (command.is === 'commit') {
            const messages = command.append.map((n) => message(`message ${n}`, `node ${n % 3}`))
            const remove = command.remove.flatMap((n) => (given[n + 1] ? [given[n + 1] ?? [0, 0]] : []))
            const ours = await inbox.commit({ append: messages, remove: remove.map(([place]) => place) })
            const theirs = await model.commit({ append: messages, remove: remove.map(([, place]) => place) })
            ours.forEach((place, index) => {
              if (given.every(([known]) => known !== place)) given.push([place, theirs[index] ?? 0])
              expect(given).toContainEqual([place, theirs[index]])
            })
          } else {
            const [ours, theirs] = given[command.after] ?? given.at(-1) ?? [0, 0]
            const page = await inbox.page({ ...all, after: ours, limit: command.limit })
            expect(texts(page)).toEqual(texts(await model.page({ ...all, after: theirs, limit: command.limit })))
          }
          expect(await inbox.depth()).toEqual(await model.depth())
        }
      }),
    )
    await inbox.close()
  })
})

test('an SQLite inbox that is opened again has what was in it, and gives no place anew', async () => {
  const file = newFile()
  const inbox = await openSqliteInbox(file)
  const [a = 0, b = 0] = await append(inbox, message('a'), message('b'))
  await inbox.commit({ append: [], remove: [b] })
  await inbox.close()
  const reopened = await openSqliteInbox(file)
  expect((await reopened.page(all)).map(({ seq }) => seq)).toEqual([a])
  expect(await append(reopened, message('c'))).toEqual([b + 1])
  await reopened.close()
})

test('an SQLite inbox that cannot be opened, or is closed, says so and keeps nobody waiting', async () => {
  await expect(openSqliteInbox(join(directory, 'missing', 'x.sqlite'))).rejects.toMatchObject({ code: 'storage.failed' })
  const inbox = await openSqliteInbox(newFile())
  const closing = inbox.close()
  await expect(append(inbox, message('late'))).rejects.toMatchObject({ retry: true })
  await closing
  await expect(inbox.depth()).rejects.toMatchObject({ code: 'unavailable' })
})

const seen = async (inbox: Inbox, scope: Scope) => (await inbox.page({ ...all, scope })).map(({ seq }) => seq)

describe.runIf(hasPostgres)('PostgreSQL, shared by two coordinators', () => {
  test('each has its own, and what the other one left behind after half a minute', async () => {
    const db = await openDatabase(await postgresPlace())
    onTestFinished(() => db.destroy())
    const [here, there] = [createPostgresInbox(db, 'here'), createPostgresInbox(db, 'there')]
    const [a = 0] = await append(here, message('a'))
    const [b = 0] = await append(there, message('b'))
    expect([await seen(here, 'own'), await seen(there, 'own'), await seen(here, 'all')]).toEqual([[a], [b], [a]])
    await db
      .updateTable('proof_inbox')
      .set(({ eb }) => ({ kept_at: eb('kept_at', '-', 31_000) }))
      .execute()
    expect([await seen(here, 'own'), await seen(here, 'all')]).toEqual([[a], [a, b]])
    expect(await append(there, message('a'))).toEqual([a])
  })

  test('whoever reads on misses nothing, however commits overtake each other', async () => {
    const db = await openDatabase(await postgresPlace())
    onTestFinished(() => db.destroy())
    const inboxes = [createPostgresInbox(db, 'here'), createPostgresInbox(db, 'there'), createPostgresInbox(db, 'here')]
    const texts = Array.from({ length: 240 }, (_, n) => `message ${n}`)
    const seen: string[] = []
    let [after, writing] = [0, inboxes.length]
    const reading = (async () => {
      for (let last = false; ; ) {
        const page = await createPostgresInbox(db, 'here').page({ after, limit: 7, scope: 'own' })
        seen.push(...page.map(({ body }) => Buffer.from(body).toString()))
        after = page.at(-1)?.seq ?? after
        if (page.length === 0 && last) return
        last = writing === 0
      }
    })()
    await Promise.all(
      inboxes.map(async (inbox, index) => {
        for (const text of texts.filter((_, n) => n % 3 === index)) await append(inbox, message(text))
        writing -= 1
      }),
    )
    await reading
    expect(seen.toSorted()).toEqual(texts.filter((_, n) => n % 3 !== 1).toSorted())
  })
})
