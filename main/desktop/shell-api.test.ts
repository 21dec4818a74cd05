import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { agentContract } from '../../shared/contract/agent.ts'
import { connect } from '../../shared/contract/define.ts'
import { shellContract } from '../../shared/contract/shell.ts'
import { WindfallError } from '../../shared/errors.ts'
import { createErrands } from './errands.ts'
import { type ShellParts, besideAgent, createShellApi } from './shell-api.ts'
import { openShellSettings } from './shell-settings.ts'

function served(more: Partial<ShellParts> = {}) {
  const settings = openShellSettings(join(mkdtempSync(join(tmpdir(), 'windfall-api-')), 'shell.json'))
  const errands = createErrands(vi.fn())
  const login = { on: false }
  const spies = { apply: vi.fn(async () => {}), changed: vi.fn(), start: vi.fn(), showSample: vi.fn(), install: vi.fn(async () => {}) }
  const server = createShellApi({
    facts: () => ({ version: '0.1.0', platform: 'linux', systemLanguages: ['de-AT'], hasTray: true, notificationsSupported: true }),
    settings,
    autostart: { isOn: () => login.on, set: (on) => void (login.on = on) },
    errands,
    agent: { state: () => ({ state: 'running' }), start: spies.start },
    updates: { state: () => ({ state: 'off', why: 'This runs from its source.' }), check: async () => {}, install: spies.install },
    apply: spies.apply,
    notifications: { showSample: spies.showSample },
    showLogs: async () => {},
    changed: spies.changed,
    ...more,
  })
  const client = connect(shellContract, { invoke: (name, input) => server.dispatch(name, input, undefined), subscribe: () => () => {} })
  return { client, server, settings, errands, login, ...spies }
}

test('no call or event of the shell has a name that the agent’s contract has', () => {
  const agent = new Set(Object.keys(agentContract))
  expect(Object.keys(shellContract).filter((name) => agent.has(name))).toEqual([])
})

test('each question goes to the side whose contract has it', async () => {
  const asked: string[] = []
  const side = (name: string) => ({ dispatch: async (call: string) => void asked.push(`${name} ${call}`) })
  const both = besideAgent(side('shell'), side('agent'))
  for (const call of ['getShell', 'getStatus', 'takeErrand', 'toString', '__proto__']) await both.dispatch(call, {}, undefined)
  expect(asked).toEqual(['shell getShell', 'agent getStatus', 'shell takeErrand', 'agent toString', 'agent __proto__'])
})

test('says how things are before anybody has chosen anything', async () => {
  expect(await served().client.call('getShell', {})).toEqual({
    version: '0.1.0',
    platform: 'linux',
    language: null,
    systemLanguages: ['de-AT'],
    theme: 'system',
    startsAtLogin: false,
    hasTray: true,
    onClose: null,
    notifications: ['payout-ready', 'payout-paid', 'payout-failed', 'action-needed', 'update-ready'],
    notificationsSupported: true,
    keepsAwake: 'on-mains',
    agent: { state: 'running' },
    update: { state: 'off', why: 'This runs from its source.' },
  })
})

test('only what is named changes; it is kept, holds at once and is told', async () => {
  const { client, settings, login, apply, changed } = served()
  const after = await client.call('changeShell', { theme: 'dark', notifications: ['update-ready', 'update-ready'] })
  expect(after).toMatchObject({ theme: 'dark', notifications: ['update-ready'], language: null, startsAtLogin: false })
  expect(apply).toHaveBeenCalledExactlyOnceWith({ theme: 'dark' })
  expect(changed).toHaveBeenCalledOnce()
  await client.call('changeShell', { language: 'de', startsAtLogin: true, onClose: 'quit', keepsAwake: 'never' })
  expect(settings.get()).toMatchObject({ theme: 'dark', language: 'de', onClose: 'quit', keepsAwake: 'never' })
  expect(login.on).toBe(true)
  expect(await client.call('changeShell', { language: null })).toMatchObject({ language: null, theme: 'dark' })
})

test('a start at login that cannot be arranged is an error, and changes nothing else', async () => {
  const set = vi.fn(() => {
    throw new WindfallError('conflict', 'Not inside this sandbox.')
  })
  const { client, settings } = served({ autostart: { isOn: () => null, set } })
  await expect(client.call('changeShell', { startsAtLogin: true, theme: 'dark' })).rejects.toMatchObject({ code: 'conflict' })
  expect(settings.get().theme).toBe('system')
})

test.each([{ theme: 'neon' }, { language: 'xx' }, { notifications: ['adverts'] }, { onClose: null }, { startsAtLogin: 'yes' }, []])(
  'what is no change is refused: %j',
  async (change) => {
    const { server, apply } = served()
    await expect(server.dispatch('changeShell', change, undefined)).rejects.toMatchObject({ code: 'input.invalid' })
    expect(apply).not.toHaveBeenCalled()
  },
)

test('errands are taken in order, each once, and the oldest give way to a flood', async () => {
  const { client, errands } = served()
  for (let n = 0; n < 10; n++) errands.add({ do: 'go', hash: `#/jobs/${n}` })
  const taken = []
  for (let n = 0; n < 9; n++) taken.push((await client.call('takeErrand', {})).errand)
  expect(taken).toEqual([...Array.from({ length: 8 }, (_, n) => ({ do: 'go', hash: `#/jobs/${n + 2}` })), null])
})

test('passes on what the owner wants of agent, updates and notifications', async () => {
  const { client, start, install, showSample } = served()
  await client.call('startAgent', {})
  await client.call('installUpdate', {})
  await client.call('showSample', { kind: 'payout-paid' })
  expect(start).toHaveBeenCalledOnce()
  expect(install).toHaveBeenCalledOnce()
  expect(showSample).toHaveBeenCalledExactlyOnceWith('payout-paid')
})
