import { expect, test } from 'vitest'
import { parseAgentConfig } from './config.ts'

test('a data directory is all that has to be given', () => {
  expect(parseAgentConfig({ dataDirectory: '/data' })).toMatchObject({
    coordinatorUrl: null,
    payoutAddress: null,
    zone: 'GB-13',
    gate: { kind: 'planned' },
    policy: { dedicated: false, allowBattery: false },
  })
})

test.each([
  ['zone', { zone: 'London' }],
  ['coordinatorUrl', { coordinatorUrl: 'ftp://example.org' }],
  ['payoutAddress', { payoutAddress: '0x52908400098527886E0F7030069857D2E4169EE7' }],
  ['port', { port: 65_536 }],
  ['logLevel', { logLevel: 'loud' }],
  ['gate', { gate: { kind: 'sometimes' } }],
  ['gate.percentile', { gate: { kind: 'percentile', percentile: 0 } }],
  ['policy.idleStartS', { policy: { idleStartS: 1 } }],
  ['dataDirectory', { dataDirectory: '' }],
  ['zones', { zones: ['GB'] }],
])('a bad %s is refused by name', (key, change) => {
  expect(() => parseAgentConfig({ dataDirectory: '/data', ...change })).toThrow(
    expect.objectContaining({ code: 'config.invalid', message: expect.stringContaining(key) }),
  )
})

test('an enrolment token that is empty, as an unset variable is in a service file, is none', () => {
  expect(parseAgentConfig({ dataDirectory: '/data', enrolmentToken: '' }).enrolmentToken).toBeNull()
})

test('a setting nobody knows is named in a sentence', () => {
  expect(() => parseAgentConfig({ dataDirectory: '/data', zoen: 'GB' })).toThrow('The agent\'s settings are not valid. Unrecognized key: "zoen"')
})

test('what was read cannot be changed afterwards', () => {
  expect(Object.isFrozen(parseAgentConfig({ dataDirectory: '/data' }))).toBe(true)
})
