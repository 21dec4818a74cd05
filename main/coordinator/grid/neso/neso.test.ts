import { afterEach, beforeEach, expect, test } from 'vitest'
import { Signal } from '../../../../shared/contract/wire.ts'
import { createFakeClock } from '../../../kernel/clock.fake.ts'
import { type HttpClient, createHttpClient } from '../../../kernel/http-client.ts'
import { ANSWERED_FAULTS, failureOf, trialHttp } from '../provider-trial.fake.ts'
import { startFakeNeso } from './neso.fake.ts'
import { NESO_DATASTORE_MANNERS, NESO_MANNERS, createNeso } from './neso.ts'

const NOW = Date.parse('2026-03-18T12:10:00.000Z')
const DAY = 86_400_000
const { signal: abort } = new AbortController()

let clock: ReturnType<typeof createFakeClock>
let server: Awaited<ReturnType<typeof startFakeNeso>>
let neso: ReturnType<typeof createNeso>

beforeEach(async () => {
  clock = createFakeClock(NOW)
  server = await startFakeNeso(() => clock.now())
  neso = createNeso({ http: trialHttp(clock, NESO_MANNERS), datastore: trialHttp(clock, NESO_DATASTORE_MANNERS), clock, baseUrl: server.url })
})
afterEach(() => server[Symbol.asyncDispose]())

const demand = (from: number, to: number, signal = abort) => neso.read({ zone: 'GB', kind: 'demand', from, to }, signal)

test('demand is the outturn up to yesterday and the turns of tomorrow, and no zero of a row to come', async () => {
  const signal = Signal.parse(await demand(NOW - 2 * DAY, NOW + 2 * DAY))
  expect(signal).toMatchObject({ zone: 'GB', kind: 'demand', unit: 'MW', estimated: false, issuedAt: '2026-03-18T12:00:00.000Z' })
  expect(signal.points.filter(({ forecast }) => forecast)).toEqual([
    { from: '2026-03-19T04:30:00.000Z', to: '2026-03-19T05:00:00.000Z', value: 20_100, forecast: true },
    { from: '2026-03-19T17:30:00.000Z', to: '2026-03-19T18:00:00.000Z', value: 38_200, forecast: true },
    { from: '2026-03-19T23:30:00.000Z', to: '2026-03-20T00:00:00.000Z', value: 24_300, forecast: true },
  ])
  const measured = signal.points.filter(({ forecast }) => !forecast)
  expect(measured.at(-1)).toMatchObject({ from: '2026-03-17T23:30:00.000Z', value: 25_048 })
  expect(signal.points.every(({ value }) => value !== null && value > 0)).toBe(true)
})

test('the turns of a day in summer are told in the time of London', async () => {
  clock.jump(Date.parse('2026-06-18T12:00:00.000Z') - NOW)
  const signal = await demand(clock.now(), clock.now() + 2 * DAY)
  expect(signal?.points[0]?.from).toBe('2026-06-19T03:30:00.000Z')
})

test('when the clocks change, a time that could mean two things is not used', async () => {
  clock.jump(Date.parse('2026-03-28T12:00:00.000Z') - NOW)
  expect(await demand(clock.now(), clock.now() + 2 * DAY)).toBeNull()
})

test('wind and solar inside the distribution networks are told per half hour', async () => {
  const { slots, issuedAt } = await neso.embeddedForecast(abort)
  expect(slots).toHaveLength(48)
  expect(slots[24]).toEqual({ from: Date.parse('2026-03-18T12:00:00Z'), to: Date.parse('2026-03-18T12:30:00Z'), windMw: 2_025, solarMw: 5_000 })
  expect(issuedAt).toBe(Date.parse('2026-03-18T12:00:00.000Z'))
})

test('a table whose id changes is found again by its name', async () => {
  await demand(NOW - DAY, NOW)
  server.renumber()
  clock.jump(60_000)
  expect(await demand(NOW - DAY, NOW)).not.toBeNull()
})

test('the third question for data within a minute waits for its turn', async () => {
  const limited = createHttpClient({ clock, random: () => 0, manners: { ...NESO_DATASTORE_MANNERS, spacingMs: 0 } })
  const reached = Promise.withResolvers<void>()
  let questions = 0
  const datastore: HttpClient = {
    get(request) {
      const answer = limited.get(request)
      questions += 1
      if (questions === 3) reached.resolve()
      return answer
    },
  }
  const patient = createNeso({ http: trialHttp(clock, NESO_MANNERS), datastore, clock, baseUrl: server.url })
  const ask = () => patient.read({ zone: 'GB', kind: 'demand', from: NOW - DAY, to: NOW }, abort)
  const answered = () => server.requests.filter((request) => request.startsWith('/datastore_search')).length
  await ask()
  await ask()
  const third = ask()
  await reached.promise
  await clock.advance(50_000)
  expect(answered()).toBe(2)
  await clock.advance(11_000)
  expect(await third).not.toBeNull()
  expect(answered()).toBe(3)
})

test.each([
  ['empty', null],
  ['single-row', 1],
  ['impossible-period', null],
] as const)('%s is read for what it is', async (fault, points) => {
  server.playOwn(fault)
  expect((await demand(NOW - DAY, NOW))?.points.length ?? null).toBe(points)
})

test('other zones and quantities are not its business', async () => {
  expect(await neso.read({ zone: 'DE', kind: 'demand', from: NOW - DAY, to: NOW }, abort)).toBeNull()
  expect([neso.serves('GB', 'demand'), neso.serves('GB', 'frequency'), neso.serves('FR', 'demand')]).toEqual([true, false, false])
  expect(server.requests).toEqual([])
})

test.each([
  ['unknown-action', 'input.invalid', /Action name not known/],
  ['bad-filter', 'grid.unavailable', /409: filters: invalid value/],
  ['refused-with-200', 'grid.unavailable', /refuses the request: Busy/],
  ['no-such-package', 'input.invalid', /Not found/],
  ['renamed', 'grid.unavailable', /has no table like/],
] as const)('%s is passed on in words', async (fault, code, message) => {
  server.playOwn(fault)
  expect(await failureOf(demand(NOW - DAY, NOW))).toMatchObject({ code, message: expect.stringMatching(message) })
})

test.each(ANSWERED_FAULTS)('%s makes the grid unavailable, with a reason', async (fault) => {
  server.play(fault)
  expect(await failureOf(demand(NOW - DAY, NOW))).toMatchObject({ code: 'grid.unavailable', message: expect.stringMatching(/^The NESO data portal /) })
})

test('a question can be given up', async () => {
  server.play('hang')
  const controller = new AbortController()
  const asked = demand(NOW - DAY, NOW, controller.signal)
  await server.hanging()
  controller.abort(new Error('not needed any more'))
  await expect(asked).rejects.toThrow('not needed any more')
})

test('it is asked again once an hour', () => {
  expect(neso.nextIssueAt('demand', clock.now()) - NOW).toBe(600_000)
})
