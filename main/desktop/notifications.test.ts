import { EventEmitter } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { fakeStatus } from '../../shared/contract/agent-status.fake.ts'
import type { Reason } from '../../shared/contract/policy.ts'
import { NotificationKind } from '../../shared/contract/shell.ts'
import { someTerms } from '../../shared/contract/terms.fake.ts'
import { epochMs, toIso } from '../../shared/units.ts'
import type { NotificationText } from './notification-words.ts'
import { createNotifications } from './notifications.ts'
import { type Known, NOTHING_KNOWN, claimableOf, newsBetween } from './owner-news.ts'
import { openShellSettings } from './shell-settings.ts'

const DAY_MS = 24 * 3_600_000
const NOON = new Date(2026, 10, 21, 12).getTime()
const payout = (payoutId: string, state: 'planned' | 'sent' | 'confirmed' | 'finalized' | 'failed') => ({ payoutId, state, microUsd: '1000000' })
const QUIET: Known = { ...NOTHING_KNOWN, status: fakeStatus(), payouts: [payout('a', 'sent'), payout('b', 'sent')], claimable: null }
const know = (change: Partial<Known>): Known => ({ ...QUIET, ...change })
const needs = (code: Reason['code'], message: string) => fakeStatus({ display: 'action-needed', reasons: [{ code, message, until: null }] })
const GAVE_UP = { state: 'gave-up', endedAt: toIso(NOON), message: 'It stopped several times.' } as const
const kinds = (before: Known, after: Known) => newsBetween(before, after).map(({ kind }) => kind)

describe('what is news', () => {
  test.each<[string, Known, NotificationKind[]]>([
    ['a payout that arrived', know({ payouts: [payout('a', 'confirmed'), payout('b', 'sent')] }), ['payout-paid']],
    ['a payout that failed', know({ payouts: [payout('a', 'failed')] }), ['payout-failed']],
    ['money that can be claimed', know({ claimable: '14720000' }), ['payout-ready']],
    [
      'a changed text to agree to, for whoever has earned here',
      know({ status: { ...needs('consent', 'It has changed.'), earnings: { ...fakeStatus().earnings, paidMicroUsd: '5' } } }),
      ['action-needed'],
    ],
    ['the first text to agree to, which the window shows just now', know({ status: needs('consent', 'Not set up yet.') }), []],
    ['something only the owner can mend', know({ status: needs('blocked', 'The driver is too old.') }), ['action-needed']],
    ['an agent that was given up', know({ agent: GAVE_UP }), ['action-needed']],
    ['an update', know({ update: { state: 'ready', version: '1.4.0', waitsForJob: false } }), ['update-ready']],
    ['nothing', QUIET, []],
    ['the agent not answering for a moment', know({ status: null }), []],
    ['a job, a pause, the grid', know({ status: fakeStatus({ display: 'earning' }) }), []],
  ])('%s', (_what, after, expected) => expect(kinds(QUIET, after)).toEqual(expected))

  test('payouts are told together, and each once', () => {
    const paid = know({ payouts: [payout('a', 'confirmed'), payout('b', 'confirmed')] })
    expect(newsBetween(QUIET, paid)).toEqual([{ kind: 'payout-paid', count: 2, microUsd: '2000000' }])
    expect(newsBetween(paid, know({ payouts: [payout('a', 'finalized'), payout('b', 'finalized')] }))).toEqual([])
  })

  test('money that was there before anybody looked is none', () => {
    expect(kinds(NOTHING_KNOWN, know({ claimable: '1', payouts: [payout('a', 'failed'), payout('b', 'confirmed')] }))).toEqual([])
  })

  test('what needs the owner is told again only when it is something else', () => {
    const old = know({ status: needs('blocked', 'The driver is too old.') })
    expect(kinds(old, know({ status: needs('blocked', 'The driver is still too old.') }))).toEqual([])
    expect(kinds(old, know({ status: needs('vram', 'A job left its memory behind.') }))).toEqual(['action-needed'])
  })
})

test.each([
  [{ automatic: false }, '14720000'],
  [{ automatic: true }, null],
  [{ automatic: false, address: null }, null],
  [{ automatic: false, paused: 'Payouts are stopped.' }, null],
  [{ automatic: false, leastMicroUsd: '20000000' }, null],
  [{ automatic: false, confirmedMicroUsd: '0', leastMicroUsd: '0' }, null],
])('with %j, %j can be claimed', (terms, amount) => expect(claimableOf(someTerms(terms))).toBe(amount))

class FakeNotification extends EventEmitter {
  readonly text: NotificationText
  readonly show = vi.fn()
  constructor(text: NotificationText) {
    super()
    this.text = text
  }
}

function told({ supported = true } = {}) {
  const settings = openShellSettings(join(mkdtempSync(join(tmpdir(), 'windfall-notes-')), 'shell.json'))
  const made: FakeNotification[] = []
  const view = { watched: false, now: NOON }
  const go = vi.fn()
  const changed = vi.fn()
  const notifications = createNotifications({
    make: (text) => {
      const one = new FakeNotification(text)
      made.push(one)
      return one as never
    },
    isSupported: () => supported,
    settings,
    isWatched: () => view.watched,
    go,
    clock: { now: () => epochMs(view.now) },
    log: { warn: () => {} },
    changed,
  })
  notifications.learn(QUIET)
  return { notifications, settings, made, view, go, changed }
}
const FAILED = know({ payouts: [payout('a', 'failed')] })

test('a click opens the page it is about', () => {
  const { notifications, made, go } = told()
  notifications.learn(FAILED)
  expect(made.map(({ text }) => text)).toEqual([{ title: 'A payout failed', body: 'Nothing arrived, and $1.00 is still yours. Open Windfall to see why.' }])
  expect(made[0]?.show).toHaveBeenCalledOnce()
  made[0]?.emit('click')
  expect(go).toHaveBeenCalledExactlyOnceWith('#/payouts')
})

test('each kind comes once a day, also over a restart, and every day anew', () => {
  const { notifications, settings, made, view } = told()
  const failing = () => {
    notifications.learn(FAILED)
    notifications.learn(QUIET)
  }
  failing()
  failing()
  expect(made).toHaveLength(1)
  expect(settings.get().notifiedOn).toEqual({ 'payout-failed': '2026-11-21' })
  notifications.learn(know({ status: needs('blocked', 'The driver is too old.') }))
  expect(made).toHaveLength(2)
  notifications.learn(QUIET)
  view.now += DAY_MS
  failing()
  expect(made).toHaveLength(3)
})

test('what others have written is one short line of plain words', () => {
  const { notifications, made } = told()
  notifications.learn(know({ status: needs('blocked', `<b>Click</b> <img src="http://x">\u202Eexe\n\u0007${'long '.repeat(60)}`.slice(0, 300)) }))
  expect(made[0]?.text.body).toMatch(/^‹b›Click‹\/b› ‹img src="http:\/\/x"› exe +long/)
  expect(made[0]?.text.body.length).toBeLessThanOrEqual(250)
})

test('a disk that is full costs no news', () => {
  const { notifications, settings, made } = told()
  vi.spyOn(settings, 'set').mockImplementation(() => {
    throw new Error('ENOSPC')
  })
  notifications.learn(FAILED)
  expect(made).toHaveLength(1)
})

test('samples do not pile up, however often they are asked for', () => {
  const { notifications, made, view } = told()
  for (let n = 0; n < 100; n++) notifications.showSample('payout-paid')
  expect(made).toHaveLength(1)
  view.now += 1_000
  notifications.showSample('payout-failed')
  expect(made).toHaveLength(2)
})

test('nobody is interrupted who looks at the window, and nothing of the day is used up by that', () => {
  const { notifications, made, view } = told()
  view.watched = true
  notifications.learn(FAILED)
  notifications.learn(QUIET)
  view.watched = false
  expect(made).toEqual([])
  notifications.learn(FAILED)
  expect(made).toHaveLength(1)
})

test('what the owner does not want does not come', () => {
  const { notifications, settings, made } = told()
  settings.set({ notifications: ['update-ready'] })
  notifications.learn(FAILED)
  notifications.learn(know({ update: { state: 'ready', version: '1.4.0', waitsForJob: true } }))
  expect(made.map(({ text }) => text.title)).toEqual(['Windfall 1.4.0 is ready'])
})

test('where the system shows none, none is made; where it refuses one, the settings say so', () => {
  const none = told({ supported: false })
  none.notifications.learn(FAILED)
  none.notifications.showSample('payout-paid')
  expect(none.made).toEqual([])
  expect(none.notifications.work()).toBe(false)

  const { notifications, made, changed } = told()
  notifications.learn(FAILED)
  expect(notifications.work()).toBe(true)
  made[0]?.emit('failed', {}, 'not signed')
  expect(notifications.work()).toBe(false)
  expect(changed).toHaveBeenCalledOnce()
})

test.each(NotificationKind.options)('there is a sample of %s, which says that it is one and uses up nothing', (kind) => {
  const { notifications, settings, made } = told()
  notifications.showSample(kind)
  expect(made[0]?.text.title).toMatch(/^Sample: ./)
  expect(made[0]?.text.body).not.toBe('')
  expect(settings.get().notifiedOn).toEqual({})
})
