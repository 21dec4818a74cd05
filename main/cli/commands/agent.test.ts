import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { PolicyConfig } from '../../../shared/contract/owner-rules.ts'
import { announce } from '../../kernel/instance-file.ts'
import { agentConfig, parseGate } from '../agent-options.ts'
import { runConfig } from './agent.ts'

beforeEach(() => vi.stubEnv('WINDFALL_COORDINATOR', undefined))
afterEach(() => vi.unstubAllEnvs())

test.each([
  ['planned', { kind: 'planned' }],
  ['always', { kind: 'always' }],
  ['below:200', { kind: 'absolute', maxGPerKWh: 200 }],
  ['below:0.5', { kind: 'absolute', maxGPerKWh: 0.5 }],
  ['percentile:30', { kind: 'percentile', percentile: 30 }],
  ['percentile:100', { kind: 'percentile', percentile: 100 }],
])('--gate %s is a rule', (text, rule) => {
  expect(parseGate(text)).toEqual(rule)
})

test.each([
  '',
  'below',
  'below:',
  'below:0',
  'below:-5',
  'below:abc',
  'below:0x10',
  'below:1e3',
  'below:200:300',
  'below:9999',
  'percentile:0',
  'percentile:101',
  'planned:1',
  'always:',
  'Always',
  ' always',
])('--gate “%s” is none, and nothing of it is guessed', (text) => {
  expect(() => parseGate(text)).toThrow(expect.objectContaining({ code: 'input.invalid', message: expect.stringContaining('--gate') }))
})

const directory = (settings: object = {}): string => {
  const data = mkdtempSync(join(tmpdir(), 'windfall-agent-'))
  writeFileSync(join(data, 'settings.json'), JSON.stringify({ agent: settings }))
  return data
}
const GRANTED = { policy: { ...PolicyConfig.parse({}), dedicated: true, allowBattery: true } }

test('the command line wins over the environment, that over the settings file, and that over what is granted', () => {
  const data = directory({ zone: 'DE', coordinatorUrl: 'https://settings.example', policy: { allowBattery: false, idleStartS: 60 } })
  expect(agentConfig({ data })).toMatchObject({ zone: 'DE', coordinatorUrl: 'https://settings.example', policy: { dedicated: false, idleStartS: 60 } })
  vi.stubEnv('WINDFALL_COORDINATOR', 'https://environment.example')
  expect(agentConfig({ data })).toMatchObject({ coordinatorUrl: 'https://environment.example' })
  expect(agentConfig({ data, zone: 'FR', coordinator: 'https://option.example' })).toMatchObject({ zone: 'FR', coordinatorUrl: 'https://option.example' })
  expect(agentConfig({ data }, GRANTED).policy).toMatchObject({ dedicated: true, allowBattery: false, idleStartS: 60 })
})

test('a rule counts as said where the settings file or an option names it, even if that says what holds unasked', () => {
  const data = directory({ gate: { kind: 'always' }, policy: { allowBattery: false } })
  expect(agentConfig({ data }, GRANTED).saidRules.toSorted()).toEqual(['allowBattery', 'gate'])
  expect(agentConfig({ data: directory(), gate: 'planned', hours: 'always' }).saidRules.toSorted()).toEqual(['gate', 'schedule'])
  expect(agentConfig({ data: directory(), dedicated: true }, GRANTED).saidRules).toEqual(['dedicated'])
})

const found = (data: string): string => {
  announce(data, { coordinator: { url: 'http://127.0.0.1:7465', apiKey: 'key' } })
  return data
}

test('without a coordinator that is named, the agent works for the one announced in its data directory', () => {
  expect(runConfig({ data: directory() }).coordinatorUrl).toBeNull()
  const data = found(directory())
  expect(runConfig({ data }).coordinatorUrl).toBe('http://127.0.0.1:7465')
  expect(runConfig({ data: found(directory({ coordinatorUrl: 'https://settings.example' })) }).coordinatorUrl).toBe('https://settings.example')
  expect(runConfig({ data: found(directory({ coordinatorUrl: null })) }).coordinatorUrl).toBeNull()
  expect(runConfig({ data, coordinator: 'https://option.example' }).coordinatorUrl).toBe('https://option.example')
  vi.stubEnv('WINDFALL_COORDINATOR', 'https://environment.example')
  expect(runConfig({ data }).coordinatorUrl).toBe('https://environment.example')
})

test('declaring a machine dedicated takes nothing else away from its policy', () => {
  expect(agentConfig({ data: directory(), dedicated: true }, GRANTED).policy).toEqual(GRANTED.policy)
  expect(agentConfig({ data: directory({ policy: { idleStartS: 60 } }), dedicated: true }).policy).toMatchObject({
    dedicated: true,
    idleStartS: 60,
    allowBattery: false,
  })
})

test('a settings file that is wrong is refused with the key', () => {
  for (const [settings, key] of [
    [{ zone: 5 }, 'zone'],
    [{ colour: 'green' }, 'colour'],
    [{ policy: { dedicatd: true } }, 'dedicatd'],
    [{ policy: 'relaxed' }, 'policy'],
  ] as const)
    expect(() => agentConfig({ data: directory(settings) })).toThrow(expect.objectContaining({ code: 'config.invalid', message: expect.stringContaining(key) }))
})
