import { expect, test } from 'vitest'
import { CHANGES_HEARTBEAT_MS, type ChangeTopic } from '../../shared/contract/changes.ts'
import { createFakeWindowClock } from '../lib/clock.fake.ts'
import { coordinatorHere } from './coordinator-link.ts'

const NOW = Date.parse('2026-11-21T14:30:00Z')
const problem = (status: number, code: string, detail: string) =>
  Response.json({ type: `/problems#${code}`, title: 'No', status, code, detail }, { status, headers: { 'content-type': 'application/problem+json' } })

interface Line {
  readonly say: (text: string) => void
  readonly end: () => void
  readonly aborted: () => boolean
}

/** A coordinator whose streams the test speaks into; `refuse` answers the next ones instead. */
function aCoordinator() {
  const lines: Line[] = []
  const sent: { readonly address: string; readonly headers: Record<string, string> }[] = []
  let refuse: (() => Response) | null = null
  const fetch = async (address: string, init: RequestInit): Promise<Response> => {
    sent.push({ address, headers: init.headers as Record<string, string> })
    if (refuse) return refuse()
    if (address !== '/v1/changes') throw new TypeError('Failed to fetch')
    let control: ReadableStreamDefaultController<Uint8Array> | null = null
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (control = controller) })
    init.signal?.addEventListener('abort', () => control?.error(new DOMException('Aborted', 'AbortError')))
    lines.push({ say: (text) => control?.enqueue(new TextEncoder().encode(text)), end: () => control?.close(), aborted: () => init.signal?.aborted ?? false })
    return new Response(body, { status: 200 })
  }
  const clock = createFakeWindowClock(NOW)
  const link = coordinatorHere({ apiKey: () => 'wf_abcdefghsecret', use: () => {} }, { fetch, clock, random: () => 0.5 })
  const heard: ChangeTopic[][] = []
  return {
    lines,
    sent,
    clock,
    heard,
    ...link,
    follow: () => link.follow((topics) => void heard.push([...topics])),
    refuseWith: (answer: (() => Response) | null) => void (refuse = answer),
  }
}

test('what the coordinator says has changed arrives, under the key of this tab', async () => {
  const { follow, lines, heard, sent, link } = aCoordinator()
  follow()
  await expect.poll(() => lines.length).toBe(1)
  lines[0]?.say(': here\n\nevent: changed\ndata: {"topics":["jo')
  lines[0]?.say('bs","nodes"]}\n\nevent: else\ndata: {}\n\n')
  await expect.poll(() => heard).toEqual([['jobs', 'nodes']])
  expect(link.get()).toEqual({ state: 'open' })
  expect(sent[0]).toMatchObject({ address: '/v1/changes', headers: { accept: 'text/event-stream', authorization: 'Bearer wf_abcdefghsecret' } })
})

test('a line that ends, falls silent or talks nonsense is opened again', async () => {
  const { follow, lines, clock, link } = aCoordinator()
  follow()
  await expect.poll(() => link.get().state).toBe('open')
  lines[0]?.end()
  await expect.poll(() => link.get()).toEqual({ state: 'lost', since: NOW })
  clock.advance(15_000)
  await expect.poll(() => lines.length).toBe(2)
  await expect.poll(() => link.get().state).toBe('open')
  clock.advance(3 * CHANGES_HEARTBEAT_MS)
  await expect.poll(() => lines[1]?.aborted()).toBe(true)
  await expect.poll(() => link.get().state).toBe('lost')
  clock.advance(15_000)
  await expect.poll(() => lines.length).toBe(3)
  lines[2]?.say('event: changed\ndata: {"topics":["<script>"]}\n\n')
  await expect.poll(() => link.get().state).toBe('lost')
})

test('whoever is refused is told why, and not asked for again by itself', async () => {
  const { follow, refuseWith, link, clock, sent } = aCoordinator()
  refuseWith(() => problem(403, 'auth.refused', 'This key may not follow changes.'))
  follow()
  await expect.poll(() => link.get()).toEqual({ state: 'refused', message: 'This key may not follow changes.' })
  clock.advance(600_000)
  expect(sent).toHaveLength(1)
})

test('nothing is listened to after the end', async () => {
  const { follow, lines, clock } = aCoordinator()
  const stop = follow()
  await expect.poll(() => lines.length).toBe(1)
  stop()
  await expect.poll(() => lines[0]?.aborted()).toBe(true)
  clock.advance(600_000)
  expect(lines).toHaveLength(1)
})

test('a call that gets through says what the problem says, one that does not says so', async () => {
  const { client, refuseWith } = aCoordinator()
  await expect(client.call('whoAmI', {})).rejects.toMatchObject({ code: 'unavailable' })
  refuseWith(() => problem(401, 'auth.required', 'Sign in first.'))
  await expect(client.call('whoAmI', {})).rejects.toMatchObject({ code: 'auth.required', message: 'Sign in first.' })
})
