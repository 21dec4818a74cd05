import * as fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { type Grants, type Role, grantsOf } from '../../../shared/domain/permissions.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createIds } from '../../kernel/ids.ts'
import { createAudit } from '../audit/audit.ts'
import { openTestDatabase } from '../persistence/database.fake.ts'
import { transact } from '../persistence/database.ts'
import { dyingAt } from '../persistence/dying.fake.ts'
import { type Act, type Asker, createApprovals } from './approvals.ts'

const Order = z.strictObject({ id: z.string(), amount: z.number() })
type Order = z.infer<typeof Order>
const DAY_MS = 86_400_000

async function setUp(isAlone = false) {
  const opened = await openTestDatabase()
  onTestFinished(() => opened.destroy())
  const clock = createFakeClock(Date.parse('2026-03-01T12:00:00.000Z'))
  const people = new Map<string, Grants>()
  const asker = (by: string, role: Role, account: string | null = by): Asker => {
    people.set(by, grantsOf([role]))
    return { by, account, grants: grantsOf([role]) }
  }
  const over = (db: typeof opened) => {
    const decide = createAudit(clock)
    const act: Act<Order, string> = {
      permission: 'ledger.write',
      about: ({ id }) => id,
      summary: ({ id, amount }) => `pay ${amount} for ${id}`,
      read: (text) => Order.parse(JSON.parse(text)),
      run: (by, order, settle) =>
        transact(db, async (tx) => {
          await settle(tx)
          if (order.amount < 0) throw new Error('There is not so much.')
          await decide(tx, 'test.paid', { ...order, by: by.by })
          return `paid ${order.id}`
        }),
    }
    const deps = { db, clock, ids: createIds(clock), decide, isAlone: async () => isAlone, grantsOf: async (by: string) => people.get(by) ?? {} }
    return createApprovals(deps, { 'member.invite': act, 'member.change': act, 'requester.fund': act, 'requester.refund': act, 'vault.write-off': act })
  }
  const paid = async () =>
    (await opened.selectFrom('decision').select('body').where('kind', '=', 'test.paid').orderBy('seq').execute()).map(({ body }) => JSON.parse(body) as object)
  const decided = async (kind: string) =>
    (await opened.selectFrom('decision').select('body').where('kind', '=', kind).execute()).map(({ body }) => JSON.parse(body) as object)
  const approvals = over(opened)
  const waitingId = async () => (await approvals.list({ waiting: true, after: null, limit: 1 })).items[0]?.approvalId ?? ''
  const ask = (by: Asker, order: Order) => approvals.ask('requester.fund', by, order)
  return { db: opened, clock, approvals, over, asker, people, paid, decided, waitingId, ask }
}

test('nothing happens until somebody else who may do it approves, and then once, in the name of who asked', async () => {
  const { approvals, asker, paid, decided, waitingId, ask } = await setUp()
  const [ann, ben] = [asker('ann', 'finance'), asker('ben', 'owner')]
  for (let times = 0; times < 2; times++)
    await expect(ask(ann, { id: 'a', amount: 5 })).rejects.toMatchObject({
      code: 'approval.waiting',
      message: expect.stringMatching(/pay 5 for a.*windfall approval approve /),
    })
  expect(await paid()).toEqual([])
  const id = await waitingId()
  expect(await approvals.approve(ben, id)).toMatchObject({ state: 'done', askedBy: 'ann', decidedBy: 'ben' })
  await expect(approvals.approve(ben, id)).rejects.toMatchObject({ code: 'conflict' })
  expect(await paid()).toEqual([{ id: 'a', amount: 5, by: 'ann' }])
  expect(await decided('approval.asked')).toHaveLength(1)
  expect(await decided('approval.done')).toEqual([{ approvalId: id, approved: 'requester.fund', about: 'a', askedBy: 'ann', by: 'ben' }])
  expect((await approvals.list({ waiting: true, after: null, limit: 9 })).items).toEqual([])
})

test('whenever the process dies, and whoever approves again and at once, it happens exactly once', async () => {
  const { db, approvals, over, asker, paid, waitingId, ask } = await setUp()
  const [ann, ben, cid] = [asker('ann', 'finance'), asker('ben', 'owner'), asker('cid', 'finance')]
  let made = 0
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 5 }), { maxLength: 3 }), async (deaths) => {
      const order = { id: `order-${made++}`, amount: made }
      await expect(ask(ann, order)).rejects.toMatchObject({ code: 'approval.waiting' })
      const id = await waitingId()
      for (const writes of deaths)
        await over(db.withPlugin(dyingAt({ writes })))
          .approve(ben, id)
          .catch(() => undefined)
      await Promise.allSettled([approvals.approve(ben, id), approvals.approve(cid, id)])
      expect((await paid()).filter((one) => (one as Order).id === order.id)).toEqual([{ ...order, by: 'ann' }])
      expect(await approvals.show(id)).toMatchObject({ state: 'done' })
    }),
    { numRuns: 6 },
  )
})

test('nobody approves what they asked for, not by another key or session of the same account, nor what they may not do', async () => {
  const { approvals, asker, people, paid, waitingId, ask } = await setUp()
  const ann = asker('ann', 'finance')
  const ben = asker('ben', 'finance')
  await expect(ask(ann, { id: 'a', amount: 5 })).rejects.toMatchObject({ code: 'approval.waiting' })
  const id = await waitingId()
  for (const refused of [ann, asker('member:01ANN', 'owner', 'ann'), asker('cid', 'operator'), asker('dan', 'requester')])
    await expect(approvals.approve(refused, id)).rejects.toMatchObject({ code: 'auth.refused' })
  await expect(approvals.reject(asker('dan', 'requester'), { approvalId: id, reason: 'no' })).rejects.toMatchObject({ code: 'auth.refused' })
  people.set('ann', grantsOf(['viewer']))
  await expect(approvals.approve(ben, id)).rejects.toMatchObject({ code: 'auth.refused', message: expect.stringContaining('ann') })
  expect(await paid()).toEqual([])
})

test('it expires, is rejected with a reason, or taken back; another order about the same does not slip in', async () => {
  const { approvals, asker, clock, paid, waitingId, ask } = await setUp()
  const [ann, ben] = [asker('ann', 'finance'), asker('ben', 'owner')]
  const wanted = async (order: Order) => {
    await expect(ask(ann, order)).rejects.toMatchObject({ code: 'approval.waiting' })
    return waitingId()
  }
  const old = await wanted({ id: 'a', amount: 5 })
  await expect(ask(ann, { id: 'a', amount: 500 })).rejects.toMatchObject({ code: 'conflict' })
  await clock.advance(3 * DAY_MS)
  await expect(approvals.approve(ben, old)).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('expired') })
  const next = await wanted({ id: 'a', amount: 500 })
  expect(await approvals.reject(ben, { approvalId: next, reason: 'too much' })).toMatchObject({ state: 'rejected', reason: 'too much', decidedBy: 'ben' })
  const own = await wanted({ id: 'b', amount: 1 })
  expect(await approvals.reject(ann, { approvalId: own, reason: 'a mistake' })).toMatchObject({ state: 'rejected', decidedBy: 'ann' })
  for (const id of [old, next, own]) await expect(approvals.approve(ben, id)).rejects.toMatchObject({ code: 'conflict' })
  await expect(approvals.approve(ben, 'nothing')).rejects.toMatchObject({ code: 'not-found' })
  expect((await approvals.list({ waiting: false, after: null, limit: 9 })).items.map(({ state }) => state)).toEqual(['rejected', 'rejected', 'expired'])
  expect(await paid()).toEqual([])
})

test('what whoever approves is shown is one line, whatever whoever asked wrote into it', async () => {
  const { approvals, asker, waitingId, ask } = await setUp()
  await expect(ask(asker('ann', 'finance'), { id: 'a\nstate     done\u202e\u001b[2K', amount: 5 })).rejects.toMatchObject({ code: 'approval.waiting' })
  expect((await approvals.show(await waitingId())).summary).toBe('pay 5 for a state     done [2K')
})

test('what cannot be done goes on waiting', async () => {
  const { approvals, asker, waitingId, ask } = await setUp()
  await expect(ask(asker('ann', 'finance'), { id: 'a', amount: -1 })).rejects.toMatchObject({ code: 'approval.waiting' })
  const id = await waitingId()
  await expect(approvals.approve(asker('ben', 'owner'), id)).rejects.toThrow('not so much')
  expect(await approvals.show(id)).toMatchObject({ state: 'waiting', decidedBy: null })
})

test('where there is nobody but the owner it is done at once, and the log says why', async () => {
  const { asker, paid, decided, ask } = await setUp(true)
  expect(await ask(asker('owner', 'owner'), { id: 'a', amount: 5 })).toBe('paid a')
  expect([await paid(), await decided('approval.alone')]).toMatchObject([
    [{ by: 'owner' }],
    [{ approved: 'requester.fund', why: expect.stringContaining('nobody but the owner') }],
  ])
})
