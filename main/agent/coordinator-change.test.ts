import { expect, test } from 'vitest'
import { z } from 'zod'
import { openSqlite } from '../kernel/sqlite.ts'
import { WindfallError } from '../../shared/errors.ts'
import { AGENT_DEFAULTS } from './config.ts'
import { type Outstanding, createCoordinatorChange } from './coordinator-change.ts'
import * as initial from './migrations/0001-initial.ts'
import { createOwnerCoordinator, withCoordinator } from './owner-coordinator.ts'
import { createSettingsStore } from './settings.store.ts'

const NOTHING: Outstanding = { jobs: 0, reports: 0, unpaid: 0n, keyWaits: false }
const [OLD, NEW] = ['https://old.example.org', 'https://new.example.org']

function setUp({ at = null as string | null, named = false, outstanding = NOTHING, known = [] as string[] } = {}) {
  const settings = createSettingsStore(openSqlite(':memory:', [initial]))
  const given = { ...AGENT_DEFAULTS, dataDirectory: '/data', coordinatorUrl: at, enrolmentToken: 'of-the-file', namedCoordinator: named }
  const open = () => createOwnerCoordinator(given, settings)
  const owner = open()
  const did: unknown[] = []
  const network = { answer: async () => undefined as void }
  const change = createCoordinatorChange({
    owner,
    outstanding: () => outstanding,
    known: () => known,
    introduce: async (...asked) => {
      did.push(asked)
      await network.answer()
    },
    follow: () => void did.push('follow'),
  })
  return { ...change, config: withCoordinator(given, owner), reopened: () => open().view(), did, network, settings }
}
const refusal = (message: RegExp) => expect.objectContaining({ code: 'conflict', message: expect.stringMatching(message) })

test('a first coordinator is asked, kept over restarts without its token, and followed at once', async () => {
  const { set, config, reopened, did, settings } = setUp()
  expect(await set({ url: `${NEW}/`, enrolmentToken: ' wfe_secret ' })).toEqual({ url: NEW, setBy: 'window' })
  expect(did).toEqual([[NEW, 'wfe_secret'], 'follow'])
  expect([config.coordinatorUrl, config.enrolmentToken]).toEqual([NEW, null])
  expect(reopened()).toEqual({ url: NEW, setBy: 'window' })
  expect(JSON.stringify(settings.get('owner-coordinator', z.unknown()))).not.toContain('wfe_secret')
})

test('one that does not take this machine changes nothing', async () => {
  const { set, did, network, reopened } = setUp({ at: OLD })
  network.answer = () => Promise.reject(new WindfallError('enrolment.refused', 'By token only.'))
  await expect(set({ url: NEW })).rejects.toMatchObject({ code: 'enrolment.refused' })
  expect([did, reopened()]).toEqual([[[NEW, null]], { url: OLD, setBy: 'settings' }])
})

test('an address or a token that cannot be one reaches nobody', async () => {
  const { set, did } = setUp()
  await expect(set({ url: 'http://grid.example.org' })).rejects.toMatchObject({ code: 'input.invalid' })
  await expect(set({ url: NEW, enrolmentToken: 'two words' })).rejects.toMatchObject({
    code: 'input.invalid',
    message: expect.not.stringContaining('two words'),
  })
  expect(did).toEqual([])
})

test.each([
  [{ jobs: 1 }, /job/],
  [{ reports: 1 }, /Proofs/],
  [{ unpaid: 1n }, /Payouts/],
  [{ keyWaits: true }, /device key/],
])('while %o is outstanding, its coordinator is not left', async (change, message) => {
  const { set, did } = setUp({ at: OLD, outstanding: { ...NOTHING, ...change } })
  await expect(set({ url: NEW })).rejects.toEqual(refusal(message))
  expect(did).toEqual([])
})

test('what is outstanding never stands in the way of the coordinator that it is outstanding with', async () => {
  const owing = { ...NOTHING, reports: 2 }
  const same = setUp({ at: `${OLD}/`, outstanding: owing })
  expect(await same.set({ url: OLD, enrolmentToken: 'again' })).toEqual({ url: `${OLD}/`, setBy: 'settings' })
  expect(same.did).toEqual([[OLD, 'again']])
  const back = setUp({ outstanding: owing, known: [OLD] })
  await expect(back.set({ url: NEW })).rejects.toEqual(refusal(/Proofs/))
  expect(await back.set({ url: OLD })).toEqual({ url: OLD, setBy: 'window' })
})

test('a job that comes while another one is asked keeps this machine where it is', async () => {
  const outstanding = { ...NOTHING }
  const { set, did, network } = setUp({ at: OLD, outstanding })
  network.answer = async () => void Object.assign(outstanding, { jobs: 1 })
  await expect(set({ url: NEW })).rejects.toEqual(refusal(/job/))
  expect(did).not.toContain('follow')
})

test('one that was named for this start wins, whatever was chosen before', async () => {
  const { set, view, settings } = setUp({ at: OLD, named: true })
  await expect(set({ url: NEW })).rejects.toEqual(refusal(/--coordinator/))
  settings.set('owner-coordinator', { url: NEW })
  expect(view()).toEqual({ url: OLD, setBy: 'start' })
  expect(createOwnerCoordinator({ coordinatorUrl: OLD, enrolmentToken: null, namedCoordinator: true }, settings).url()).toBe(OLD)
})

test('only one is asked at a time', async () => {
  const { set, network } = setUp()
  const { promise, resolve } = Promise.withResolvers<void>()
  network.answer = () => promise
  const first = set({ url: NEW })
  await expect(set({ url: OLD })).rejects.toEqual(refusal(/just now/))
  resolve()
  expect((await first).url).toBe(NEW)
})
