import { expect, test } from 'vitest'
import type { AgentJob } from '../contract/agent-job.ts'
import type { Device } from '../contract/device.ts'
import { YieldReason } from '../contract/job.ts'
import { goesOnLater, isUnpaid, jobPower, makesRoom, worksOn } from './running-jobs.ts'

const device = (deviceId: string, change: Partial<Device> = {}) =>
  ({ deviceId, name: 'RTX 4070', busId: null, state: 'ok', watts: 100, method: 'counter', ...change }) as Device
const job = (state: AgentJob['state'], code: string | null = null) => ({ state, code })

test('devices are called by their name, and where two share one by what tells them apart', () => {
  const devices = [device('a', { busId: '00000000:01:00.0' }), device('b', { busId: '0000:41:00.0' }), device('c', { name: 'Ryzen' })]
  expect(worksOn({ deviceIds: ['b', 'c'] }, devices)).toEqual(['RTX 4070 in slot 41:00.0', 'Ryzen'])
  expect(worksOn({ deviceIds: ['gone'] }, devices)).toEqual([])
})

test('what the devices of a job draw is added up, and is as good as the weakest of them', () => {
  const devices = [device('a'), device('b', { watts: 24, method: 'estimate' }), device('c')]
  expect(jobPower({ deviceIds: ['a', 'b'] }, devices)).toEqual({ watts: 124, method: 'estimate' })
  expect(jobPower({ deviceIds: ['a'] }, devices)).toEqual({ watts: 100, method: 'counter' })
})

test.each<Partial<Device>>([{ watts: null }, { state: 'lost' }])('a sum that lacks a device is none: %o', (change) =>
  expect(jobPower({ deviceIds: ['a', 'b'] }, [device('a'), device('b', change)])).toBeNull(),
)

test('of a job without a known device nobody can tell what it draws', () => expect(jobPower({ deviceIds: ['gone'] }, [device('a')])).toBeNull())

test('only a job that runs can make room', () => {
  expect(makesRoom(job('running', 'ceiling'))).toBe(true)
  expect([job('running'), job('preparing', 'x'), job('waiting', 'carbon')].map(makesRoom)).toEqual([false, false, false])
})

test('a job that was asked back goes on later; one that failed by itself does not', () => {
  for (const reason of YieldReason.options) expect(goesOnLater(job('failed', reason))).toBe(true)
  expect(goesOnLater(job('given-back'))).toBe(true)
  for (const other of [job('failed', 'job.exit-code'), job('failed'), job('accepted'), job('waiting', 'carbon')]) expect(goesOnLater(other)).toBe(false)
})

test('a run that was given back is unpaid once its job came to nothing', () => {
  expect([isUnpaid(job('given-back', 'unpaid.failed')), goesOnLater(job('given-back', 'unpaid.failed'))]).toEqual([true, false])
  expect(isUnpaid(job('given-back'))).toBe(false)
})
