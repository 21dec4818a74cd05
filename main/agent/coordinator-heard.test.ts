import { expect, test } from 'vitest'
import { openSqlite } from '../kernel/sqlite.ts'
import { payoutRefusal } from './coordinator-heard.ts'
import * as initial from './migrations/0001-initial.ts'
import { createSettingsStore } from './settings.store.ts'

test('what was said against an address counts for that address only, and until it is taken back', () => {
  const settings = createSettingsStore(openSqlite(':memory:', [initial]))
  const [refused, other] = ['1'.repeat(32), '2'.repeat(32)]
  expect(payoutRefusal({ settings }, refused)).toBeNull()
  settings.set('payout-refused', { address: refused, reason: 'It is a program.' })
  expect([refused, other, null].map((address) => payoutRefusal({ settings }, address))).toEqual(['It is a program.', null, null])
  settings.set('payout-refused', null)
  expect(payoutRefusal({ settings }, refused)).toBeNull()
})
