/** The owner's rules from the command line, against a real agent that was started with rules of its own. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startAgent } from '../../agent/agent.ts'
import { announce } from '../../kernel/instance-file.ts'
import { agentConfig } from '../agent-options.ts'
import { headlessPorts } from '../headless-agent.ts'
import { run } from '../run.fixture.ts'

const data = mkdtempSync(join(tmpdir(), 'windfall-rule-'))
const stop = new AbortController()
let closed: Promise<void>

beforeAll(async () => {
  const config = agentConfig({ data, gate: 'below:200', logLevel: 'silent' })
  const agent = await startAgent(config, { ...headlessPorts(config), environment: { ...process.env, WINDFALL_NVML: '/nowhere' } }, stop.signal)
  closed = agent.closed
  announce(data, { agent: { url: agent.url, token: agent.token } })
})
afterAll(async () => {
  stop.abort()
  await closed
  rmSync(data, { recursive: true, force: true })
})

const rule = (...args: readonly string[]) => run('rule', ...args, '--data', data)
const json = async (...args: readonly string[]) => JSON.parse((await rule(...args, '--json')).out)
const status = async () => (await run('status', '--data', data)).out

test('a rule is seen, changed at once and reset, and the status says that it holds instead of the option', async () => {
  expect(await json('list')).toMatchObject({ setBy: 'settings', rules: { gate: { kind: 'absolute', maxGPerKWh: 200 } } })
  expect(await status()).not.toContain('windfall rule list')
  expect(await rule('set', 'gate', 'percentile:30')).toMatchObject({ code: 0, out: 'gate is percentile:30 now: when the grid is green enough.\n' })
  expect((await rule('list')).out).toMatch(/^gate +percentile:30 +below:200 /m)
  expect(await status()).toContain('rules         gate: as set in the window or by “windfall rule”')
  expect(JSON.parse((await run('status', '--data', data, '--json')).out).rules).toEqual({ setBy: 'window', changed: ['gate'] })
  await rule('set', 'cooldown', '60')
  expect((await rule('reset', 'gate')).out).toBe('gate is below:200 again.\n')
  expect(await json('list')).toMatchObject({ setBy: 'window', rules: { cooldownS: 60 } })
  // With the last of them nothing is left that could win over a settings file of tomorrow.
  expect(await json('reset', 'cooldown')).toMatchObject({ setBy: 'settings' })
  await rule('set', 'hours', 'mon-fri:22:00-07:00')
  expect(await json('reset')).toMatchObject({ setBy: 'settings', rules: { schedule: null } })
})

test('what cannot be followed changes nothing and says why', async () => {
  const refused = await rule('set', 'only-if-earning', 'on')
  expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('Say what your electricity costs first')])
  expect((await rule('set', 'stop-above', '40')).err).toContain('has to begin at a temperature below')
  expect((await rule('set', 'gates', 'on')).code).toBe(2)
  expect(await json('list')).toMatchObject({ setBy: 'settings' })
})

test('the help names every rule and what it takes', async () => {
  expect((await run('rule', 'set', '--help')).out).toContain(
    'others-below           only while other programs use less of the processor: a number from 5 to 100, in %',
  )
})
