import { afterEach, describe, expect, test } from 'vitest'
import { fakeStatus } from '../../shared/contract/agent-status.fake.ts'
import type { AgentJob, RunningJob } from '../../shared/contract/agent-job.ts'
import type { AgentStatus } from '../../shared/contract/agent.ts'
import type { Device } from '../../shared/contract/device.ts'
import type { Reason, ReasonCode } from '../../shared/contract/policy.ts'
import { ownerCommands } from '../../shared/domain/owner-commands.ts'
import { PAUSES, pauseLabel } from '../../shared/domain/pauses.ts'
import de from '../../shared/i18n/de.json' with { type: 'json' }
import { speak } from '../../shared/i18n/translate.ts'
import { toIso } from '../../shared/units.ts'
import { trayFile, trayImage } from './tray-image.ts'
import { type MenuEntry, type TrayView, nextLineInMs, trayMenu, trayTip } from './tray-menu.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** Local time, so that the menu shows the same clock in every zone. */
const NOW = new Date(2026, 10, 21, 14, 41).getTime()

const status = (change: Partial<AgentStatus> = {}): AgentStatus =>
  fakeStatus({
    display: 'earning',
    policy: 'running',
    power: { watts: 171.6, method: 'counter', at: '2026-11-21T12:00:00.000Z' },
    today: { ...fakeStatus().today, accruedMicroUsd: '7000', confirmedMicroUsd: '312345' },
    ...change,
  })
const because = (code: ReasonCode, message: string, inMs: number | null = null): Reason => ({ code, message, until: inMs === null ? null : toIso(NOW + inMs) })
const PRESENT = because('owner-present', 'You are using the computer.')
const CARBON = because('carbon', 'GB-13 is at 168 g/kWh.', 10 * HOUR)
const PAUSE = because('user', 'Paused by you.', 14 * MINUTE)
const paused = (change: Partial<AgentStatus> = {}) => status({ display: 'paused', policy: 'off', reasons: [PAUSE], pausedUntil: PAUSE.until, ...change })

const RUNS = { state: 'running' } as const
const ELSEWHERE = { state: 'elsewhere' } as const
const RESTARTS = { state: 'restarting', endedAt: toIso(NOW), retryAt: toIso(NOW + 4_000), message: 'It stopped.' } as const
const GAVE_UP = { state: 'gave-up', endedAt: toIso(NOW), message: 'It stopped.' } as const
const menu = (of: AgentStatus | null, more: Partial<TrayView> = {}) =>
  trayMenu({ status: of, agent: ELSEWHERE, claimable: null, updateIsReady: false, keepRunning: true, now: NOW, ...more })
const labelOf = (id: string, entries: readonly (MenuEntry | null)[]) => entries.find((entry) => entry?.id === id)?.label
const ids = (entries: readonly (MenuEntry | null)[]) => entries.map((entry) => entry?.id ?? '-')
const entry = (id: string, of: AgentStatus) => menu(of).find((candidate) => candidate?.id === id)
const job = (state: AgentJob['state']) => ({ state }) as AgentJob

describe('the menu', () => {
  test('opens the window first, then says what happens', () =>
    expect(ids(menu(status()))).toEqual(['open', 'status', '-', 'pause', 'finish', '-', 'settings', 'keep-running', 'quit']))
  test.each<Partial<AgentStatus>>([
    {},
    { display: 'ready', policy: 'waiting' },
    { display: 'waiting', policy: 'blocked', reasons: [PRESENT] },
    { display: 'waiting', policy: 'blocked', reasons: [PRESENT], mayRunAnyway: true },
    { display: 'earning', anywayUntil: toIso(NOW + HOUR) },
    { display: 'finishing', finishing: true },
    { display: 'paused', policy: 'off', reasons: [PAUSE] },
    { display: 'action-needed', policy: 'fault', reasons: [because('vram', 'A job left its memory behind.')] },
  ])('%#: offers what the window offers, by the same names', (change) => {
    const commands = ownerCommands(status(change))
    const offered = menu(status(change)).filter((candidate) => commands.some(({ id }) => id === candidate?.id))
    expect(offered.map((candidate) => candidate?.label)).toEqual(commands.map(({ label }) => label))
  })
  test('a pause is for as long as the owner likes', () => {
    expect(entry('pause', status())?.submenu?.map(({ label }) => label)).toEqual(PAUSES.map(pauseLabel))
    expect(entry('pause', status())?.submenu?.[0]).toMatchObject({ id: 'pause-15-minutes', verb: { do: 'pause', until: '15-minutes' } })
  })
  test('a job that runs can be finished first; where none runs, that cannot be chosen', () => {
    expect(entry('finish', status({ job: job('running') }))).toMatchObject({ verb: { do: 'finish' } })
    expect(entry('finish', status())).not.toHaveProperty('verb')
  })
  test('without an agent there is nothing to pause', () => expect(ids(menu(null))).toEqual(['open', 'status', '-', 'settings', 'keep-running', 'quit']))
  test('quitting says what it stops', () => {
    expect(labelOf('quit', menu(status(), { agent: RUNS }))).toContain('stops earning')
    expect(labelOf('quit', menu(status(), { agent: ELSEWHERE }))).toContain('keeps working')
  })
  test('a payout that can be claimed and an update that is ready have a line, and otherwise none', () => {
    const offers = menu(status(), { claimable: '14720000', updateIsReady: true })
    expect(ids(offers).slice(4)).toEqual(['finish', '-', 'claim', 'update', '-', 'settings', 'keep-running', 'quit'])
    expect(offers.find((line) => line?.id === 'claim')).toEqual({ id: 'claim', label: 'Payout ready: $14.72…', verb: { do: 'go', hash: '#/payouts' } })
    expect(labelOf('update', offers)).toBe('Restart to update…')
  })
  test.each([
    [RESTARTS, 'Stopped unexpectedly, starts again at 14:41:04', 'offline'],
    [GAVE_UP, 'Stopped unexpectedly several times, so it waits for you', 'attention'],
  ] as const)('an agent that died says so, and can be started: %o', (agent, line, image) => {
    const gone = menu(null, { agent })
    expect(ids(gone)).toEqual(['open', 'status', '-', 'start-agent', '-', 'settings', 'keep-running', 'quit'])
    expect(labelOf('status', gone)).toBe(line)
    expect(trayTip({ status: null, agent, now: NOW })).toBe(line)
    expect(trayImage(null, agent)).toBe(image)
  })
  test('choosing the checked line takes the check away', () =>
    expect(entry('keep-running', status())).toMatchObject({ checked: true, verb: { do: 'keep-running', value: false } }))
})

const aDevice = (deviceId: string, name: string, watts: number) => ({ deviceId, name, watts, state: 'ok', method: 'counter', busId: null }) as Device
const DEVICES = [aDevice('a', 'RTX 4070', 171.6), aDevice('b', 'RTX 3060', 140)]
const atWork = (leaseId: string, name: string, deviceIds: string[], code: string | null = null) =>
  ({ leaseId, name, deviceIds, state: 'running', code }) as RunningJob
const TWO = [atWork('1', 'Render scene 4', ['a']), atWork('2', 'Train', ['b'], 'ceiling')]
const jobLabels = (of: AgentStatus) => menu(of).flatMap((line) => (line?.id.startsWith('job-') ? [line.label] : []))

describe('several jobs at once', () => {
  test('each has a line with its device and its watts, one that makes room says so', () => {
    const busy = status({ running: TWO, devices: DEVICES })
    expect(labelOf('status', menu(busy))).toBe('Earning · 2 jobs · 172 W · today $0.3123 confirmed')
    expect(jobLabels(busy)).toEqual(['Render scene 4 · RTX 4070 · 172 W', 'Train · RTX 3060 · held back'])
    expect(menu(busy).filter((line) => line?.id.startsWith('job-') && line.verb)).toEqual([])
  })
  test('an hour of it is told as the estimate it is: after electricity where its price is known, a loss with its sign', () => {
    const line = (rate: AgentStatus['rate']) => labelOf('status', menu(status({ rate })))
    expect(line({ payMicroUsd: '212500', costMicroUsd: '41376' })).toBe('Earning · 172 W · ≈ $0.1711 an hour after electricity · today $0.3123 confirmed')
    expect(line({ payMicroUsd: '212500', costMicroUsd: null })).toBe('Earning · 172 W · ≈ $0.2125 an hour before electricity · today $0.3123 confirmed')
    expect(line({ payMicroUsd: '10000', costMicroUsd: '60000' })).toContain('≈ −$0.05')
    expect(trayTip({ status: status({ rate: { payMicroUsd: '212500', costMicroUsd: '41376' } }), agent: ELSEWHERE, now: NOW })).toContain('≈ $0.1711 an hour')
  })
  test('many do not make the menu longer than a screen', () => {
    const many = Array.from({ length: 9 }, (_, index) => atWork(String(index), `Job ${index}`, []))
    expect(jobLabels(status({ running: many }))).toEqual(['Job 0', 'Job 1', 'Job 2', 'Job 3', 'and 5 more'])
  })
  test('finishing means all of them', () =>
    expect(labelOf('status', menu(status({ display: 'finishing', running: TWO })))).toBe('Finishing 2 jobs, then pausing · today $0.3123 confirmed'))
  test('one needs no line of its own', () => expect(jobLabels(status({ running: TWO.slice(0, 1), devices: DEVICES }))).toEqual([]))
})

const lines = (of: AgentStatus) => menu(of).flatMap((line) => (line && (line.id === 'next' || line.id.startsWith('reason-')) ? [line.label] : []))

describe('the reasons', () => {
  test('all of them, each with its end, and when work goes on', () => {
    expect(lines(status({ display: 'waiting', reasons: [because('schedule', 'Not now.', 20 * MINUTE)] }))).toEqual([
      'Outside your hours, until 15:01',
      'Resumes at 15:01',
    ])
    expect(lines(status({ display: 'waiting', reasons: [PRESENT, CARBON] }))).toEqual([
      'You are using the computer',
      expect.stringMatching(/^Grid is not green, until .*22.*00:41$/),
      expect.stringMatching(/^Resumes not before .*22.*00:41$/),
    ])
    expect(lines(status({ display: 'waiting', reasons: [PRESENT] }))).toEqual(['You are using the computer'])
  })
  test('what the owner has to do is said in full above, the rest below', () => {
    const needed = status({ display: 'action-needed', policy: 'fault', reasons: [because('vram', 'A job left its memory behind.'), PRESENT] })
    expect(labelOf('status', menu(needed))).toBe('Action needed: A job left its memory behind.')
    expect(lines(needed)).toEqual(['You are using the computer'])
  })
  test('a pause is said once; what else stands in the way stays in sight', () => {
    expect(lines(paused())).toEqual([])
    expect(lines(paused({ reasons: [PAUSE, PRESENT] }))).toEqual(['You are using the computer'])
  })
})

describe('the first line', () => {
  test.each<[Partial<AgentStatus> | null, string]>([
    [null, 'Not connected to Windfall'],
    [{}, 'Earning · 172 W · today $0.3123 confirmed'],
    [{ power: { watts: 12.2, method: 'estimate', at: '2026-11-21T12:00:00.000Z' } }, 'Earning · ≈ 12 W · today $0.3123 confirmed'],
    [{ power: null }, 'Earning · today $0.3123 confirmed'],
    [{ display: 'ready' }, 'Ready, no job right now · today $0.3123 confirmed'],
    [{ anywayUntil: toIso(NOW + HOUR) }, 'Earning · Running anyway until 15:41 · 172 W · today $0.3123 confirmed'],
    [{ display: 'finishing' }, 'Finishing this job, then pausing · today $0.3123 confirmed'],
    [{ display: 'waiting', reasons: [PRESENT] }, 'Waiting · today $0.3123 confirmed'],
    [{ display: 'paused' }, 'Paused until you resume'],
    [{ display: 'paused', pausedUntil: PAUSE.until }, 'Paused until 14:55, 14 min left'],
    [{ display: 'paused', pausedUntil: toIso(NOW + 61 * MINUTE) }, 'Paused until 15:42, 1 h 1 min left'],
    [{ display: 'paused', pausedUntil: toIso(NOW - 1) }, 'Paused until 14:40, 0 min left'],
    [{ display: 'action-needed', reasons: [because('blocked', 'The driver is too old.')] }, 'Action needed: The driver is too old.'],
  ])('%#: %s', (change, line) => expect(labelOf('status', menu(change && status(change)))).toBe(line))
})

describe('what rests on the icon', () => {
  test.each<[Partial<AgentStatus> | null, string]>([
    [null, 'Not connected to Windfall'],
    [{ display: 'waiting', reasons: [PRESENT] }, 'Waiting: You are using the computer.'],
    [{ display: 'waiting', reasons: [PRESENT, CARBON] }, 'Waiting: You are using the computer. (and 1 more)'],
    [{ display: 'action-needed', reasons: [because('blocked', 'The driver is too old.')] }, 'Action needed: The driver is too old.'],
    [{ display: 'paused' }, 'Paused until you resume'],
  ])('%#: %s', (change, line) => expect(trayTip({ status: change && status(change), agent: RUNS, now: NOW })).toBe(line))
})

test('the time that is left counts down by the minute while a pause has an end, and only then', () => {
  expect(nextLineInMs(paused(), NOW)).toBe(MINUTE)
  expect(nextLineInMs(paused(), NOW + 20_000)).toBe(40_000)
  expect(nextLineInMs(paused(), NOW + 14 * MINUTE)).toBeNull()
  expect(nextLineInMs(paused({ pausedUntil: null }), NOW)).toBeNull()
  expect(nextLineInMs(status(), NOW)).toBeNull()
  expect(nextLineInMs(null, NOW)).toBeNull()
})

test('every state has its own shape where it matters', () => {
  const shapes = (['earning', 'waiting', 'paused', 'action-needed'] as const).map((display) => trayImage(status({ display }), RUNS))
  expect(new Set([...shapes, trayImage(null, RUNS)]).size).toBe(5)
  expect(trayImage(status({ display: 'ready', coordinator: { state: 'offline', url: null, lastSyncAt: null, message: null } }), RUNS)).toBe('offline')
})

test.each([
  ['darwin', true, 'pausedTemplate.png'],
  ['darwin', false, 'pausedTemplate.png'],
  ['win32', true, 'paused-light.ico'],
  ['win32', false, 'paused-dark.ico'],
  ['linux', true, 'paused-light.png'],
  ['linux', false, 'paused-dark.png'],
] as const)('on %s, with a dark bar %s, a pause is %s', (platform, darkBar, file) => expect(trayFile('paused', platform, darkBar)).toBe(file))

describe('in another language', () => {
  afterEach(() => speak('en', {}))

  test('the menu speaks the language of its owner, the agent’s reasons as well', () => {
    speak('de', de)
    expect(labelOf('open', menu(status()))).toBe('Windfall öffnen')
    expect(entry('pause', status())?.submenu?.map(({ label }) => label)).toContain('Bis morgen')
    const waiting = status({ display: 'waiting', reasons: [{ code: 'carbon', message: 'The grid is not green enough now.', until: null }] })
    expect(trayTip({ status: waiting, agent: RUNS, now: NOW })).toBe('Wartet: Das Netz ist jetzt nicht grün genug.')
  })
})
