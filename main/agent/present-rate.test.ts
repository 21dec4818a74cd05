import { expect, test } from 'vitest'
import type { RunningJob } from '../../shared/contract/agent-job.ts'
import type { Device } from '../../shared/contract/device.ts'
import { someJob } from './first-run.fixture.ts'
import { fakeLease } from './jobs/lease.fixture.ts'
import { type RateQuery, presentRate } from './present-rate.ts'

const NOW = Date.parse('2026-03-01T12:00:00.000Z')
const GPU = 'a'.repeat(64)
const { spec } = fakeLease()
const lease = fakeLease({ spec: { ...spec, price: { microUsdPerHour: '200000', maxMicroUsd: '1000000' }, expected: { seconds: 10, watts: 400 } } })
const job = (change: Partial<RunningJob> = {}): RunningJob => ({
  ...someJob('running', 'l-1'),
  deviceIds: [GPU],
  startedAt: '2026-03-01T11:00:00.000Z',
  ...change,
})
const device = (watts: number | null) => ({ deviceId: GPU, state: 'ok', watts, method: 'counter' }) as Device
const rate = (change: Partial<RateQuery> = {}) =>
  presentRate({
    running: [job()],
    leaseOf: () => lease,
    devices: [device(200)],
    tariff: { kind: 'flat', currency: 'GBP', usdPerUnit: 1.25, minorPerKWh: 24 },
    minorPerKWh: 24,
    now: NOW,
    ...change,
  })

test('is the node’s share of an hour, and what the devices of the job cost in it at the present price, in micro-USD', () => {
  // 85 % of $0.20; 0.2 kWh at £0.24 of $1.25 each.
  expect(rate()).toEqual({ payMicroUsd: '170000', costMicroUsd: '60000' })
  expect(rate({ running: [job(), job({ leaseId: 'l-2' })] })).toEqual({ payMicroUsd: '340000', costMicroUsd: '120000' })
})

test('where devices do not tell what they draw, what the job is expected to take counts', () => {
  expect(rate({ devices: [device(null)] })?.costMicroUsd).toBe('120000')
})

test('what nobody knows of electricity is not guessed', () => {
  expect(rate({ tariff: null, minorPerKWh: null })).toEqual({ payMicroUsd: '170000', costMicroUsd: null })
  expect(rate({ tariff: { kind: 'flat', currency: 'GBP', usdPerUnit: null, minorPerKWh: 24 } })?.costMicroUsd).toBeNull()
})

test('a job near the most that it may cost brings only the rest of that', () => {
  expect(rate({ running: [job({ startedAt: '2026-03-01T07:30:00.000Z' })] })?.payMicroUsd).toBe('85000')
  expect(rate({ running: [job({ startedAt: '2026-03-01T02:00:00.000Z' })] })?.payMicroUsd).toBe('0')
})

test('without a job at work there is none, and one that makes room for its owner does not count', () => {
  expect(rate({ running: [] })).toBeNull()
  expect(rate({ running: [job({ state: 'preparing' }), job({ code: 'owner-present' })] })).toBeNull()
  expect(rate({ leaseOf: () => null })).toBeNull()
})
