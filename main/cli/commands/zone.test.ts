import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { WindfallError, toProblem } from '../../../shared/errors.ts'
import { run } from '../run.fixture.ts'
import { signalOf } from '../zone-text.fixture.ts'

let data: string
let asked: string[]
let answers: Record<string, unknown>
let server: Server

const SIGNAL = signalOf([
  ['2026-03-18T11:30:00.000Z', 140],
  ['2026-03-18T12:00:00.000Z', 121],
])
const ZONES = {
  zones: [
    {
      zone: 'GB-13',
      name: 'London',
      sources: [
        { kind: 'average', providers: ['The UK Carbon Intensity API'] },
        { kind: 'price', providers: ['The Octopus Energy API'] },
      ],
      otherwise: 'recording',
    },
  ],
}
const nothing = (reason: string) => ({ signal: null, reason })

beforeEach(async () => {
  vi.stubEnv('TZ', 'Europe/London')
  data = mkdtempSync(join(tmpdir(), 'windfall-zone-'))
  asked = []
  answers = {
    '/v1/zones': ZONES,
    '/v1/zones/find': { zone: 'GB-13', name: 'London', source: 'the UK Carbon Intensity API', hint: null },
    '/v1/grid/GB-13/average': { signal: SIGNAL, reason: null },
    '/v1/grid/GB-13/price': nothing('The Octopus Energy API could know the price in GB-13, but no answer comes now. Try again later.'),
    '/v1/grid/GB-13/history': { signal: SIGNAL },
    '/v1/grid/GB-13/accuracy': { zone: 'GB-13', method: 'compared with what was measured', sources: [], reason: 'Ask about GB.' },
    '/v1/grid/GB-13/abundance': { zone: 'GB-13', periods: [], reason: null },
  }
  server = createServer((request, response) => {
    const url = request.url ?? ''
    asked.push(url)
    expect(request.headers.authorization).toBeUndefined()
    const answer = answers[url.split('?')[0] ?? '']
    const problem = answer instanceof WindfallError ? answer : new WindfallError('grid.unknown-zone', 'No such zone. Known zones: GB, GB-13.')
    const body = answer === undefined || answer instanceof WindfallError ? toProblem(problem) : answer
    response.writeHead(body === answer ? 200 : problem.status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  rmSync(data, { recursive: true, force: true })
})

const zone = (...args: readonly string[]) => run('zone', ...args, '--data', data, '--coordinator', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)

test.each([['show'], ['forecast'], ['history']])('zone %s takes a zone in small letters', async (command) => {
  expect(await zone(command, 'gb-13')).toMatchObject({ code: 0, out: expect.stringContaining('GB-13') })
  expect(asked.filter((url) => url.includes('gb-13'))).toEqual([])
})

test('a coordinator is asked without a key; without one there is a next step', async () => {
  const { code, out, err } = await zone('list')
  expect([code, err]).toEqual([0, ''])
  expect(out).toContain('GB-13  London  I · P · · ·  recording')
  const missing = await run('zone', 'list', '--data', data)
  expect([missing.code, missing.err]).toEqual([3, expect.stringMatching(/windfall up/)])
})

test('a forecast is a chart on stdout in local time, progress is on stderr, and JSON is in UTC', async () => {
  const { code, out, err } = await zone('forecast', 'GB-13')
  expect([code, err]).toEqual([0, 'Asking about GB-13…\n'])
  expect(out).toContain('Wed 18 Mar')
  expect(out).toContain('NESO Carbon Intensity, regional; issued 18 Mar 2026 12:05 GMT')
  expect(out).not.toContain('\u001B')
  expect(out.split('\n').filter((line) => line.length > 80)).toEqual([])
  expect((await zone('forecast', 'GB-13', '--values')).out).toContain('Wed 18 Mar 12:00 GMT–12:30      121')
  expect(JSON.parse((await zone('forecast', 'GB-13', '--json')).out)).toEqual({ signal: SIGNAL, reason: null })
})

test('a quantity that nobody knows now is said to be unknown, with the reason and an exit code to try again by', async () => {
  const { code, out } = await zone('forecast', 'GB-13', '--kind', 'price')
  expect([code, out.replaceAll('\n', ' ')]).toEqual([5, expect.stringContaining('no answer comes now. Try again later.')])
  expect((await zone('forecast', 'GB-13', '--kind', 'price', '--json')).code).toBe(5)
})

test('history is asked for by days and by their end', async () => {
  expect((await zone('history', 'GB-13', '--days', '2', '--until', '2026-03-18')).code).toBe(0)
  expect((await zone('history', 'GB-13', '--until', '2026-03-18T12:00Z')).out).toContain('measured')
  await zone('history', 'GB-13')
  expect(asked.map((url) => decodeURIComponent(url.split('?')[1] ?? ''))).toEqual([
    'from=2026-03-16T00:00:00.000Z&to=2026-03-18T00:00:00.000Z',
    'from=2026-03-17T12:00:00.000Z&to=2026-03-18T12:00:00.000Z',
    expect.stringMatching(/^from=\d{4}-\d{2}-\d{2}T[\d:.]+Z$/),
  ])
})

test('of a postcode only the first half is sent', async () => {
  const { code, out } = await zone('find', 'sw1a', '1aa')
  expect([code, out]).toEqual([0, expect.stringContaining('GB-13, London (says the UK Carbon Intensity API)')])
  expect(asked).toEqual(['/v1/zones/find?postcode=SW1A'])
  await zone('find', '--latitude', '-33.9', '--longitude', '151.2')
  expect(asked[1]).toBe('/v1/zones/find?latitude=-33.9&longitude=151.2')
})

test('a zone is shown with what everybody says about it, silent ones included', async () => {
  const { code, out } = await zone('show', 'GB-13')
  expect(code).toBe(0)
  for (const part of ['GB-13, London', 'asked ', '121 gCO2/kWh', 'The Octopus Energy API could know the price', 'accuracy   Ask about GB.', 'abundance  none'])
    expect(out).toContain(part)
  expect(JSON.parse((await zone('show', 'GB-13', '--json')).out)).toMatchObject({
    zone: 'GB-13',
    quantities: [
      { kind: 'average', signal: SIGNAL },
      { kind: 'price', signal: null },
    ],
  })
  answers['/v1/grid/GB-13/average'] = new WindfallError('grid.unavailable', 'Nobody answers.')
  expect((await zone('show', 'GB-13')).out).toContain('Nobody answers.')
})

test.each([['show'], ['forecast'], ['history']])('zone %s of an unknown zone is wrong usage, with the zones there are', async (command) => {
  const { code, out, err } = await zone(command, 'XX')
  expect([code, out, err]).toEqual([2, '', expect.stringMatching(/zone list|Known zones: GB/)])
})

test('too many questions are an answer to wait for', async () => {
  answers['/v1/grid/GB-13/history'] = new WindfallError('rate.limited', 'Too many different questions about the grid at once. Try again in a minute.')
  expect(await zone('history', 'GB-13')).toMatchObject({ code: 5, err: expect.stringContaining('Try again in a minute') })
})
