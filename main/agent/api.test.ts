import { expect, test } from 'vitest'
import { fakeStatus } from '../../shared/contract/agent-status.fake.ts'
import { agentContract } from '../../shared/contract/agent.ts'
import { serve } from '../../shared/contract/define.ts'
import { setupHandlers } from '../../shared/contract/first-run.fake.ts'
import { WindfallError } from '../../shared/errors.ts'
import { testBundle } from '../../shared/domain/receipt-bundle.fake.ts'
import { predicateOf, recordedOnOf, summaryOf } from '../../shared/domain/receipt-summary.ts'
import { epochMs, toIso } from '../../shared/units.ts'
import { openSqlite } from '../kernel/sqlite.ts'
import { createApi } from './api.ts'
import { createDesk } from './desk.ts'
import { createJobsStore } from './jobs/jobs.store.ts'
import { fakeLease } from './jobs/lease.fixture.ts'
import * as initial from './migrations/0001-initial.ts'
import * as receiptSearch from './migrations/0009-receipt-search.ts'
import { createMoney } from './money.ts'
import { createMoneyStore } from './money/money.store.ts'
import { AGENT_DEFAULTS } from './config.ts'
import { createOwnerRules } from './owner-rules.ts'
import { createOwnerTariff } from './owner-tariff.ts'
import { createSettingsStore } from './settings.store.ts'
import { createFactsStore } from './sync/facts.store.ts'

const NOW = Date.parse('2026-03-01T12:00:00.000Z')
const bundle = await testBundle()

function setUp({ paused = false, insist = () => {} } = {}) {
  const db = openSqlite(':memory:', [initial, receiptSearch])
  const [jobs, facts] = [createJobsStore(db), createFactsStore(db)]
  const asked: unknown[] = []
  const settings = createSettingsStore(db)
  const tariff = createOwnerTariff({ config: { tariff: null }, onlyIfEarning: () => rules.current().onlyIfEarning, settings, changed: () => undefined })
  const rules = createOwnerRules({ config: AGENT_DEFAULTS, settings, tariff: tariff.current, changed: () => asked.push('rules') })
  const server = serve(
    agentContract,
    createApi({
      jobs,
      facts,
      money: createMoney({ store: createMoneyStore(db), facts, tariff, pastPrices: () => [], clock: { now: () => epochMs(NOW) } }),
      setTariff: tariff.set,
      rules,
      previewGate: ({ kind }) => ({ words: kind, greenWindows: [] }),
      desk: createDesk({ client: null, signer: { sign: async () => new Uint8Array() }, settings, changed: () => undefined }),
      status: () => fakeStatus(),
      zones: () => ({ zones: [], attributions: [] }),
      grid: () => ({
        zone: 'GB-13',
        signal: null,
        now: null,
        greenWindows: [],
        greenerThanPercent: null,
        rule: 'x',
        state: 'missing',
        message: null,
        tariff: null,
        solar: null,
      }),
      power: () => ({ method: null, readings: [] }),
      pause: (until) => asked.push(until),
      resume: () => asked.push('resume'),
      finish: () => asked.push('finish'),
      runAnyway: (until) => asked.push(until),
      isPaused: () => paused,
      dayReport: (day) => ({ day, totalMs: 60_000, entries: [{ code: 'owner-present', ms: 60_000 }] }),
      signalSources: () => [{ signal: 'inputIdle', source: 'x11', state: 'failed', ageMs: null }],
      setDevice: (change) => asked.push(change),
      detectDevices: async () => asked.push('detect'),
      rotateKey: async (evidence) => void asked.push(evidence),
      pinnedKeys: () => ['k'.repeat(43)],
      setup: setupHandlers(NOW),
      insist,
      now: () => NOW,
    }),
  )
  return { jobs, facts, asked, call: (name: string, input: unknown = {}) => server.dispatch(name, input, undefined) }
}

test('a pause is passed on with its end, or without one; a time that has passed is refused with what to do', async () => {
  const { call, asked } = setUp()
  await call('pause', { until: null })
  await call('pause', { until: '2026-03-01T12:00:00.001Z' })
  await call('resume')
  expect(asked).toEqual([null, NOW + 1, 'resume'])
  for (const until of ['2026-03-01T12:00:00.000Z', '2001-01-01T00:00:00.000Z'])
    await expect(call('pause', { until })).rejects.toMatchObject({ code: 'input.invalid', message: expect.stringContaining('passed already') })
  await expect(call('pause', { until: 'tomorrow' })).rejects.toMatchObject({ code: 'input.invalid' })
  await expect(call('pause')).rejects.toMatchObject({ code: 'input.invalid' })
  expect(asked).toHaveLength(3)
})

const refuse = (): never => {
  throw new WindfallError('conflict', 'Agree first.')
}

test('before the owner has agreed to anything nothing is resumed, and nothing runs anyway', async () => {
  const { call, asked } = setUp({ insist: refuse })
  for (const [name, input] of [
    ['resume', {}],
    ['runAnyway', { until: toIso(NOW + 3_600_000) }],
  ] as const)
    await expect(call(name, input)).rejects.toMatchObject({ code: 'conflict', message: 'Agree first.' })
  await call('pause', { until: null })
  expect(asked).toEqual([null])
})

test('a device’s switch and ceilings, a new look and a new key are passed on, and nonsense is refused', async () => {
  const { call, asked } = setUp()
  const deviceId = 'd'.repeat(64)
  for (const [name, input] of [
    ['setDevice', { deviceId, enabled: false }],
    ['setDevice', { deviceId, ceilings: { temperatureC: 80, watts: null } }],
    ['detectDevices', {}],
    ['rotateKey', { evidence: 'tpm' }],
  ] as const)
    expect(await call(name, input)).toMatchObject({ devices: [] })
  expect(asked).toEqual([{ deviceId, enabled: false }, { deviceId, ceilings: { temperatureC: 80, watts: null } }, 'detect', 'tpm'])
  for (const wrong of [
    { deviceId: 'GPU-1', enabled: false },
    { deviceId, ceilings: { temperatureC: 20, watts: null } },
    { deviceId, ceilings: { temperatureC: 80 } },
    { enabled: false },
  ])
    await expect(call('setDevice', wrong)).rejects.toMatchObject({ code: 'input.invalid' })
  await expect(call('rotateKey', { evidence: 'hope' })).rejects.toMatchObject({ code: 'input.invalid' })
  expect(asked).toHaveLength(4)
})

test('jobs run anyway until a time of the next day, and not in a pause', async () => {
  const { call, asked } = setUp()
  await call('runAnyway', { until: toIso(NOW + 24 * 3_600_000) })
  expect(asked).toEqual([NOW + 24 * 3_600_000])
  for (const until of [NOW, NOW + 24 * 3_600_000 + 1]) await expect(call('runAnyway', { until: toIso(until) })).rejects.toMatchObject({ code: 'input.invalid' })
  await expect(setUp({ paused: true }).call('runAnyway', { until: toIso(NOW + 1) })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('Resume it first'),
  })
  expect(asked).toHaveLength(1)
})

test('finishing is passed on; a day is reported by its date; sources say how they are doing', async () => {
  const { call, asked } = setUp()
  await call('finish')
  expect(asked).toEqual(['finish'])
  expect(await call('getDayReport', { day: '2026-03-01' })).toMatchObject({ day: '2026-03-01', entries: [{ code: 'owner-present', ms: 60_000 }] })
  for (const day of ['2026-02-30', '1 March', '2026-03-01T00:00:00.000Z'])
    await expect(call('getDayReport', { day })).rejects.toMatchObject({ code: 'input.invalid' })
  expect(await call('getSignals')).toEqual({ sources: [{ signal: 'inputIdle', source: 'x11', state: 'failed', ageMs: null }] })
})

test('lists come in pages that end with null, and pages are as long as asked for', async () => {
  const { call, jobs } = setUp()
  for (let index = 0; index < 5; index++) jobs.add(fakeLease({ leaseId: `l${index}`, attemptId: `a${index}` }), index)
  const seen: string[] = []
  let after: string | null = null
  do {
    const page = (await call('listJobs', { after, limit: 2 })) as { items: { leaseId: string }[]; next: string | null }
    expect(page.items.length).toBeLessThanOrEqual(2)
    seen.push(...page.items.map(({ leaseId }) => leaseId))
    after = page.next
  } while (after !== null)
  expect(seen).toEqual(['l4', 'l3', 'l2', 'l1', 'l0'])
  expect(await call('listJobs', { after: null, limit: 5 })).toMatchObject({ next: null })
  for (const limit of [0, -1, 201, 1.5]) await expect(call('listJobs', { limit })).rejects.toMatchObject({ code: 'input.invalid' })
  for (const empty of ['listReceipts', 'listPayouts']) expect(await call(empty)).toEqual({ items: [], next: null })
})

test('a receipt comes with the keys to check it against; one that is not here is not found', async () => {
  const { call, facts } = setUp()
  const predicate = predicateOf(bundle)
  facts.addReceipt({ ...summaryOf(predicate, 5), recordedOn: recordedOnOf(predicate) }, bundle)
  expect(await call('getReceipt', { receiptId: 'receipt-1' })).toEqual({ bundle, pinnedKeys: ['k'.repeat(43)] })
  await expect(call('getReceipt', { receiptId: 'receipt-2' })).rejects.toMatchObject({ code: 'not-found' })
  await expect(call('getReceipt', { receiptId: '../../etc/passwd' })).rejects.toMatchObject({ code: 'input.invalid' })
})

test('every call answers within the contract', async () => {
  const { call } = setUp()
  for (const name of ['getStatus', 'getGrid', 'getPower']) await expect(call(name)).resolves.toBeDefined()
})
