import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { GridView } from '../../../shared/contract/agent-grid.ts'
import type { Signal } from '../../../shared/contract/wire.ts'
import { toIso } from '../../../shared/units.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createHttpClient } from '../../kernel/http-client.ts'
import { SolarConfig } from './solar-config.ts'
import { SOLAR_MANNERS, createSolarWatch } from './solar-watch.ts'

const NOON = Date.parse('2026-06-21T12:00:00.000Z')
const site = { peakWatts: 4_000, tilt: 35, azimuth: 0, latitude: 51.5, longitude: -0.12 }

interface Asked {
  readonly url: string
  readonly authorization: string | undefined
}

interface Drawing {
  readonly attemptId: string
  readonly watts: number
}

/** A meter on the network of the home, and an agent that reads it. */
async function home({ config = {}, token = null }: { config?: object; token?: string | null } = {}) {
  const asked: Asked[] = []
  const meter = { status: 200, body: '{"now":{"grid":-500}}' }
  const server = createServer(({ url = '', headers: { authorization } }, response) => {
    asked.push({ url, authorization })
    response.writeHead(meter.status, { 'content-type': 'application/json' }).end(meter.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/status`
  const clock = createFakeClock(NOON)
  const client = createHttpClient({ clock, manners: SOLAR_MANNERS })
  const state = { answered: 0, job: null as Drawing | null, others: [] as Drawing[], awaited: false, news: 0 }
  const watch = createSolarWatch({
    config: SolarConfig.parse({ site, reading: { url, pointer: '/now/grid', of: 'import' }, ...config }),
    http: { get: (request) => client.get(request).finally(() => state.answered++) },
    token,
    clock,
    running: () => (state.job ? [state.job, ...state.others] : []),
    isAwaited: () => state.awaited,
    changed: () => state.news++,
  })
  const stop = new AbortController()
  const running = watch.run(stop.signal)
  onTestFinished(async () => {
    stop.abort()
    await running
    server.closeAllConnections()
    server.close()
  })
  /** Ten seconds pass, and what was asked in them is answered. */
  const tick = async () => {
    const [before, due] = [state.answered, state.job !== null || state.awaited]
    await clock.advance(10_000)
    if (due) await vi.waitFor(() => expect(state.answered).toBeGreaterThan(before))
    // Back asleep: what was answered has been looked at.
    await vi.waitFor(() => expect(clock.sleepers()).toBe(1))
  }
  return { watch, meter, state, clock, asked, tick, view: () => GridView.shape.solar.unwrap().parse(watch.view()) }
}

test('the meter is read every ten seconds while a job waits or runs, and left alone otherwise', async () => {
  const { tick, asked, state, view, watch } = await home()
  await tick()
  expect([asked.length, watch.surplus(), view().message]).toEqual([0, null, 'It is read while a job runs or waits.'])
  state.awaited = true
  await tick()
  await tick()
  expect([asked.length, watch.surplus()]).toEqual([2, 500])
  expect(view()).toEqual({ watts: 500, at: toIso(NOON + 30_000), basis: 'metered', message: null })
  state.awaited = false
  await tick()
  await tick()
  await tick()
  await tick()
  expect([asked.length, watch.surplus()]).toEqual([2, null])
})

test('what the sun gives to a job is added up, and told once', async () => {
  const { tick, state, watch, meter } = await home()
  state.job = { attemptId: 'a', watts: 200 }
  meter.body = '{"now":{"grid":0}}'
  for (let ticks = 0; ticks < 4; ticks++) await tick()
  expect([watch.take('a', 100_000), watch.take('a', 100_000)]).toEqual([{ joules: 6_000, basis: 'metered' }, null])
})

test('two jobs share the sun by what each draws, and together get no more than it gives', async () => {
  const { tick, state, watch, meter } = await home()
  state.job = { attemptId: 'a', watts: 300 }
  state.others = [{ attemptId: 'b', watts: 100 }]
  // Of the 400 W that both draw, the grid gives 200 W.
  meter.body = '{"now":{"grid":200}}'
  for (let ticks = 0; ticks < 4; ticks++) await tick()
  expect(watch.surplus()).toBe(0)
  expect([watch.take('a', 100_000)?.joules, watch.take('b', 100_000)?.joules]).toEqual([4_500, 1_500])
})

test('a token goes to the meter in a header', async () => {
  const { tick, state, asked } = await home({ token: 'secret' })
  state.awaited = true
  await tick()
  expect(asked).toEqual([{ url: '/status', authorization: 'Bearer secret' }])
})

test.each([
  ['an error page', 404, '{}', /status 404/],
  ['no JSON', 200, '<html>', /no number at \/now\/grid/],
  ['another document', 200, '{"now":{}}', /no number/],
  ['more than is read', 200, `{"now":{"grid":-500},"x":"${'y'.repeat(300_000)}"}`, /cannot be read/],
  ['more than the sun can give', 200, '{"now":{"grid":-9000}}', /more than the sun can give/],
])('a meter that answers with %s is not believed, and its owner reads why', async (_, status, body, message) => {
  const { tick, state, view, meter, watch } = await home()
  Object.assign(meter, { status, body })
  state.awaited = true
  await tick()
  expect(watch.surplus()).toBeNull()
  expect(view()).toMatchObject({ watts: null, message: expect.stringMatching(message) })
  expect(view().message).not.toContain('secret')
})

test('without a meter a forecast of the site counts as declared, less what the home uses', async () => {
  const { watch, view, state, clock } = await home({ config: { reading: null, homeWatts: 400 } })
  expect(view()).toMatchObject({ watts: null, message: 'No forecast for your site has arrived yet.' })
  const points = [{ from: toIso(NOON), to: toIso(NOON + 3_600_000), value: 1_000, forecast: true }]
  const forecast = { kind: 'solar', unit: 'W', source: 'Open-Meteo', issuedAt: toIso(NOON), points } as unknown as Signal
  watch.update({ ...forecast, kind: 'price' })
  expect(watch.surplus()).toBeNull()
  watch.update(forecast)
  expect(view()).toEqual({ watts: 600, at: toIso(NOON), basis: 'declared', message: 'By the forecast of Open-Meteo.' })
  state.job = { attemptId: 'a', watts: 200 }
  await clock.advance(20_000)
  expect(watch.take('a', 1_500)).toEqual({ joules: 1_500, basis: 'declared' })
})

test('an owner who has declared nothing sees nothing, and nothing is asked', async () => {
  const get = vi.fn()
  const watch = createSolarWatch({
    config: null,
    http: { get },
    token: null,
    clock: createFakeClock(),
    running: () => [{ attemptId: 'a', watts: 1 }],
    isAwaited: () => true,
    changed: () => undefined,
  })
  await watch.run(new AbortController().signal)
  expect([watch.view(), watch.surplus(), watch.take('a', 1), get.mock.calls]).toEqual([null, null, null, []])
})
