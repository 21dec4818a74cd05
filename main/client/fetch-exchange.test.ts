import { expect, test } from 'vitest'
import { createClient } from './client.ts'

interface Sent {
  readonly url: string
  readonly init: RequestInit
}

const problem =
  (status: number, code: string, headers: Record<string, string> = {}) =>
  () =>
    Response.json({ type: `/problems#${code}`, title: 'No', status, code, detail: 'Not now.' }, { status, headers })
const account = () => Response.json({ requesterId: 'ada', balanceMicroUsd: '5', reservedMicroUsd: '0', owedMicroUsd: '0' })
const lost = () => {
  throw new TypeError('fetch failed', { cause: new Error('ECONNRESET') })
}

/** A client whose other side answers with these, one after another, and that only says how long it would wait. */
function talk(...answers: (() => Response)[]) {
  const sent: Sent[] = []
  const waits: number[] = []
  const client = createClient({
    baseUrl: 'https://coordinator.example/',
    apiKey: 'wf_key',
    fetch: async (url, init) => {
      sent.push({ url, init })
      return (answers.shift() ?? lost)()
    },
    sleep: async (ms) => void waits.push(ms),
  })
  return { client, sent, waits }
}

test('a call carries its key and nothing that nobody asked for', async () => {
  const { client, sent } = talk(account)
  expect(await client.call('getAccount', {})).toMatchObject({ requesterId: 'ada', balanceMicroUsd: '5' })
  expect(sent).toEqual([
    {
      url: 'https://coordinator.example/v1/account',
      init: expect.objectContaining({ method: 'GET', body: null, headers: { accept: 'application/json', authorization: 'Bearer wf_key' } }),
    },
  ])
})

test.each([
  ['429 waits as long as it is told to, whatever was asked', 'createEnrolmentToken' as const, [problem(429, 'rate.limited', { 'retry-after': '7' })], [7_000]],
  [
    '503 of what only reads is asked again',
    'getAccount' as const,
    [problem(503, 'storage.full', { 'retry-after': '5' }), problem(503, 'unavailable', { 'retry-after': '2' })],
    [5_000, 2_000],
  ],
  [
    'a date is read by the clock of whoever says it',
    'getAccount' as const,
    [problem(503, 'unavailable', { 'retry-after': 'Sat, 21 Nov 2026 14:30:09 GMT', date: 'Sat, 21 Nov 2026 14:30:00 GMT' })],
    [9_000],
  ],
  ['an answer that was lost is asked for again where repeating is harmless', 'submitJob' as const, [lost], [expect.any(Number)]],
])('%s', async (_, name, before, waited) => {
  const { client, sent, waits } = talk(...before, () => Response.json({}))
  // The answer is no answer to it, which ends the call; how often it was asked is what counts.
  await expect(client.call(name as 'getAccount', {})).rejects.toMatchObject({ code: 'internal' })
  expect(sent).toHaveLength(before.length + 1)
  expect(waits).toEqual(waited)
})

test.each([
  ['503 of what may have been done', 'createEnrolmentToken', problem(503, 'storage.failed', { 'retry-after': '5' }), 'storage.failed'],
  ['an answer that was lost to what may have been done', 'createEnrolmentToken', lost, 'unavailable'],
  ['a refusal', 'getAccount', problem(403, 'auth.refused'), 'auth.refused'],
  ['a rest of an hour', 'getAccount', problem(429, 'rate.limited', { 'retry-after': '3600' }), 'rate.limited'],
  ['a redirect', 'getAccount', () => new Response(null, { status: 307, headers: { location: 'https://elsewhere.example' } }), 'internal'],
])('%s is told at once', async (_, name, answer, code) => {
  const { client, sent } = talk(answer)
  await expect(client.call(name as 'getAccount', {})).rejects.toMatchObject({ name: 'WindfallError', code })
  expect(sent).toHaveLength(1)
})

test('whoever goes on refusing is asked four times', async () => {
  const { client, sent } = talk(...Array.from({ length: 9 }, () => problem(429, 'rate.limited', { 'retry-after': '1' })))
  await expect(client.call('getAccount', {})).rejects.toMatchObject({ code: 'rate.limited', status: 429, retry: true, message: 'Not now.' })
  expect(sent).toHaveLength(4)
})

test('whoever has given up is not waited for', async () => {
  const stop = new AbortController()
  const client = createClient({
    baseUrl: 'https://coordinator.example',
    signal: stop.signal,
    fetch: async () => {
      stop.abort(new Error('enough'))
      return lost()
    },
  })
  await expect(client.call('getAccount', {})).rejects.toThrow('enough')
})

const requester = (requesterId: string) => ({ requesterId, name: requesterId, weight: 100, createdAt: '2026-11-21T14:30:00.000Z', balanceMicroUsd: '0' })

test('a list comes page after page, and a page only when it is needed', async () => {
  const page = (id: string, next: string | null) => () => Response.json({ items: [requester(id)], next })
  const { client, sent } = talk(page('ada', 'ada@1'), page('grace', null))
  const seen: unknown[] = []
  for await (const item of client.pages('listRequesters', { limit: 1 })) {
    seen.push(item)
    expect(sent).toHaveLength(seen.length)
  }
  expect(seen).toEqual([requester('ada'), requester('grace')])
  expect(sent.map(({ url }) => new URL(url).search)).toEqual(['?limit=1', '?limit=1&after=ada%401'])
})
