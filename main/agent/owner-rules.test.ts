import { expect, test } from 'vitest'
import { DEFAULT_RULES, type OwnerRules, PolicyConfig, type RuleKey } from '../../shared/contract/owner-rules.ts'
import type { Tariff } from '../../shared/domain/tariff.ts'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { openSqlite } from '../kernel/sqlite.ts'
import { AGENT_DEFAULTS } from './config.ts'
import { createFakeSignals } from './idle/signals/sources.fake.ts'
import * as initial from './migrations/0001-initial.ts'
import { createOwnerPolicy } from './owner-policy.ts'
import { createOwnerRules, tellOverruled } from './owner-rules.ts'
import { createSettingsStore } from './settings.store.ts'

const WRITTEN = {
  ...AGENT_DEFAULTS,
  policy: PolicyConfig.parse({ idleStartS: 900, dedicated: true }),
  saidRules: ['idleStartS', 'gate', 'schedule'] as const satisfies RuleKey[],
}
const GREENER: OwnerRules = { ...DEFAULT_RULES, dedicated: true, gate: { kind: 'absolute', maxGPerKWh: 120 }, alsoWhenPresent: true }

function setUp(tariff: Tariff | null = null) {
  const settings = createSettingsStore(openSqlite(':memory:', [initial]))
  let changes = 0
  const open = () => createOwnerRules({ config: WRITTEN, settings, tariff: () => tariff, changed: () => changes++ })
  return { settings, open, rules: open(), changes: () => changes }
}

test('what was set in the window holds at once, outlives a restart, and can be taken back to what the settings file says', () => {
  const { rules, open, changes } = setUp()
  expect(rules.view()).toMatchObject({ rules: { idleStartS: 900 }, setBy: 'settings', dedicated: true })
  rules.set(GREENER)
  expect(changes()).toBe(1)
  const again = open()
  expect(again.view()).toEqual({ rules: GREENER, setBy: 'window', settings: { ...DEFAULT_RULES, idleStartS: 900, dedicated: true }, dedicated: true })
  expect(again.policy()).toMatchObject({ alsoWhenPresent: true, idleStartS: 300, dedicated: true })
  again.set(null)
  expect(open().view()).toMatchObject({ rules: { idleStartS: 900, gate: { kind: 'planned' } }, setBy: 'settings' })
})

test('an owner says in the window whether anybody sits at the machine; rules kept before that could be said there leave it as it was started', () => {
  const { rules, open, settings } = setUp()
  rules.set({ ...DEFAULT_RULES, dedicated: false })
  expect([rules.policy().dedicated, open().policy().dedicated, open().view().dedicated]).toEqual([false, false, true])
  const { dedicated: _dedicated, ...older } = DEFAULT_RULES
  settings.set('owner-rules', older)
  expect(open().policy().dedicated).toBe(true)
})

test('a rule that nobody could follow is refused, and nothing has changed', () => {
  const { rules, changes } = setUp()
  expect(() => rules.set({ ...DEFAULT_RULES, onlyIfEarning: true })).toThrow('Say what your electricity costs first')
  expect(() => rules.set({ ...DEFAULT_RULES, startBelowC: 90, stopAboveC: 80 })).toThrow('has to begin at a temperature below')
  expect([rules.view().setBy, changes()]).toEqual(['settings', 0])
  const euros = setUp({ kind: 'flat', currency: 'EUR', minorPerKWh: 30, usdPerUnit: null })
  expect(() => euros.rules.set({ ...DEFAULT_RULES, onlyIfEarning: true })).toThrow('Say what 1 EUR is worth in USD')
})

test('whoever starts it with rules that do not hold is told which: those they named, and nobody else', () => {
  const { rules, open } = setUp()
  const told: unknown[] = []
  const log = { warn: (facts: unknown) => void told.push(facts) }
  tellOverruled(rules, log)
  // `alsoWhenPresent` is named nowhere, and `schedule` says the same.
  rules.set(GREENER)
  tellOverruled(open(), log)
  rules.set(null)
  tellOverruled(open(), log)
  expect(told).toEqual([{ rules: ['idleStartS', 'gate'] }])
})

test('what was stored and cannot be read any more is as good as not said', () => {
  const { settings, open } = setUp()
  settings.set('owner-rules', { gate: { kind: 'coal' } })
  expect(open().view().setBy).toBe('settings')
})

test('a rule that changes while jobs could run is followed with the next decision', () => {
  const { settings } = setUp()
  const clock = createFakeClock()
  const rules = createOwnerRules({ config: AGENT_DEFAULTS, settings, tariff: () => null, changed: () => policy.wake() })
  const world = createFakeSignals(clock, { inputIdle: 3_600, power: 'battery', games: [] })
  const policy = createOwnerPolicy({
    config: rules.policy,
    settings,
    clock,
    readSignals: () => ({ ...world.read(), temperatureC: 50, others: [] }),
    job: () => null,
    act: () => undefined,
    yielded: () => undefined,
    decided: () => undefined,
    changed: () => undefined,
  })
  expect(policy.reasonsNow().map(({ code }) => code)).toEqual(['battery'])
  rules.set({ ...DEFAULT_RULES, allowBattery: true })
  expect(policy.reasonsNow()).toEqual([])
  rules.set(null)
  expect(policy.reasonsNow().map(({ code }) => code)).toEqual(['battery'])
})
