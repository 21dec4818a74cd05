import { randomBytes } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { JobSpec } from '../../../shared/contract/job.ts'
import { Capabilities } from '../../../shared/contract/node.ts'
import type { PersonPiece } from '../../../shared/contract/person.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createActs, verifyActs } from '../audit/acts.ts'
import { createAudit, createChoose, verifyDecisions } from '../audit/audit.ts'
import { unpack } from '../audit/sealed.ts'
import { choiceBy, sumPolicy } from '../audit/toy-policy.fake.ts'
import { checkLedger } from '../ledger/check.ts'
import { deposit } from '../ledger/requester-money.ts'
import { openTestDatabase } from '../persistence/database.fake.ts'
import { type Db, transact } from '../persistence/database.ts'
import { tracesIn } from '../personal.ts'
import { type Asker, createPersons } from './persons.ts'
import { ADA, MARKER, plant, tablesWith } from './planted.fixture.ts'
import { OTHER_TABLES, PLACES } from './places.ts'

const DAY_MS = 86_400_000

/** `during`: what happens while the logs are looked through. */
async function start(during: () => Promise<unknown> = async () => undefined) {
  const db = await openTestDatabase()
  onTestFinished(() => db.destroy())
  const clock = createFakeClock(Date.parse('2026-03-01T12:00:00.000Z'))
  const decide = createAudit(clock)
  let ids = 0
  const removed: string[] = []
  const store = { remove: async (digest: string) => void removed.push(digest), has: async () => true, read: async () => Buffer.from(MARKER) }
  const persons = createPersons({
    db,
    clock,
    decide,
    stores: { blobs: store, outputs: store, checkpoints: store },
    outputs: store,
    findTraces: async (of, ids) => {
      await during()
      return tracesIn(decide)(of, ids)
    },
    nextId: () => `erasure-${(ids += 1)}`,
    undoMs: 7 * DAY_MS,
    lasting: ['owner'],
  })
  return { db, clock, decide, persons, removed }
}
type World = Awaited<ReturnType<typeof start>>

const ada: Asker = { by: ADA.requester, own: [`requester:${ADA.requester}`], isKeeper: false }
const node: Asker = { by: ADA.node, own: [`node:${ADA.node}`], isKeeper: false }
const owner: Asker = { by: 'owner', own: ['requester:owner'], isKeeper: true }

/** What the logs say of somebody: facts, what choices were made on, and acts. */
async function tellLogs({ db, clock, decide }: World): Promise<void> {
  await transact(db, async (tx) => {
    await decide(tx, 'requester.weighed', { requesterId: ADA.requester, by: 'owner', reason: MARKER })
    await decide(tx, 'node.payout-address', { nodeId: ADA.node, address: MARKER })
    await decide(tx, 'job.queued', { jobId: 'somebody-elses', template: { name: 'their own' } })
    await createChoose(clock)(tx, choiceBy(sumPolicy, { jobs: { terms: [1], more: { jobId: ADA.job, name: MARKER } } }))
    await createChoose(clock)(tx, choiceBy(sumPolicy, { jobs: { terms: [2], more: { jobId: 'somebody-elses', name: 'their own' } } }))
  })
  const acts = createActs({ db, clock, random: randomBytes, nextId: () => randomBytes(8).toString('hex') })
  for (const requesterId of [ADA.requester, 'bob'])
    await acts.perform(
      {
        call: 'weighRequester',
        actor: 'requester:owner',
        credential: 'abcd1234',
        network: '192.0.2.0/24',
        input: { requesterId, name: requesterId === 'bob' ? 'Bob' : MARKER },
      },
      async () => undefined,
    )
}

const inputs = async (db: Db): Promise<string> =>
  (await db.selectFrom('decision_input').select('packed').execute()).map(({ packed }) => unpack(packed)).join('\n')

test('every table says what of persons is in it, or that nothing is', async () => {
  const { db } = await start()
  const there = (await db.introspection.getTables()).map(({ name }) => name).filter((name) => !/^(?:kysely_|sqlite_|writer$)/.test(name))
  const others: readonly string[] = Object.values(OTHER_TABLES).flat()
  const said = new Set<string>([...PLACES.map(({ table }) => table), ...others])
  expect(there.filter((name) => !said.has(name))).toEqual([])
  expect([...said].filter((name) => !there.includes(name))).toEqual([])
  expect(PLACES.filter(({ table }) => others.includes(table))).toEqual([])
})

test('after an erasure nothing of a person is found in any table, and the books and both logs still verify', async () => {
  const world = await start()
  const { db, clock, persons, removed } = world
  await plant(db)
  await tellLogs(world)
  const output = (await db.selectFrom('job').select('output_sha256').executeTakeFirstOrThrow()).output_sha256
  expect((await tablesWith(db, MARKER)).length).toBeGreaterThan(30)
  for (const [asker, person] of [
    [ada, 'me'],
    [node, 'me'],
  ] as const)
    expect(await persons.erase(asker, person)).toMatchObject({ state: 'waiting', dueAt: '2026-03-08T12:00:00.000Z', waitsFor: [] })
  await clock.advance(7 * DAY_MS - 1)
  await persons.run()
  expect(await tablesWith(db, MARKER)).toContain('requester')
  await clock.advance(1)
  await persons.run()
  expect(await tablesWith(db, MARKER)).toEqual([])
  expect(await inputs(db)).not.toContain(MARKER)
  expect(await inputs(db)).toContain('their own')
  expect(removed).toContain(`sha256:${output}`)
  expect(await verifyDecisions(db)).toMatchObject({ brokenAt: null })
  expect(await verifyActs(db)).toMatchObject({ count: 2, brokenAt: null })
  expect((await checkLedger(db)).balanced).toBe(true)
  const { items } = await persons.list(owner, { state: 'done', after: null, limit: 10 })
  expect(items.map(({ person, state }) => [person, state])).toEqual([
    [`node:${ADA.node}`, 'done'],
    [`requester:${ADA.requester}`, 'done'],
  ])
  // What others read of an ended job and a removed machine can still be read.
  const { spec } = await db.selectFrom('job').select('spec').executeTakeFirstOrThrow()
  expect(JobSpec.parse(JSON.parse(spec)).name).toBe('erased')
  const { body } = await db.selectFrom('node_capabilities').select('body').executeTakeFirstOrThrow()
  expect(Capabilities.parse(JSON.parse(body)).gpus).toEqual([])
  await persons.run()
  expect((await db.selectFrom('decision').select('seq').where('kind', '=', 'person.erased').execute()).length).toBe(2)
})

test('a record that is erased without a word is found; so is a word about another one', async () => {
  const world = await start()
  await tellLogs(world)
  await world.db.updateTable('decision').set({ body: 'erased' }).where('seq', '=', 2).execute()
  expect(await verifyDecisions(world.db)).toMatchObject({ brokenAt: 2 })
  await transact(world.db, (tx) => world.decide(tx, 'records.erased', { erasureId: 'x', records: [[3, 3]] }))
  expect(await verifyDecisions(world.db)).toMatchObject({ brokenAt: 2 })
})

test('while money is owed or jobs run it is refused, with what to do; what comes up meanwhile holds it up', async () => {
  const { db, clock, persons } = await start()
  await plant(db)
  await transact(db, (tx) => deposit(tx, { id: 'd', requesterId: ADA.requester, amount: 5_000_000n as never, at: 1 }))
  await db.updateTable('job').set({ state: 'running' }).execute()
  await expect(persons.erase(ada, 'me')).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(/1 job .* has not ended.*windfall job cancel.*prepaid holds 5000000 micro-usd.*windfall ledger refund/),
  })
  await db.updateTable('job').set({ state: 'completed' }).execute()
  await db.updateTable('node').set({ state: 'active' }).execute()
  expect(await persons.erase(node, 'me')).toMatchObject({ waitsFor: [expect.stringContaining(`windfall node remove`)] })
  await clock.advance(8 * DAY_MS)
  await persons.run()
  expect((await persons.list(node, { state: null, after: null, limit: 5 })).items).toMatchObject([
    { state: 'waiting', waitsFor: [expect.stringContaining('in service')] },
  ])
  expect(await tablesWith(db, MARKER)).toContain('node_payout_address')
  await db.updateTable('node').set({ state: 'removed' }).execute()
  await persons.run()
  expect(await tablesWith(db, MARKER)).not.toContain('node_payout_address')
})

test('however many wait for what they do not do, and whatever fails, whoever comes after them is forgotten', async () => {
  const { db, clock, persons } = await start()
  await plant(db)
  const one = await db.selectFrom('node').selectAll().executeTakeFirstOrThrow()
  const due = { kind: 'node', state: 'waiting', asked_at: 1, asked_by: 'x', due_at: 1, ended_at: null, held_by: null, counts: null } as const
  const many = Array.from({ length: 101 }, (_, at) => `aa-held-${at}`)
  const scope = JSON.stringify({ requesterIds: [], nodeIds: ['held'], fleetIds: [], memberIds: [] })
  await db
    .insertInto('node')
    .values({ ...one, id: 'held', state: 'active' })
    .execute()
  await db
    .insertInto('erasure')
    .values(many.map((held) => ({ ...due, id: held, person: held, scope })))
    .execute()
  await db
    .insertInto('erasure')
    .values({ ...due, id: 'aa-broken', person: 'broken', scope: 'no JSON' })
    .execute()
  await persons.erase(ada, 'me')
  await clock.advance(8 * DAY_MS)
  await expect(persons.run()).rejects.toThrow('JSON')
  expect((await persons.list(owner, { state: 'done', after: null, limit: 5 })).items).toMatchObject([{ person: `requester:${ADA.requester}` }])
})

test('it can be cancelled until its time has come, and asking again is harmless', async () => {
  const { db, clock, persons } = await start()
  await plant(db)
  const first = await persons.erase(ada, 'me')
  expect(await persons.erase(ada, 'requester:ada')).toEqual(first)
  expect(await persons.cancel(ada, 'me')).toMatchObject({ erasureId: first.erasureId, state: 'cancelled' })
  expect(await persons.cancel(ada, 'me')).toMatchObject({ state: 'cancelled' })
  await clock.advance(30 * DAY_MS)
  await persons.run()
  expect(await tablesWith(db, MARKER)).toContain('requester')
  await expect(persons.cancel(owner, 'node:node-1')).rejects.toMatchObject({ code: 'not-found' })
})

test('it can be cancelled to the last moment: nothing of one who thinks again is gone', async () => {
  const world: World = await start(() => world.persons.cancel(ada, 'me'))
  const { db, clock, persons, removed } = world
  await plant(db)
  await persons.erase(ada, 'me')
  await clock.advance(8 * DAY_MS)
  await persons.run()
  expect([removed, await tablesWith(db, MARKER)]).toEqual([[], expect.arrayContaining(['requester', 'job'])])
})

test('whoever calls jobs as others are called, or as what the logs say of everybody, has nothing of others forgotten', async () => {
  const world = await start()
  const { db, clock, decide, persons } = world
  await plant(db)
  const job = await db.selectFrom('job').selectAll().executeTakeFirstOrThrow()
  for (const id of ['owner', 'done', 'nodes-of-bob', 'their-own'])
    await db
      .insertInto('job')
      .values({ ...job, id })
      .execute()
  await tellLogs(world)
  await transact(db, (tx) => decide(tx, 'payouts.paused', { by: 'owner', note: 'theirs', nodeId: 'nodes-of-bob' }))
  await transact(db, (tx) => createChoose(clock)(tx, choiceBy(sumPolicy, { jobs: { terms: [3], more: { state: 'done', nodeId: 'nodes-of-bob' } } })))
  await persons.erase(ada, 'me')
  await clock.advance(8 * DAY_MS)
  await persons.run()
  expect(await db.selectFrom('decision').select('body').where('kind', '=', 'payouts.paused').execute()).toEqual([
    { body: expect.stringContaining('"note":"theirs"') },
  ])
  expect(await inputs(db)).toContain('nodes-of-bob')
  expect((await db.selectFrom('act_detail').select('text').execute()).map(({ text }) => text)).toEqual([expect.stringContaining('Bob')])
})

test('whoever was invited by two people is forgotten where that is kept, too', async () => {
  const world = await start()
  const { db, clock, decide, persons } = world
  await plant(db)
  const email = 'ada.lovelace+w@example.org'
  await db.updateTable('member').set({ email }).execute()
  const approval = await db.selectFrom('approval').selectAll().executeTakeFirstOrThrow()
  const invite = { ...approval, kind: 'member.invite', asked_by: 'owner', decided_by: null, summary: `let ${email} sign in as owner` }
  await db
    .insertInto('approval')
    .values([
      { ...invite, id: 'of-ada', about: email },
      { ...invite, id: 'of-bob', about: 'bob@example.org', summary: 'let bob@example.org sign in as owner' },
    ])
    .execute()
  await transact(db, (tx) => decide(tx, 'approval.asked', { approvalId: 'of-ada', about: email, summary: `let ${email} sign in`, by: 'owner' }))
  await createActs({ db, clock, random: randomBytes, nextId: () => 'act-1' }).perform(
    { call: 'inviteMember', actor: 'requester:owner', credential: null, network: '192.0.2.0/24', input: { email, role: 'owner' } },
    async () => undefined,
  )
  await persons.erase(ada, 'me')
  await clock.advance(8 * DAY_MS)
  await persons.run()
  expect(await tablesWith(db, 'lovelace')).toEqual([])
  expect(await tablesWith(db, 'bob@example.org')).toEqual(['approval'])
})

test('content that a job of somebody else has, too, stays', async () => {
  const { db, clock, persons, removed } = await start()
  await plant(db)
  const [job, checkpoint] = [
    await db.selectFrom('job').selectAll().executeTakeFirstOrThrow(),
    await db.selectFrom('checkpoint').selectAll().executeTakeFirstOrThrow(),
  ]
  const ofBob = { requester_id: 'bob', id: 'of-bob' }
  const bob = await db.selectFrom('requester').selectAll().executeTakeFirstOrThrow()
  await db
    .insertInto('requester')
    .values({ ...bob, id: 'bob' })
    .execute()
  await db
    .insertInto('job')
    .values({ ...job, ...ofBob })
    .execute()
  await db
    .insertInto('checkpoint')
    .values({ ...checkpoint, job_id: 'of-bob' })
    .execute()
  await persons.erase(ada, 'me')
  await clock.advance(8 * DAY_MS)
  await persons.run()
  expect(removed).toEqual([])
  expect(await db.selectFrom('checkpoint').select('job_id').execute()).toEqual([{ job_id: 'of-bob' }])
})

test('nobody asks for somebody else but an owner, and what belongs to the coordinator itself stays', async () => {
  const { db, persons } = await start()
  await plant(db)
  await expect(persons.export(ada, { person: 'node:node-1', after: null })).rejects.toMatchObject({ code: 'auth.refused' })
  await expect(persons.erase(node, 'requester:ada')).rejects.toMatchObject({ code: 'auth.refused' })
  await expect(persons.erase(owner, 'me')).rejects.toMatchObject({ code: 'conflict' })
  await expect(persons.erase(owner, 'member:nobody')).rejects.toMatchObject({ code: 'not-found' })
  expect((await persons.list(ada, { state: null, after: null, limit: 5 })).items).toEqual([])
})

async function archive({ persons }: World, asker: Asker): Promise<PersonPiece[]> {
  const pieces: PersonPiece[] = []
  for (let after: string | null = null; ; ) {
    const page: { items: PersonPiece[]; next: string | null } = await persons.export(asker, { person: 'me', after })
    pieces.push(...page.items)
    if (page.next === null) return pieces
    after = page.next
  }
}

test('an archive holds what is kept, says what each file is, and holds no secret', async () => {
  const world = await start()
  await plant(world.db)
  await tellLogs(world)
  for (let n = 0; n < 250; n += 1)
    await world.db
      .insertInto('job_log')
      .values({ attempt_id: ADA.attempt, position: n + 2, length: 1, stream: 's', source: n, said_at: 1, content: Buffer.from([n]) })
      .execute()
  const pieces = await archive(world, ada)
  const [readme, ...others] = pieces
  expect(Buffer.from(readme?.content ?? '', 'base64').toString()).toContain('`job_log.jsonl`: what jobs said')
  const files = Map.groupBy(others, ({ file }) => file)
  expect(files.get('job_log.jsonl')).toHaveLength(251)
  expect([...files.keys()]).toEqual(
    expect.arrayContaining(['requester.jsonl', 'job.jsonl', 'api_key.jsonl', 'webhook.jsonl', 'member.jsonl', 'acts.jsonl', 'outputs/output_sha256-1']),
  )
  expect([...files.keys()]).not.toContain('node_payout_address.jsonl')
  expect(JSON.parse(files.get('webhook.jsonl')?.[0]?.content ?? '')).not.toHaveProperty('secret')
  expect(JSON.parse(files.get('api_key.jsonl')?.[0]?.content ?? '')).not.toHaveProperty('sha256')
  expect([...new Set((await archive(world, node)).map(({ file }) => file))]).toEqual(
    expect.arrayContaining(['node_payout_address.jsonl', 'site.jsonl', 'decisions.jsonl']),
  )
})
