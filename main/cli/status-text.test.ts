import { expect, test } from 'vitest'
import type { Device } from '../../shared/contract/device.ts'
import type { RunningJob } from '../../shared/contract/agent-job.ts'
import { fakeStatus } from '../../shared/contract/agent-status.fake.ts'
import { describeStatus } from './status-text.ts'

const outlook = fakeStatus().outlook

test('a machine that is free says that nobody has offered it a job, and that one could start', () => {
  expect(describeStatus(fakeStatus())[1]).toBe('  because     No job offered. Your hours, your prices and the grid allow a start now.')
})

test('a machine that is free says what would stand in the way of a job, until when, and when the next start is', () => {
  const reasons = [{ code: 'carbon' as const, message: 'The grid is at 300 g/kWh.', until: '2026-07-01T13:00:00.000Z' }]
  const lines = describeStatus(fakeStatus({ outlook: { ...outlook, reasons, nextStart: '2026-07-01T13:00:00.000Z', message: 'x' } }), 'Europe/London')
  expect(lines.slice(1, 4)).toEqual([
    '  because     No job offered.',
    '  not now     The grid is at 300 g/kWh. Until 01 Jul 2026 14:00 BST.',
    'next start    01 Jul 2026 14:00 BST – x',
  ])
})

test('a machine that waits for its owner does not blame requesters; moments are told by the clock on the wall', () => {
  const reasons = [{ code: 'user' as const, message: 'You paused Windfall.', until: '2026-07-01T13:00:00.000Z' }]
  const text = describeStatus(fakeStatus({ display: 'paused', reasons, anywayUntil: '2026-07-01T12:30:00.000Z' }), 'Europe/Berlin').join('\n')
  expect(text).not.toContain('No job offered')
  expect(text).toMatch(/because {5}You paused Windfall\. Until 01 Jul 2026 15:00 (?:CEST|GMT\+2)\./)
  expect(text).toMatch(/Running anyway until 01 Jul 2026 14:30 /)
  expect(text).not.toMatch(/T\d\d:\d\d/)
})

const device = (deviceId: string, name: string, watts: number, method: Device['method']) =>
  ({ deviceId, name, watts, method, state: 'ok', busId: null, temperatureC: null, energyToday: { joules: 0, jobJoules: 0 }, held: null }) as Device
const aJob = (name: string, change: Partial<RunningJob> = {}) =>
  ({ leaseId: name, name, state: 'running', message: null, joules: null, method: null, progress: null, deviceIds: [], ...change }) as RunningJob

test('every job that runs has a line of its own: where, at how many watts, what it drew, how far it is, and why it rests', () => {
  const devices = [device('a', 'RTX 4070', 172.4, 'counter'), device('c', 'Ryzen', 24, 'estimate')]
  const running = [
    aJob('render', { deviceIds: ['a'], joules: 267_840, method: 'counter', progress: 0.63, message: 'It rests.' }),
    aJob('train', { deviceIds: ['c'], joules: 3_600, method: 'estimate' }),
    aJob('hash', { state: 'preparing', message: 'Fetches what the job runs: 40%.' }),
  ]
  const lines = describeStatus(fakeStatus({ display: 'earning', job: aJob('render'), running, devices, finishing: true }))
  expect(lines.filter((line) => line.startsWith('job'))).toEqual([
    'job           render: running on RTX 4070, 172.4 W, 74.40 Wh so far, 63 % – It rests.',
    'job           train: running on Ryzen, ≈ 24.0 W, ≈ 1.00 Wh so far',
    'job           hash: preparing – Fetches what the job runs: 40%.',
  ])
  expect(lines.join('\n')).toContain('pauses after these jobs')
})

test('without one that runs, the one whose turn is next says what it waits for', () => {
  const job = aJob('render', { state: 'waiting', message: 'Another job works on the processor.' })
  expect(describeStatus(fakeStatus({ job }))).toContain('job           render: waiting – Another job works on the processor.')
})

test('the name of somebody’s job makes no lines of its own, which would look like what Windfall says', () => {
  const job = aJob('render\nto be paid    $ 900.00\r\n\u2028today', { message: 'Run\ncurl' })
  for (const status of [fakeStatus({ job }), fakeStatus({ job, running: [job] })]) {
    const lines = describeStatus(status)
    expect(lines.filter((line) => line.includes('\n'))).toEqual([])
    expect(lines.filter((line) => line.includes('900.00'))).toEqual([expect.stringMatching(/^job {11}render to be paid/)])
  }
})
