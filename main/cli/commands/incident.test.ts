import { mkdtempSync, rmSync } from 'node:fs'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { IncidentSummary, IncidentView } from '../../../shared/contract/incident.ts'
import { dateWord, ownTimeZone } from '../clock-time.ts'
import { describeIncident } from '../incident-text.ts'
import { run } from '../run.fixture.ts'

const SUMMARY: IncidentSummary = {
  incidentId: 'incident-1',
  cause: 'intensity-spike',
  zone: 'GB-13',
  nodeId: null,
  simulated: false,
  state: 'ADAPTING',
  summary: '700 gCO2/kWh in GB-13 now.',
  detectedAt: '2026-03-01T12:00:00.000Z',
  acknowledged: null,
  clearing: null,
  ended: null,
}
const SIMULATED: IncidentSummary = { ...SUMMARY, incidentId: 'incident-2', simulated: true, summary: 'SIMULATED in GB-13: intensity 40 % higher.' }
const VIEW: IncidentView = {
  ...SUMMARY,
  transitions: [{ at: '2026-03-01T12:00:00.000Z', from: 'MONITORING', to: 'ANOMALY_DETECTED', reason: SUMMARY.summary }],
  actions: [{ at: '2026-03-01T12:02:00.000Z', jobId: 'job-1', action: 'defer', reason: 'Later is cleaner.' }],
}
const CLOSED: IncidentView = {
  ...VIEW,
  state: 'RESOLVED',
  acknowledged: { at: '2026-03-01T12:01:00.000Z', by: 'owner' },
  ended: { at: '2026-03-01T12:05:00.000Z', how: 'closed', by: 'owner', note: 'A known outage.' },
}

/** As a person here reads it. */
const clock = (moment: string): string => dateWord(Date.parse(moment), ownTimeZone())

let data: string
let server: Server
let asked: { readonly call: string; readonly body: unknown }[]
let page: { items: IncidentSummary[]; next: string | null }
const at = () => ['--coordinator', `http://127.0.0.1:${(server.address() as AddressInfo).port}`, '--key', 'wf_test', '--data', data]

beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'windfall-incident-'))
  asked = []
  page = { items: [SIMULATED, { ...SUMMARY, acknowledged: CLOSED.acknowledged }], next: null }
  const answers: Record<string, (body: { event?: unknown; seconds?: number }) => unknown> = {
    'GET /v1/incidents': () => page,
    'GET /v1/incidents/incident-1': () => VIEW,
    'POST /v1/incidents/incident-1/acknowledge': () => ({ ...VIEW, acknowledged: CLOSED.acknowledged }),
    'POST /v1/incidents/incident-1/close': () => CLOSED,
    'POST /v1/grid/GB-13/simulations': ({ event, seconds = 0 }) => ({
      simulationId: 'simulation-1',
      zone: 'GB-13',
      event,
      from: '2026-03-01T12:00:00.000Z',
      to: new Date(Date.parse('2026-03-01T12:00:00.000Z') + seconds * 1_000).toISOString(),
    }),
  }
  server = createServer(async (request, response) => {
    const text = Buffer.concat(await request.toArray()).toString()
    const body: unknown = text === '' ? null : JSON.parse(text)
    const call = `${request.method} ${request.url?.split('?')[0]}`
    asked.push({ call: `${request.method} ${request.url}`, body })
    const found = answers[call]
    if (found) return response.end(JSON.stringify(found(body ?? {})))
    return response.writeHead(404).end(JSON.stringify({ code: 'not-found', detail: 'There is no such incident.' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve))
  rmSync(data, { recursive: true, force: true })
})

test('open incidents are listed, the simulated ones called so, and those somebody has seen', async () => {
  const { code, out } = await run('incident', 'list', ...at())
  expect(code).toBe(0)
  expect(out).toMatch(/incident-2 .*SIMULATED intensity spike +ADAPTING /)
  expect(out).toMatch(/incident-1 .*GB-13 +intensity spike +ADAPTING \(seen\)/)
  expect(asked[0]?.call).toContain('which=open')
  expect(JSON.parse((await run('incident', 'list', '--all', '--json', ...at())).out)).toEqual(page)
  expect(asked[1]?.call).toContain('which=all')
})

test('nothing is said to be nothing, and more to be more', async () => {
  page = { items: [], next: null }
  expect((await run('incident', 'list', ...at())).out).toMatch(/^No incident goes on\./)
  expect((await run('incident', 'list', '--all', ...at())).out).toBe('There was never an incident.\n')
  page = { items: [SUMMARY], next: 'incident-1' }
  expect((await run('incident', 'list', ...at())).out).toMatch(/more: --after incident-1\n$/)
})

test('one incident is shown with every transition and what was done', async () => {
  const { code, out } = await run('incident', 'show', 'incident-1', ...at())
  expect(code).toBe(0)
  expect(out).toContain('incident   incident-1, intensity spike in GB-13: ADAPTING')
  expect(out).toMatch(/MONITORING +ANOMALY_DETECTED +700 gCO2/)
  expect(out).toMatch(/job-1 +defer +Later is cleaner\./)
})

test('people read the time of their clock, programs UTC', async () => {
  for (const args of [['list'], ['show', 'incident-1']]) {
    const { out } = await run('incident', ...args, ...at())
    expect(out).toContain(clock(SUMMARY.detectedAt))
    expect(out).not.toMatch(/T\d\d:\d\d/)
    expect((await run('incident', ...args, '--json', ...at())).out).toContain(`"detectedAt":"${SUMMARY.detectedAt}"`)
  }
})

test('an incident that waits for its end says since when the cause is gone, and when it ends', async () => {
  const clearing = { goneSince: '2026-03-01T12:03:00.000Z', endsAt: '2026-03-01T12:33:00.000Z' }
  const words = `cause gone since ${clock(clearing.goneSince)}, ends at ${clock(clearing.endsAt)} unless it returns`
  expect(describeIncident({ ...VIEW, clearing })).toContain(`waiting    ${words}`)
  page = { items: [{ ...SUMMARY, clearing }], next: null }
  expect((await run('incident', 'list', ...at())).out).toContain(`${SUMMARY.summary} (${words})`)
})

test('an operator acknowledges, and closes with a note', async () => {
  expect((await run('incident', 'acknowledge', 'incident-1', ...at())).out).toContain(`seen       ${clock('2026-03-01T12:01:00.000Z')} by owner`)
  const { code, out } = await run('incident', 'close', 'incident-1', '--reason', 'A known outage.', ...at())
  expect([code, out]).toEqual([0, expect.stringContaining(`ended      ${clock('2026-03-01T12:05:00.000Z')}, closed by owner: A known outage.`)])
  expect(asked.at(-1)?.body).toEqual({ note: 'A known outage.' })
  expect((await run('incident', 'close', 'incident-1', ...at())).code).toBe(2)
  expect((await run('incident', 'show', 'nothing', ...at())).err).toBe('windfall: There is no such incident.\n')
})

test.each([
  [['--spike', '40%', '--for', '2h'], { cause: 'intensity-spike', percent: 40 }, 7_200],
  [['--surplus', '30'], { cause: 'surplus', percent: 30 }, 3_600],
  [['--curtailment', '100%'], { cause: 'curtailment', percent: 100 }, 3_600],
  [['--frequency', '49.7', '--for', '5m'], { cause: 'frequency', hz: 49.7 }, 300],
  [['--stale'], { cause: 'stale-source' }, 3_600],
])('zone simulate %j', async (options, event, seconds) => {
  const { code, out } = await run('zone', 'simulate', 'GB-13', ...options, ...at())
  expect([code, out]).toEqual([0, expect.stringContaining(`SIMULATED ${event.cause} in GB-13 from ${clock('2026-03-01T12:00:00.000Z')} to `)])
  expect(asked).toMatchObject([{ body: { event, seconds } }])
})

test('a zone may be written in small letters', async () => {
  expect((await run('zone', 'simulate', 'gb-13', '--stale', ...at())).code).toBe(0)
  expect(asked[0]?.call).toBe('POST /v1/grid/GB-13/simulations')
})

test.each([
  [[], /Say what to simulate/],
  [['--spike', '40%', '--stale'], /one thing at a time/],
  [['--spike', '0'], /percentage from 1% to 1000%/],
  [['--surplus', '101%'], /percentage from 1% to 100%/],
  [['--frequency', '60'], /from 45 to 55 Hz/],
  [['--stale', '--for', '3d'], /duration from 1m to 2d/],
  [['--stale', '--for', 'soon'], /duration from 1m to 2d/],
])('zone simulate %j is wrong usage, and nothing is simulated', async (options, message) => {
  const { code, err } = await run('zone', 'simulate', 'GB-13', ...options, ...at())
  expect([code, err, asked]).toEqual([2, expect.stringMatching(message), []])
})
