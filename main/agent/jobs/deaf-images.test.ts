import { expect, test } from 'vitest'
import { openSqlite } from '../../kernel/sqlite.ts'
import * as initial from '../migrations/0001-initial.ts'
import { createSettingsStore } from '../settings.store.ts'
import { MOST_DEAF, createDeafImages } from './deaf-images.ts'

const digest = (n: number) => `sha256:${n.toString(16).padStart(64, '0')}`
const settingsOf = () => createSettingsStore(openSqlite(':memory:', [initial]))

test('an image is known by its digest, also to the next process', () => {
  const settings = settingsOf()
  createDeafImages(settings).add(digest(1))
  const next = createDeafImages(settings)
  expect([next.has(digest(1)), next.has(digest(2))]).toEqual([true, false])
})

test('however many there are, only the latest are remembered', () => {
  const deaf = createDeafImages(settingsOf())
  deaf.add(digest(0))
  for (let n = 1; n < MOST_DEAF; n++) deaf.add(digest(n))
  deaf.add(digest(0))
  deaf.add(digest(MOST_DEAF))
  expect([0, 1, 2, MOST_DEAF].map((n) => deaf.has(digest(n)))).toEqual([true, false, true, true])
})
