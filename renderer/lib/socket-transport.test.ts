import { describe, expect, test, vi } from 'vitest'
import { createFakeWindowClock } from './clock.fake.ts'
import { type SocketHandlers, reconnectDelayMs } from './keep-connected.ts'
import { createSocketTransport } from './socket-transport.ts'

interface FakeSocket extends SocketHandlers {
  readonly sent: { id: number; call: string; input: unknown }[]
  readonly isClosed: () => boolean
  readonly answer: (frame: unknown) => void
}

const settle = async () => {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve()
}

function setUp(refusal: () => Promise<string | null> = async () => null) {
  const clock = createFakeWindowClock(1_000_000)
  const sockets: FakeSocket[] = []
  const transport = createSocketTransport({
    clock,
    refusal,
    random: () => 0.5,
    open: (handlers) => {
      const sent: FakeSocket['sent'] = []
      let closed = false
      sockets.push({ ...handlers, sent, isClosed: () => closed, answer: (frame) => handlers.received(JSON.stringify(frame)) })
      return { send: (text) => void sent.push(JSON.parse(text) as FakeSocket['sent'][number]), close: () => void (closed = true) }
    },
  })
  const socket = (index: number): FakeSocket => {
    const found = sockets[index]
    if (!found) throw new Error(`there is no connection ${index}`)
    return found
  }
  return { clock, sockets, socket, transport }
}

describe('calls', () => {
  test('one made before the connection waits for it and is answered', async () => {
    const { socket, transport } = setUp()
    const asked = transport.invoke('getStatus', {})
    expect(socket(0).sent).toEqual([])
    socket(0).opened()
    expect(socket(0).sent).toEqual([{ id: 1, call: 'getStatus', input: {} }])
    socket(0).answer({ id: 1, value: 'fine' })
    expect(await asked).toBe('fine')
  })

  test('answers find their call in any order', async () => {
    const { socket, transport } = setUp()
    socket(0).opened()
    const asked = [transport.invoke('getGrid', {}), transport.invoke('getPower', {})]
    socket(0).answer({ id: 2, value: 'power' })
    socket(0).answer({ id: 1, value: 'grid' })
    expect(await Promise.all(asked)).toEqual(['grid', 'power'])
  })

  test('a problem keeps its code', async () => {
    const { socket, transport } = setUp()
    socket(0).opened()
    const asked = transport.invoke('getReceipt', {})
    socket(0).answer({ id: 1, problem: { type: '/problems#not-found', title: 'not-found', status: 404, code: 'not-found', detail: 'Not here.' } })
    await expect(asked).rejects.toMatchObject({ code: 'not-found', message: 'Not here.' })
  })

  test('one that nobody answers ends after 20 s', async () => {
    const { clock, socket, transport } = setUp()
    socket(0).opened()
    const asked = transport.invoke('getStatus', {})
    clock.advance(20_000)
    await expect(asked).rejects.toMatchObject({ code: 'unavailable' })
  })
})

describe('the connection', () => {
  test('is lost with all its calls, tried again, and says so', async () => {
    const { clock, sockets, socket, transport } = setUp()
    const states: string[] = []
    transport.link.subscribe(() => states.push(transport.link.get().state))
    socket(0).opened()
    const asked = transport.invoke('getStatus', {})
    socket(0).closed()
    await expect(asked).rejects.toMatchObject({ code: 'unavailable' })
    expect(transport.link.get()).toEqual({ state: 'lost', since: 1_000_000 })
    await expect(transport.invoke('getStatus', {})).rejects.toMatchObject({ code: 'unavailable' })
    clock.advance(1_000)
    expect(sockets).toHaveLength(2)
    socket(1).opened()
    expect(states).toEqual(['open', 'lost', 'open'])
  })

  test('keeps the time since when it is lost over many attempts', async () => {
    const { clock, sockets, socket, transport } = setUp()
    socket(0).opened()
    socket(0).closed()
    for (let attempt = 1; attempt <= 4; attempt++) {
      clock.advance(20_000)
      socket(attempt).closed()
      await settle()
    }
    expect(transport.link.get()).toEqual({ state: 'lost', since: 1_000_000 })
    expect(sockets).toHaveLength(5)
  })

  test('can be tried at once', () => {
    const { clock, sockets, socket, transport } = setUp()
    socket(0).closed()
    transport.link.retry()
    clock.advance(0)
    expect(sockets).toHaveLength(2)
  })

  test('that is refused is not tried again', async () => {
    const { clock, sockets, socket, transport } = setUp(async () => 'The access token is not the one of this Windfall.')
    socket(0).closed()
    await settle()
    expect(transport.link.get()).toEqual({ state: 'refused', message: 'The access token is not the one of this Windfall.' })
    clock.advance(600_000)
    expect(sockets).toHaveLength(1)
  })

  test('that is silent is asked, and given up when it stays silent', () => {
    const { clock, sockets, socket, transport } = setUp()
    socket(0).opened()
    clock.advance(25_000)
    expect(socket(0).sent).toHaveLength(1)
    clock.advance(8_000)
    expect(transport.link.get().state).toBe('lost')
    expect(socket(0).isClosed()).toBe(true)
    clock.advance(1_000)
    expect(sockets).toHaveLength(2)
  })

  test('that was given up is not listened to', () => {
    const { clock, sockets, socket, transport } = setUp()
    const heard: unknown[] = []
    transport.subscribe('power', (payload) => heard.push(payload))
    socket(0).opened()
    clock.advance(33_000)
    socket(0).answer({ event: 'power', payload: 1 })
    socket(0).closed()
    expect(heard).toEqual([])
    clock.advance(1_000)
    expect(sockets).toHaveLength(2)
  })

  test('that answers when asked stays', () => {
    const { clock, socket, transport } = setUp()
    socket(0).opened()
    clock.advance(25_000)
    socket(0).answer({ id: 1, value: {} })
    clock.advance(8_000)
    expect(transport.link.get().state).toBe('open')
  })
})

describe('news', () => {
  test('reaches its listeners until they leave', () => {
    const { socket, transport } = setUp()
    const heard: unknown[] = []
    const leave = transport.subscribe('power', (payload) => heard.push(payload))
    socket(0).opened()
    socket(0).answer({ event: 'power', payload: 1 })
    socket(0).answer({ event: 'changed', payload: 2 })
    leave()
    socket(0).answer({ event: 'power', payload: 3 })
    expect(heard).toEqual([1])
  })

  test('nonsense and a listener that throws are reported and harm nobody', () => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const { socket, transport } = setUp()
    const heard: unknown[] = []
    transport.subscribe('power', () => {
      throw new Error('broken listener')
    })
    transport.subscribe('power', (payload) => heard.push(payload))
    socket(0).opened()
    socket(0).received('not json')
    socket(0).answer({ what: 'is this' })
    socket(0).answer({ event: 'power', payload: 1 })
    expect(heard).toEqual([1])
    expect(reported).toHaveBeenCalledTimes(3)
    vi.unstubAllGlobals()
  })
})

test('waits grow, are never under half their ceiling, and end at 15 s', () => {
  expect([0, 1, 2, 3].map((attempt) => reconnectDelayMs(attempt, 0))).toEqual([200, 400, 800, 1_600])
  expect(reconnectDelayMs(0, 0.999)).toBeLessThanOrEqual(400)
  expect(reconnectDelayMs(40, 0.999)).toBeLessThanOrEqual(15_000)
})
