import { describe, expect, test } from 'vitest'
import type { AgentStatus, Display } from '../../shared/contract/agent.ts'
import { type MenuEntry, statusLine, trayImage, trayMenu } from './tray-menu.ts'

const status = (change: Partial<AgentStatus> = {}): AgentStatus => ({
  version: '0.1.0',
  display: 'earning',
  policy: 'running',
  reasons: [],
  pausedUntil: null,
  job: null,
  power: { watts: 171.6, method: 'counter', at: '2026-11-21T12:00:00.000Z' },
  devices: [],
  node: { nodeId: 'n'.repeat(43), zone: 'GB', payoutAddress: null },
  coordinator: { state: 'connected', url: null, lastSyncAt: null, message: null },
  today: {
    since: '2026-11-21T00:00:00.000Z',
    accruedMicroUsd: '312345',
    confirmedMicroUsd: '0',
    energyJ: 0,
    emissionsG: 0,
    attributedSavingG: 0,
    runMs: 0,
    receipts: 0,
    origin: null,
    recordedOn: null,
    estimated: false,
  },
  earnings: { confirmedMicroUsd: '0', inFlightMicroUsd: '0', paidMicroUsd: '0', paidLamports: '0' },
  ...change,
})
const reason = (message: string) => [{ code: 'owner-present' as const, message, until: null }]
const menu = (of: AgentStatus | null, agentIsHere = false) => trayMenu({ status: of, agentIsHere, keepRunning: true })
const quitLabel = (agentIsHere: boolean) => menu(status(), agentIsHere).find((entry) => entry?.id === 'quit')?.label
const ids = (entries: readonly (MenuEntry | null)[]) => entries.map((entry) => entry?.id ?? '-')

describe('the menu', () => {
  test('opens the window first, then says what happens', () =>
    expect(ids(menu(status()))).toEqual(['open', 'status', '-', 'pause', '-', 'keep-running', 'quit']))
  test.each<Display>(['earning', 'ready', 'waiting', 'finishing', 'action-needed'])('%s offers to pause, not to resume', (display) => {
    expect(ids(menu(status({ display })))).toContain('pause')
    expect(ids(menu(status({ display })))).not.toContain('resume')
  })
  test('paused offers to resume, not to pause', () =>
    expect(ids(menu(status({ display: 'paused' })))).toEqual(['open', 'status', '-', 'resume', '-', 'keep-running', 'quit']))
  test('without an agent there is nothing to pause', () => expect(ids(menu(null))).toEqual(['open', 'status', '-', 'keep-running', 'quit']))
  test('quitting says what it stops', () => {
    expect(quitLabel(true)).toContain('stops earning')
    expect(quitLabel(false)).toContain('keeps working')
  })
  test('choosing the checked line takes the check away', () =>
    expect(menu(status()).find((entry) => entry?.id === 'keep-running')).toMatchObject({ checked: true, verb: { do: 'keep-running', value: false } }))
})

describe('the line', () => {
  test.each<[Partial<AgentStatus> | null, string]>([
    [null, 'Not connected to Windfall'],
    [{}, 'Earning · 172 W · today $0.3123'],
    [{ power: { watts: 12.2, method: 'estimate', at: '2026-11-21T12:00:00.000Z' } }, 'Earning · ≈ 12 W · today $0.3123'],
    [{ power: null }, 'Earning · today $0.3123'],
    [{ display: 'ready' }, 'Ready, no job right now · today $0.3123'],
    [{ display: 'finishing' }, 'Finishing this job · today $0.3123'],
    [{ display: 'waiting', reasons: reason('You are using the computer.') }, 'Waiting: You are using the computer.'],
    [{ display: 'paused' }, 'Paused until you resume'],
    [{ display: 'action-needed', reasons: reason('The driver is too old.') }, 'Action needed: The driver is too old.'],
  ])('%#: %s', (change, line) => expect(statusLine(change && status(change))).toBe(line))
  test('a pause that ends says when, in local time', () => {
    const end = new Date(2026, 10, 21, 15, 30)
    expect(statusLine(status({ display: 'paused', pausedUntil: end.toISOString() }))).toBe('Paused until 15:30')
  })
})

test('every state has its own shape where it matters', () => {
  const shapes = (['earning', 'waiting', 'paused', 'action-needed'] as const).map((display) => trayImage(status({ display })))
  expect(new Set([...shapes, trayImage(null)]).size).toBe(5)
  expect(trayImage(status({ display: 'ready', coordinator: { state: 'offline', url: null, lastSyncAt: null, message: null } }))).toBe('offline')
})
