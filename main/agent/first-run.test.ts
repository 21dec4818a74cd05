import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AgentJob } from '../../shared/contract/agent-job.ts'
import { CONSENT_TEXT, SETUP_STEPS } from '../../shared/contract/first-run.ts'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { openSqlite } from '../kernel/sqlite.ts'
import { createFirstRun } from './first-run.ts'
import { someJob } from './first-run.fixture.ts'
import { FRESH } from './idle/memory.ts'
import { step } from './idle/policy.fixture.ts'
import * as initial from './migrations/0001-initial.ts'
import { createSettingsStore } from './settings.store.ts'

const START = Date.parse('2026-03-01T12:00:00.000Z')

/** An installation that is started again and again. */
function installation({ jobs = [] as AgentJob[] } = {}) {
  const settings = createSettingsStore(openSqlite(':memory:', [initial]))
  const clock = createFakeClock(START)
  const stores = { settings, jobs: { list: () => jobs }, facts: { listReceipts: () => [] } }
  return { clock, jobs, start: (asks: boolean, consentText = CONSENT_TEXT) => createFirstRun({ asks, consentText, stores, clock, changed: () => undefined }) }
}

test('a new installation of the desktop runs nothing before its owner has agreed, and knows when they did and to what', async () => {
  const { clock, start } = installation()
  const book = start(true)
  expect(book.view()).toMatchObject({ asked: true, step: 'welcome', consent: null })
  expect(book.objections()).toMatchObject([{ code: 'consent', message: expect.stringContaining('not set up yet') }])
  expect(book.insist).toThrow(expect.objectContaining({ code: 'conflict' }))
  expect(() => book.agree('another text')).toThrow(expect.objectContaining({ code: 'input.invalid' }))
  expect(book.end).toThrow(expect.objectContaining({ code: 'conflict' }))
  await clock.advance(60_000)
  book.agree(CONSENT_TEXT)
  expect(book.view().consent).toEqual({ at: '2026-03-01T12:01:00.000Z', text: CONSENT_TEXT })
  expect(book.objections()).toEqual([])
  await clock.advance(60_000)
  book.agree(CONSENT_TEXT)
  expect(start(true).view().consent?.at).toBe('2026-03-01T12:01:00.000Z')
})

test('where the owner was is where they go on after a restart, and to look around changes nothing but what opens by itself', () => {
  const { start } = installation()
  start(true).go('power')
  expect(start(true).view()).toMatchObject({ step: 'power', later: false })
  start(true).later()
  const after = start(true)
  expect(after.view()).toMatchObject({ step: 'power', later: true, consent: null })
  expect(after.objections()).toHaveLength(1)
})

test('nobody is asked who starts the agent by hand, or whose machine has worked before', () => {
  const { start, jobs } = installation()
  expect(start(false).view().asked).toBe(false)
  expect(start(false).objections()).toEqual([])
  jobs.push(someJob('accepted', 'l-1'))
  const later = start(true)
  expect(later.view().asked).toBe(false)
  expect(later.objections()).toEqual([])
  later.insist()
})

test('whoever was asked stays so, whatever the coordinator sends to this machine before they have agreed', () => {
  const { start, jobs } = installation()
  start(true)
  jobs.push(someJob('leased', 'l-1'))
  const after = start(true)
  expect(after.view().asked).toBe(true)
  expect(after.objections()).toHaveLength(1)
  expect(after.insist).toThrow(expect.objectContaining({ code: 'conflict' }))
  after.agree(CONSENT_TEXT)
  expect(start(true).objections()).toEqual([])
})

test('consent to an older text does not count: the owner is asked again, told since when, and nothing runs meanwhile', async () => {
  const { clock, start } = installation()
  const old = start(true, '2025-01')
  old.agree('2025-01')
  old.end()
  await clock.advance(60_000)
  const after = start(true)
  expect(after.view()).toMatchObject({ asked: true, consent: null, earlier: { at: '2026-03-01T12:00:00.000Z', text: '2025-01' }, done: true })
  expect(after.objections()).toMatchObject([{ code: 'consent', message: expect.stringContaining('has changed') }])
  expect(after.insist).toThrow(expect.objectContaining({ code: 'conflict' }))
  expect(() => after.agree('2025-01')).toThrow(expect.objectContaining({ code: 'input.invalid' }))
  after.agree(CONSENT_TEXT)
  expect(after.view()).toMatchObject({ consent: { at: '2026-03-01T12:01:00.000Z', text: CONSENT_TEXT }, earlier: null })
  expect(start(true).objections()).toEqual([])
})

test('any steps in any order, with restarts and new texts in between: no job may start before consent to the present one, and any may after it', () => {
  const act = fc.oneof(
    fc.record({ do: fc.constant('go' as const), step: fc.constantFrom(...SETUP_STEPS) }),
    fc.record({
      do: fc.constantFrom('later' as const, 'end' as const, 'restart' as const, 'new-text' as const, 'lease' as const, 'wrong-text' as const, 'agree' as const),
    }),
  )
  fc.assert(
    fc.property(fc.array(act, { maxLength: 25 }), (acts) => {
      const { start, jobs } = installation({ jobs: [] })
      let text = 0
      const begin = () => start(true, `text-${text}`)
      let book = begin()
      let agreed = false
      for (const one of acts) {
        if (one.do === 'new-text') {
          text++
          agreed = false
        }
        if (one.do === 'restart' || one.do === 'new-text') book = begin()
        if (one.do === 'lease') jobs.push(someJob('given-back', `l-${jobs.length}`))
        if (one.do === 'go') book.go(one.step)
        if (one.do === 'later') book.later()
        if (one.do === 'wrong-text') expect(() => book.agree('x')).toThrow()
        if (one.do === 'end' && !agreed) expect(book.end).toThrow()
        if (one.do === 'end' && agreed) book.end()
        if (one.do === 'agree') book.agree(`text-${text}`)
        agreed ||= one.do === 'agree'
        expect(book.view().consent !== null).toBe(agreed)
        const others = book.objections()
        expect(step(FRESH, { scene: { others }, request: { ask: 'resume' } }).mayRun).toBe(agreed)
      }
    }),
  )
})
