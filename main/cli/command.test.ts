import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { WindfallError } from '../../shared/errors.ts'
import { action, createCommand, parseWhen, whereOf, wholeNumber } from './command.ts'

beforeEach(() => {
  for (const name of ['WINDFALL_DATA', 'WINDFALL_COORDINATOR', 'WINDFALL_API_KEY']) vi.stubEnv(name, undefined)
})
afterEach(() => vi.unstubAllEnvs())

const NOW = Date.parse('2026-11-21T12:00:00.000Z')

test.each([
  ['0s', '2026-11-21T12:00:00.000Z'],
  ['90s', '2026-11-21T12:01:30.000Z'],
  ['30m', '2026-11-21T12:30:00.000Z'],
  ['6h', '2026-11-21T18:00:00.000Z'],
  ['2d', '2026-11-23T12:00:00.000Z'],
  ['99999d', '2300-09-05T12:00:00.000Z'],
  ['2026-11-21T18:00Z', '2026-11-21T18:00:00.000Z'],
  ['2026-11-21T18:00:05Z', '2026-11-21T18:00:05.000Z'],
  ['2026-11-21T18:00:05.25Z', '2026-11-21T18:00:05.250Z'],
])('“%s” is the moment %s', (text, moment) => {
  expect(new Date(parseWhen(text, NOW)).toISOString()).toBe(moment)
})

test.each([
  '',
  '5',
  '40',
  '-5m',
  '5 m',
  '5w',
  '1.5h',
  '100000d',
  'tomorrow',
  '2026',
  '2026-11-21',
  '2026-11-21T18:00',
  '2026-11-21 18:00:00Z',
  '2026-13-01T00:00Z',
  '2026-11-21T25:00Z',
  'NaN',
])('“%s” is no moment, and never taken for one', (text) => {
  expect(() => parseWhen(text, NOW)).toThrow(expect.objectContaining({ code: 'input.invalid', message: expect.stringContaining(`“${text}” is not a time`) }))
})

test('a whole number is digits within its bounds', () => {
  const read = wholeNumber(1, 200)
  expect(['1', '200', '007'].map(read)).toEqual([1, 200, 7])
  for (const wrong of ['', '0', '201', '-1', '1.5', '1e2', '0x10', ' 5', '5 ', 'NaN', 'Infinity', '9'.repeat(40)])
    expect(() => read(wrong), wrong).toThrow('Give a whole number from 1 to 200.')
})

test('a requester’s command goes where it is told, by option before environment, and never without a key', () => {
  expect(whereOf({ data: '/data' })).toEqual({ dataDirectory: '/data' })
  expect(whereOf({ data: '/data', coordinator: 'https://a.example', key: 'k' })).toEqual({
    dataDirectory: '/data',
    coordinator: { url: 'https://a.example', apiKey: 'k' },
  })
  vi.stubEnv('WINDFALL_COORDINATOR', 'https://b.example')
  expect(() => whereOf({ data: '/data' })).toThrow(expect.objectContaining({ code: 'config.invalid' }))
  vi.stubEnv('WINDFALL_API_KEY', 'from-environment')
  expect(whereOf({ data: '/data' }).coordinator).toEqual({ url: 'https://b.example', apiKey: 'from-environment' })
  expect(whereOf({ data: '/data', coordinator: 'https://a.example', key: 'k' }).coordinator).toEqual({ url: 'https://a.example', apiKey: 'k' })
})

async function ran(run: () => Promise<number | void>, ...args: string[]) {
  const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  const before = process.exitCode
  try {
    await action(createCommand('test', 'a command'), run).parseAsync(['node', 'test', ...args])
    return { code: process.exitCode, err: err.mock.calls.join(''), out: out.mock.calls.join('') }
  } finally {
    process.exitCode = before
    err.mockRestore()
    out.mockRestore()
  }
}

test.each([
  ['input.invalid', 2],
  ['receipt.unreadable', 2],
  ['instance.missing', 3],
  ['instance.running', 4],
  ['auth.refused', 4],
  ['payout.refused', 4],
  ['funds.insufficient', 4],
  ['conflict', 4],
  ['job.not-cancellable', 4],
  ['unavailable', 5],
  ['chain.unavailable', 5],
  ['receipt.invalid', 1],
  ['internal', 1],
] as const)('a failure with %s ends with exit code %i and its own words', async (code, exit) => {
  const failed = await ran(() => Promise.reject(new WindfallError(code, 'What happened.')))
  expect(failed).toEqual({ code: exit, err: 'windfall: What happened.\n', out: '' })
  const json = await ran(() => Promise.reject(new WindfallError(code, 'What happened.')), '--json')
  expect(JSON.parse(json.out)).toMatchObject({ error: { code, detail: 'What happened.' } })
})

test('a defect shows where it is for people and hides it from programs', async () => {
  const { code, err, out } = await ran(() => Promise.reject(new TypeError('x is not a function')), '--json')
  expect([code, err]).toEqual([1, expect.stringMatching(/x is not a function\n\s+at /)])
  expect(out).not.toContain('x is not a function')
})

test('a command’s own exit code is kept, and none means done', async () => {
  expect((await ran(async () => 1)).code).toBe(1)
  expect((await ran(async () => undefined)).code).toBe(0)
})
