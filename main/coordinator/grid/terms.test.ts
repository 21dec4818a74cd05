import { expect, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { startFakeEnergyCharts } from './energy-charts/energy-charts.fake.ts'
import { ENERGY_CHARTS_MANNERS, createEnergyCharts } from './energy-charts/energy-charts.ts'
import { trialHttp } from './provider-trial.fake.ts'
import { mayBePassedOn } from './terms.ts'
import { startFakeWattTime } from './watttime/watttime.fake.ts'
import { WATTTIME_MANNERS, createWattTime } from './watttime/watttime.ts'

const NOW = Date.parse('2026-03-18T12:10:00.000Z')
const ACCOUNT = { user: 'owner', password: 'secret-password' }
const around = { from: NOW - 3_600_000, to: NOW + 3_600_000 }
const { signal: abort } = new AbortController()

test('prices that energy-charts lets go may be passed on, those for private use may not', async () => {
  const clock = createFakeClock(NOW)
  await using fake = await startFakeEnergyCharts({ now: () => NOW, knownTo: () => NOW + 86_400_000, stepAt: () => 900_000, valueAt: () => 50 })
  const provider = createEnergyCharts({ http: trialHttp(clock, ENERGY_CHARTS_MANNERS), clock, baseUrl: fake.url })
  const allowed = async (zone: string) => {
    const signal = await provider.read({ kind: 'price', zone, ...around }, abort)
    return signal && mayBePassedOn(signal)
  }
  expect([await allowed('DE'), await allowed('ES')]).toEqual([true, false])
})

test('what WattTime says is for whoever has the account', async () => {
  const clock = createFakeClock(NOW)
  await using fake = await startFakeWattTime(() => NOW, ACCOUNT)
  const provider = createWattTime({ http: trialHttp(clock, { ...WATTTIME_MANNERS, spacingMs: 0 }), clock, baseUrl: fake.url, ...ACCOUNT })
  const signal = await provider.read({ kind: 'marginal', zone: 'US-CAL-CISO', ...around }, abort)
  expect(signal && mayBePassedOn(signal)).toBe(false)
})
