/** The commands of a machine's owner, against a real agent that knows no coordinator. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startAgent } from '../../agent/agent.ts'
import { parseAgentConfig } from '../../agent/config.ts'
import { announce } from '../../kernel/instance-file.ts'
import { run } from '../run.fixture.ts'
import { headlessPorts } from '../headless-agent.ts'

const data = mkdtempSync(join(tmpdir(), 'windfall-device-'))
const stop = new AbortController()
let closed: Promise<void>

beforeAll(async () => {
  const config = parseAgentConfig({ dataDirectory: data, logLevel: 'silent' })
  const agent = await startAgent(config, { ...headlessPorts(config), environment: { ...process.env, WINDFALL_NVML: '/nowhere' } }, stop.signal)
  closed = agent.closed
  announce(data, { agent: { url: agent.url, token: agent.token } })
})
afterAll(async () => {
  stop.abort()
  await closed
  rmSync(data, { recursive: true, force: true })
})

const device = (...args: readonly string[]) => run('device', ...args, '--data', data)
const json = async (...args: readonly string[]) => JSON.parse((await device(...args, '--json')).out)

test('every machine has at least a processor, and says how its energy is known', async () => {
  const { devices } = await json('list')
  expect(devices.at(-1)).toMatchObject({ kind: 'cpu', enabled: true, ceilings: { temperatureC: null, watts: null } })
  const { code, out } = await device('list')
  expect(code).toBe(0)
  expect(out).toContain(`${devices.at(-1).name}  on`)
  expect(out).toMatch(/ {2}measured {2}(?:by|estimated)/)
  expect((await run('status', '--data', data)).out).toContain(`device        ${devices.at(-1).name}`)
  expect((await json('detect')).devices.map(({ deviceId }: { deviceId: string }) => deviceId)).toEqual(
    devices.map(({ deviceId }: { deviceId: string }) => deviceId),
  )
})

test('ceilings are set one by one and taken away together', async () => {
  const [{ deviceId }] = (await json('list')).devices.slice(-1)
  const id = deviceId.slice(0, 10)
  const ceilings = async (...args: readonly string[]) => (await json('limit', id, ...args)).devices.at(-1).ceilings
  expect(await ceilings('--watts', '65')).toEqual({ temperatureC: null, watts: 65 })
  expect(await ceilings('--watts', '50')).toEqual({ temperatureC: null, watts: 50 })
  expect((await device('list')).out).toContain('  ceilings  50 W')
  expect(await ceilings('--watts', 'none')).toEqual({ temperatureC: null, watts: null })
  await ceilings('--watts', '65')
  expect(await ceilings('--none')).toEqual({ temperatureC: null, watts: null })
})

test('the processor cannot be switched off alone, and switching it on changes nothing', async () => {
  const [{ deviceId }] = (await json('list')).devices.slice(-1)
  const refused = await device('off', deviceId)
  expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('Pause Windfall')])
  expect((await json('on', deviceId)).devices.at(-1).enabled).toBe(true)
})

test.each([
  [['limit', 'x'], 'Give --temperature, --watts or both'],
  [['limit', 'x', '--none', '--watts', '60'], 'Give --temperature, --watts or both'],
  [['limit', 'x', '--watts', '5'], 'whole number from 10 to 2000, or none'],
  [['limit', 'x', '--temperature', 'hot'], 'whole number from 40 to 110, or none'],
  [['measure', '--seconds', '0'], 'whole number from 1'],
  [['off', 'no such card'], 'No device is called'],
])('windfall device %j is wrong usage and says what is right', async (args, message) => {
  const { code, err, out } = await device(...args)
  expect([code, out]).toEqual([2, ''])
  expect(err.replaceAll('\n', ' ')).toContain(message)
})

test('every device is metered without an agent, for as long as one likes', async () => {
  const { code, out } = await run('device', 'measure', '--seconds', '1', '--json')
  expect(code).toBe(0)
  const { devices } = JSON.parse(out)
  expect(devices.at(-1)).toMatchObject({ samples: expect.any(Number), joules: expect.any(Number), uncertaintyPct: expect.any(Number) })
  expect(devices.at(-1).seconds).toBeCloseTo(1, 0)
})
