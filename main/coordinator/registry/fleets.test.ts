import { createHash, randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { OPERATOR, type TestCore, type TestNode, startTestCore } from '../core.fake.ts'
import { CODE_TTL_MS, hashCode, newCode } from './fleet-code.ts'
import { GUESSES } from './guess-limit.ts'

let core: TestCore
beforeEach(async () => {
  core = await startTestCore()
})
afterEach(() => core[Symbol.asyncDispose]())

const fleets = () => core.parts.fleets
const nodes = (count: number): Promise<TestNode[]> => Promise.all(Array.from({ length: count }, () => core.enrol()))
const membersOf = async ({ nodeId }: TestNode) => (await fleets().view(nodeId)).nodes.map((node) => node.nodeId)
const pair = async (host: TestNode, guest: TestNode) => fleets().join(guest.nodeId, (await fleets().invite(host.nodeId)).code)

test('machines of one owner come together by a code, and each sees all', async () => {
  const [a, b, c] = (await nodes(3)) as [TestNode, TestNode, TestNode]
  const { fleetId, code, expiresAt } = await fleets().invite(a.nodeId)
  expect(expiresAt).toBe('2026-03-01T12:20:00.000Z')
  expect(await fleets().join(b.nodeId, code.toLowerCase())).toEqual({ fleetId })
  expect(await pair(b, c)).toEqual({ fleetId })
  for (const node of [a, b, c]) expect((await membersOf(node)).toSorted()).toEqual([a.nodeId, b.nodeId, c.nodeId].toSorted())
  expect(await core.decided('fleet.created')).toEqual([{ fleetId, nodeId: a.nodeId }])
  expect((await core.decided('fleet.joined')).map(({ nodeId, invitedBy }) => [nodeId, invitedBy])).toEqual([
    [b.nodeId, a.nodeId],
    [c.nodeId, b.nodeId],
  ])
})

test('a code works once, for ten minutes; whoever it worked for may ask again', async () => {
  const [a, b, c] = (await nodes(3)) as [TestNode, TestNode, TestNode]
  const { fleetId, code } = await fleets().invite(a.nodeId)
  await fleets().join(b.nodeId, code)
  expect(await fleets().join(b.nodeId, code)).toEqual({ fleetId })
  await expect(fleets().join(c.nodeId, code)).rejects.toMatchObject({ code: 'not-found' })
  const late = await fleets().invite(a.nodeId)
  await core.clock.advance(CODE_TTL_MS)
  await expect(fleets().join(c.nodeId, late.code)).rejects.toMatchObject({ code: 'not-found' })
  await expect(fleets().view(c.nodeId)).rejects.toMatchObject({ code: 'not-found' })
})

test('what is stored and logged of a code does not give it away', async () => {
  const [a] = (await nodes(1)) as [TestNode]
  const { code } = await fleets().invite(a.nodeId)
  const plain = code.replace('-', '')
  const kept = JSON.stringify([await core.db.selectFrom('fleet_invite').selectAll().execute(), await core.db.selectFrom('decision').selectAll().execute()])
  for (const trace of [plain, code, createHash('sha256').update(plain).digest('hex')]) expect(kept).not.toContain(trace)
  expect(kept).toContain(await hashCode(plain))
})

test('a machine in another fleet stays where it is, and two fleets never become one', async () => {
  const [a, b, c, d] = (await nodes(4)) as [TestNode, TestNode, TestNode, TestNode]
  await pair(a, b)
  await pair(c, d)
  const { code } = await fleets().invite(a.nodeId)
  await expect(fleets().join(c.nodeId, code)).rejects.toMatchObject({ code: 'conflict' })
  await fleets().remove(d.nodeId, d.nodeId)
  expect(await fleets().join(d.nodeId, code)).toMatchObject({ fleetId: expect.any(String) })
  expect(await membersOf(c)).toEqual([c.nodeId])
  expect((await membersOf(d)).length).toBe(3)
})

test('any member takes another out, whose open codes end with that; a stranger can do nothing', async () => {
  const [a, b, c, stranger] = (await nodes(4)) as [TestNode, TestNode, TestNode, TestNode]
  const { fleetId } = await pair(a, b)
  const { code } = await fleets().invite(a.nodeId)
  await expect(fleets().remove(stranger.nodeId, a.nodeId)).rejects.toMatchObject({ code: 'not-found' })
  await expect(fleets().remove(a.nodeId, stranger.nodeId)).rejects.toMatchObject({ code: 'not-found' })
  await fleets().remove(b.nodeId, a.nodeId)
  expect(await membersOf(b)).toEqual([b.nodeId])
  await expect(fleets().join(c.nodeId, code)).rejects.toMatchObject({ code: 'not-found' })
  expect(await core.decided('fleet.removed')).toEqual([{ fleetId, nodeId: a.nodeId, by: b.nodeId }])
  await fleets().remove(b.nodeId, b.nodeId)
  expect(await core.decided('fleet.left')).toEqual([{ fleetId, nodeId: b.nodeId, by: b.nodeId }])
})

test('guesses run out: five for a machine, a thousand for all in ten minutes; a right code costs none', async () => {
  const [a, b, guesser] = (await nodes(3)) as [TestNode, TestNode, TestNode]
  const { code } = await fleets().invite(a.nodeId)
  for (let n = 0; n < GUESSES.perNode; n++) await expect(fleets().join(guesser.nodeId, 'not a code')).rejects.toMatchObject({ code: 'not-found' })
  await expect(fleets().join(guesser.nodeId, code)).rejects.toMatchObject({ code: 'rate.limited', message: expect.stringContaining('600 seconds') })
  await fleets().join(b.nodeId, code)
  for (let n = 0; n < 2 * GUESSES.perNode; n++) await fleets().join(b.nodeId, code)
  await core.clock.advance(GUESSES.windowMs)
  await expect(fleets().join(guesser.nodeId, code)).rejects.toMatchObject({ code: 'not-found' })
})

test('too many codes that nobody uses are refused', async () => {
  const [a] = (await nodes(1)) as [TestNode]
  for (let n = 0; n < 20; n++) await fleets().invite(a.nodeId)
  await expect(fleets().invite(a.nodeId)).rejects.toMatchObject({ code: 'rate.limited' })
  await core.clock.advance(CODE_TTL_MS)
  await expect(fleets().invite(a.nodeId)).resolves.toBeDefined()
})

test('of many who use one code at the same moment, one joins', async () => {
  const [host, ...guests] = (await nodes(5)) as [TestNode, ...TestNode[]]
  const { code } = await fleets().invite(host.nodeId)
  const outcomes = await Promise.allSettled(guests.map(({ nodeId }) => fleets().join(nodeId, code)))
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(await membersOf(host)).toHaveLength(2)
})

test('whatever machines do at once, each is in one fleet at most, and only by a code of that fleet', async () => {
  const act = fc.record({ kind: fc.constantFrom('invite', 'join', 'leave', 'remove'), who: fc.nat(4), whom: fc.nat(4), code: fc.nat(5) })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(act, { minLength: 1, maxLength: 3 }), { maxLength: 6 }), async (rounds) => {
      const all = await nodes(5)
      const codes: { code: string; fleetId: string }[] = []
      const idOf = (n: number) => all[n]?.nodeId ?? ''
      const perform = async ({ kind, who, whom, code }: { kind: string; who: number; whom: number; code: number }) => {
        if (kind === 'invite') codes.push(await fleets().invite(idOf(who)))
        else if (kind === 'leave') await fleets().remove(idOf(who), idOf(who))
        else if (kind === 'remove') await fleets().remove(idOf(who), idOf(whom))
        else {
          const chosen = codes[code % Math.max(1, codes.length)]
          if (!chosen) return
          expect((await fleets().join(idOf(who), chosen.code)).fleetId).toBe(chosen.fleetId)
        }
      }
      for (const round of rounds) {
        for (const outcome of await Promise.allSettled(round.map(perform)))
          if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: expect.stringMatching(/^(?:not-found|conflict|rate\.limited)$/) })
        const rows = await core.db.selectFrom('fleet_member').selectAll().execute()
        expect(new Set(rows.map(({ node_id }) => node_id)).size).toBe(rows.length)
        const joined = await core.decided('fleet.joined')
        const created = await core.decided('fleet.created')
        for (const { node_id, fleet_id } of rows)
          expect([...joined, ...created].some(({ nodeId, fleetId }) => nodeId === node_id && fleetId === fleet_id)).toBe(true)
      }
    }),
    { numRuns: 12 },
  )
})

test('the view says who is there, what they do and why not, and how long ago they were heard', async () => {
  const [a, b, c] = (await nodes(3)) as [TestNode, TestNode, TestNode]
  await pair(a, b)
  await pair(a, c)
  await a.ready()
  await core.clock.advance(42_000)
  await core.parts.agents.heartbeat(b.nodeId, { ready: false, reasons: ['game'], running: [] })
  const { nodes: seen, self } = await fleets().view(a.nodeId)
  expect(self).toBe(a.nodeId)
  const of = (node: TestNode) => seen.find(({ nodeId }) => nodeId === node.nodeId)
  expect(of(a)).toMatchObject({
    state: 'online',
    ready: true,
    reasons: [],
    ageMs: 42_000,
    zone: 'GB-13',
    gpus: ['RTX 4080'],
    availability: null,
    today: { energyWh: 0, microUsd: '0' },
  })
  expect(of(b)).toMatchObject({ state: 'online', ready: false, reasons: ['game'], ageMs: 0 })
  expect(of(c)).toMatchObject({ state: 'unknown', ready: null, ageMs: null })
  await core.standings.quarantine({ nodeId: c.nodeId, by: OPERATOR, reason: 'its proofs were forged' })
  await core.clock.advance(300_000)
  const later = (await fleets().view(a.nodeId)).nodes
  expect(later.map(({ state }) => state).toSorted()).toEqual(['offline', 'offline', 'quarantined'])
  expect(later.find(({ state }) => state === 'quarantined')?.reasons).toEqual(['its proofs were forged'])
})

test('a random code finds nothing', async () => {
  const [a, b] = (await nodes(2)) as [TestNode, TestNode]
  await fleets().invite(a.nodeId)
  await expect(fleets().join(b.nodeId, newCode(randomBytes))).rejects.toMatchObject({ code: 'not-found' })
})
