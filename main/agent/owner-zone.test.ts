import { expect, test } from 'vitest'
import { openSqlite } from '../kernel/sqlite.ts'
import { AGENT_DEFAULTS } from './config.ts'
import * as initial from './migrations/0001-initial.ts'
import { createOwnerZone, withZone } from './owner-zone.ts'
import { createSettingsStore } from './settings.store.ts'

test('the zone of the window holds at once and over restarts, until the owner goes back to the settings file', () => {
  const settings = createSettingsStore(openSqlite(':memory:', [initial]))
  let moves = 0
  const open = () => createOwnerZone({ zone: 'GB-13' }, settings, () => void moves++)
  const zone = open()
  const config = withZone({ ...AGENT_DEFAULTS, dataDirectory: '/data' }, zone)
  expect(config.zone).toBe('GB-13')
  zone.set('DE')
  zone.set('DE')
  expect([config.zone, moves]).toEqual(['DE', 1])
  expect(open().view()).toEqual({ zone: 'DE', setBy: 'window' })
  zone.set(null)
  expect(zone.view()).toEqual({ zone: 'GB-13', setBy: 'settings' })
  expect(open().view()).toEqual({ zone: 'GB-13', setBy: 'settings' })
})
