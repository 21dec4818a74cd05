import { expect, test } from 'vitest'
import { z } from 'zod'
import { openSqlite } from '../kernel/sqlite.ts'
import * as initial from './migrations/0001-initial.ts'
import { createSettingsStore } from './settings.store.ts'

const setUp = () => {
  const db = openSqlite(':memory:', [initial])
  return {
    settings: createSettingsStore(db),
    db,
    damage: (key: string, text: string) => db.prepare('UPDATE setting SET value = ? WHERE key = ?').run(text, key),
  }
}

test('a setting is what was last set, and missing before', () => {
  const { settings } = setUp()
  expect(settings.get('position', z.number())).toBeNull()
  settings.set('position', 1)
  settings.set('position', 2)
  expect(settings.get('position', z.number())).toBe(2)
  settings.set('nothing', null)
  expect(settings.get('nothing', z.null())).toBeNull()
})

test.each(['{"until":', '', 'undefined', '[1', '"other"'])('a setting that was damaged into %j is a missing one, never a crash', (text) => {
  const { settings, damage } = setUp()
  settings.set('pause', { until: null })
  damage('pause', text)
  expect(settings.get('pause', z.strictObject({ until: z.null() }))).toBeNull()
  // Who has to tell damaged from missing can.
  expect(settings.get('pause', z.unknown())).not.toBeNull()
})

test('what was rolled back was never set', () => {
  const { settings, db } = setUp()
  settings.set('position', 1)
  const fail = db.transaction(() => {
    settings.set('position', 2)
    expect(settings.get('position', z.number())).toBe(2)
    throw new Error('the disk is full')
  })
  expect(fail).toThrow('full')
  expect(settings.get('position', z.number())).toBe(1)
})
