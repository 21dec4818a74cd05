import * as fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { openTestDatabase } from '../persistence/database.fake.ts'
import { type Db } from '../persistence/database.ts'
import { isAnchorDue } from './anchors.ts'
import { check, EPOCH_MS, world } from './issuing.fake.ts'
import { bundleOf } from './read.ts'

let db: Db
beforeEach(async () => {
  db = await openTestDatabase()
  return () => db.destroy()
})

test('an anchor is due once per epoch and only if the log has grown', () => {
  const last = { treeSize: 4, plannedAt: 10 * EPOCH_MS + 5 }
  const at = (now: number, treeSize: number) => isAnchorDue({ now, everyMs: EPOCH_MS, treeSize, last })
  expect(at(10 * EPOCH_MS + 3_000_000, 9)).toBe(false)
  expect(at(11 * EPOCH_MS, 9)).toBe(true)
  expect(at(11 * EPOCH_MS, 4)).toBe(false)
  expect(isAnchorDue({ now: 0, everyMs: EPOCH_MS, treeSize: 1, last: null })).toBe(true)
  expect(isAnchorDue({ now: 0, everyMs: EPOCH_MS, treeSize: 0, last: null })).toBe(false)
})

test('a planned memo comes again until it is final, then the receipts it covers carry it', async () => {
  const { clock, issue, plan, record } = world(db)
  expect(await plan()).toBeNull()
  const [first, second] = [await issue(), await issue()]
  const planned = await plan()
  expect(planned?.treeSize).toBe(2)
  const third = await issue()
  await clock.advance(2 * EPOCH_MS)
  expect(await plan()).toEqual(planned)
  expect((await bundleOf(db, first.receiptId)).anchor).toBeNull()

  const memo = planned?.memo ?? ''
  expect(await record(memo)).toBe('recorded')
  expect(await record(memo, '6'.repeat(88))).toBe('duplicate')
  for (const { receiptId } of [first, second]) {
    const bundle = await bundleOf(db, receiptId)
    expect(bundle.anchor).toEqual({ cluster: 'localnet', signature: '5'.repeat(88), memo })
    expect(bundle.inclusion.treeSize).toBe(2)
    expect((await check(bundle, [memo])).steps.find(({ step }) => step === 'anchor')?.outcome).toBe('passed')
    expect(await check(bundle, ['another memo'])).toMatchObject({ failedStep: 'anchor' })
  }
  expect((await bundleOf(db, third.receiptId)).anchor).toBeNull()
  expect((await plan())?.treeSize).toBe(3)
})

test('in whatever order receipts, epochs and anchors come, every bundle stays valid and no anchor is doubled', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom('issue', 'plan', 'record', 'wait'), { maxLength: 24 }), async (moves) => {
      const own = await openTestDatabase()
      const { clock, issue, plan, record } = world(own)
      const ids: string[] = []
      const memos = new Set<string>()
      let open: string | undefined
      for (const move of moves) {
        if (move === 'issue') ids.push((await issue()).receiptId)
        if (move === 'wait') await clock.advance(EPOCH_MS)
        if (move === 'plan') {
          const memo = (await plan())?.memo
          // Nothing new is planned while a memo is open.
          expect(open === undefined || memo === open).toBe(true)
          open = memo
        }
        if (move === 'record' && open !== undefined) {
          expect(memos.has(open)).toBe(false)
          expect(await record(open)).toBe('recorded')
          memos.add(open)
          open = undefined
        }
      }
      for (const id of ids) expect(await check(await bundleOf(own, id), [...memos])).toMatchObject({ valid: true })
      await own.destroy()
    }),
    { numRuns: 25 },
  )
})
