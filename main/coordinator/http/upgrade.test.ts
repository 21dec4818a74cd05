import { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { countedAddress, createDoor, limitConnections } from './connections.ts'
import { Limits } from './limits.ts'
import { createRoom } from './room.ts'
import { type SocketRules, USUAL_RULES, createUpgradeDoor, socketRules } from './upgrade.ts'

const PLENTY = { perSecond: 1e6, burst: 1e6 }

interface Asked {
  readonly from?: string
  readonly host?: string
  readonly forwarded?: string
  readonly authorized?: boolean
  readonly url?: string
  readonly origin?: string
}

const request = ({ from = '203.0.113.7', host = 'windfall.example', url = '/v1/agents/socket', forwarded, authorized, origin }: Asked = {}) =>
  ({
    url,
    headers: { host, ...(origin ? { origin } : {}), ...(forwarded ? { 'x-forwarded-for': forwarded } : {}) },
    rawHeaders: ['Host', host],
    socket: { remoteAddress: from, authorized },
  }) as unknown as IncomingMessage

const doorOf = (rules: Partial<SocketRules> = {}, quiet = new AbortController().signal) =>
  createUpgradeDoor({ clock: createFakeClock(), accepts: () => true, quiet }, { ...USUAL_RULES, ...rules })

const limits = (strangers: number, network: number) => Limits.parse({ strangers: { all: strangers, network }, upgrades: { all: PLENTY, network: PLENTY } })

test('strangers of one network fill their own room only, and make room when they have said who they are', () => {
  const enter = doorOf({ limits: limits(4, 2) })
  const [first, second] = [enter(request()), enter(request())]
  expect([typeof first, typeof second, enter(request())]).toEqual(['function', 'function', '503 Service Unavailable'])
  const others = ['198.51.100.1', '192.0.2.1'].map((from) => typeof enter(request({ from })))
  expect([...others, enter(request({ from: '192.0.3.1' }))]).toEqual(['function', 'function', '503 Service Unavailable'])
  if (typeof first === 'function') first()
  expect(typeof enter(request())).toBe('function')
})

test('behind a proxy of ours agents are told apart by what it says; whoever says more is not believed', () => {
  const enter = doorOf({ limits: limits(9, 1), proxies: 1 })
  const outcomes = ['203.0.113.7', '1.2.3.4, 203.0.113.8', '5.6.7.8, 203.0.113.9', '198.51.100.1'].map(
    (forwarded) => typeof enter(request({ from: '10.0.0.1', forwarded })),
  )
  expect(outcomes).toEqual(['function', 'string', 'string', 'function'])
})

test('an upgrade under a name that is not ours, from a web page, to another path or without the certificate of the fleet is refused', () => {
  const names = new Set(['windfall.example'])
  expect(doorOf({ names })(request({ host: 'other.example' }))).toBe('403 Forbidden')
  expect(typeof doorOf({ names })(request({ host: 'Windfall.Example' }))).toBe('function')
  const enter = doorOf({ asksCertificate: true })
  expect([enter(request()), enter(request({ authorized: false })), typeof enter(request({ authorized: true }))]).toEqual([
    '403 Forbidden',
    '403 Forbidden',
    'function',
  ])
  expect(doorOf()(request({ url: '/elsewhere' }))).toBe('404 Not Found')
  expect(doorOf()(request({ origin: 'https://windfall.example' }))).toBe('403 Forbidden')
  expect(doorOf({}, AbortSignal.abort())(request())).toBe('503 Service Unavailable')
})

test('the names of a coordinator are its public address and what else its operator says', () => {
  const config = { limits: Limits.parse({}), trustProxy: 2, publicUrl: 'https://Windfall.example/somewhere', names: ['10.0.0.5:7465'] }
  expect(socketRules(config, { asksNodes: true })).toMatchObject({ proxies: 2, asksCertificate: true, names: new Set(['windfall.example', '10.0.0.5:7465']) })
  expect(socketRules({ ...config, publicUrl: null, names: [] }, null)).toMatchObject({ names: null, asksCertificate: false })
})

test('new connections have a budget, by network and together, which fills up with time; what one network is refused costs the others nothing', async () => {
  const clock = createFakeClock()
  const rates = { all: { perSecond: 1, burst: 4 }, network: { perSecond: 1, burst: 2 } }
  const enter = createDoor({ clock, rates, room: createRoom({ all: 100, network: 100 }) })
  const from = (address: string | null) => enter(address) !== null
  expect([from('203.0.113.1'), from('203.0.113.2'), from('203.0.113.3'), from('203.0.113.4')]).toEqual([true, true, false, false])
  expect([from('198.51.100.1'), from(null), from(null)]).toEqual([true, true, false])
  await clock.advance(1_000)
  expect([from('203.0.113.1'), from('198.51.100.1')]).toEqual([true, false])
})

const address = (remoteAddress: string, isProxied = false) => countedAddress({ remoteAddress }, isProxied)

test('this machine and a proxy of ours count for the whole only', () => {
  expect([address('127.0.0.1'), address('::1'), address('::ffff:127.0.0.1'), address('10.0.0.1', true), address('203.0.113.7')]).toEqual([
    null,
    null,
    null,
    null,
    '203.0.113.7',
  ])
})

test('a connection for which there is no room is closed before it is served', () => {
  const server = new EventEmitter()
  const served: unknown[] = []
  server.on('connection', (socket) => served.push(socket))
  const deps = { clock: createFakeClock(), limits: Limits.parse({ connections: { all: 2, network: 1 } }), isProxied: false }
  limitConnections(server as never, deps)
  const arrive = (remoteAddress: string) => {
    const socket = Object.assign(new EventEmitter(), { remoteAddress, destroyed: false, destroy: () => (socket.destroyed = true) })
    server.emit('connection', socket)
    return socket
  }
  const [first, neighbour, other, late] = [arrive('203.0.113.1'), arrive('203.0.113.2'), arrive('198.51.100.1'), arrive('192.0.2.1')]
  expect(served).toEqual([first, other])
  expect([first, neighbour, other, late].map(({ destroyed }) => destroyed)).toEqual([false, true, false, true])
  first.emit('close')
  expect(arrive('203.0.113.2').destroyed).toBe(false)
})
