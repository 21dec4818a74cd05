import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createFakeClock } from '../../../kernel/clock.fake.ts'
import { type OpenSocket, openLocalSocket } from './local-socket.ts'
import { displayOf, findCookie } from './x-authority.ts'
import { x11Fullscreen } from './x11-fullscreen.ts'
import { x11Idle } from './x11-idle.ts'
import { decodePacket, decodeSetup } from './x11-wire.ts'
import { createX11 } from './x11.ts'
import { type Painter, type XServer, connectPainter, missingXvfb, startXvfb } from './xvfb.fixture.ts'

const ended = (): AbortSignal => {
  const controller = new AbortController()
  onTestFinished(() => controller.abort())
  return controller.signal
}

test.each<[string | undefined, string | null]>([
  [':0', '/tmp/.X11-unix/X0'],
  ['unix:1.0', '/tmp/.X11-unix/X1'],
  // Forwarded from another machine, whose owner sits there.
  ['localhost:10.0', null],
  ['desk.example.org:0', null],
  ['', null],
  [undefined, null],
  [':0/../../etc', null],
])('DISPLAY=%s', (display, path) => {
  expect(displayOf({ DISPLAY: display })?.path ?? null).toBe(path)
})

const entry = (family: number, ...fields: readonly string[]): Buffer =>
  Buffer.concat([word(family), ...fields.map((field) => Buffer.concat([word(field.length), Buffer.from(field)]))])
const word = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff])

test('the authority file’s entry for this machine and display is found', () => {
  const file = Buffer.concat([
    entry(256, 'other', '0', 'A', 'x'),
    entry(256, 'me', '1', 'B', 'y'),
    entry(256, 'me', '0', 'COOKIE', 'secret'),
    entry(65_535, '', '', 'C', 'z'),
  ])
  expect(findCookie(file, { host: 'me', display: '0' })).toEqual({ name: 'COOKIE', data: Buffer.from('secret') })
  expect(findCookie(file, { host: 'me', display: '7' })).toEqual({ name: 'C', data: Buffer.from('z') })
  expect(() => findCookie(file.subarray(0, -1), { host: 'nobody', display: '7' })).toThrow(RangeError)
})

test('any bytes are a packet, an incomplete one, or refused', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 128 }).map((bytes) => Buffer.from(bytes)),
      (bytes) => {
        for (const decode of [decodePacket, decodeSetup]) {
          try {
            expect(decode(bytes)?.length ?? 0).toBeLessThanOrEqual(bytes.length)
          } catch (error) {
            expect(error).toBeInstanceOf(Error)
          }
        }
      },
    ),
    { numRuns: 1_000 },
  )
})

test('no X server, no answer', async () => {
  const x11 = createX11({ path: '/nowhere/X0', cookie: () => null, clock: createFakeClock(), open: openLocalSocket }, ended())
  expect(await x11Idle(x11)).toBe('absent')
  expect(await x11Fullscreen(x11)).toBe('absent')
})

test('a server that talks nonsense is a failure, whatever it says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (noise) => {
      const clock = createFakeClock()
      const open: OpenSocket = (_path, listener) => {
        const close = () => listener.ended(false)
        queueMicrotask(() => {
          listener.opened()
          try {
            listener.data(Buffer.from(noise))
          } catch {
            close()
          }
        })
        return { write: () => undefined, close }
      }
      const asked = x11Idle(createX11({ path: '/x', cookie: () => null, clock, open }, new AbortController().signal))
      await clock.advance(1_000)
      expect(await asked).toBe('failed')
    }),
    { numRuns: 100 },
  )
})

describe.skipIf(missingXvfb() !== null)('with an X server', () => {
  let server: XServer
  let painter: Painter
  beforeAll(async () => {
    server = await startXvfb()
    painter = await connectPainter(server.display)
  })
  afterAll(async () => {
    painter[Symbol.dispose]()
    await server[Symbol.asyncDispose]()
  })
  const connect = () =>
    createX11({ path: displayOf({ DISPLAY: server.display })?.path ?? null, cookie: () => null, clock: createFakeClock(), open: openLocalSocket }, ended())
  const inFront = async (place: Parameters<Painter['open']>[0], properties: Readonly<Record<string, readonly string[]>> = {}): Promise<number> => {
    const window = await painter.open(place)
    for (const [name, values] of Object.entries(properties)) await painter.tell(window, name, values)
    await painter.tell('root', '_NET_ACTIVE_WINDOW', [window])
    return window
  }
  const screen = () => ({ x: 0, y: 0, width: server.width, height: server.height })
  const small = { x: 10, y: 10, width: 200, height: 100 }

  test('a key that is pressed ends the idle time', async () => {
    const x11 = connect()
    const seconds = async () => {
      const told = await x11Idle(x11)
      return told === 'absent' || told === 'failed' ? told : told.value
    }
    await expect.poll(seconds).toBeGreaterThan(0.5)
    const pressing = performance.now()
    await painter.type()
    expect(await seconds()).toBeLessThan((performance.now() - pressing) / 1_000 + 0.1)
  })

  test.each<[string, Parameters<Painter['open']>[0] | 'screen', Readonly<Record<string, readonly string[]>>, boolean]>([
    ['a small window', small, {}, false],
    ['a small window that says it is fullscreen', small, { _NET_WM_STATE: ['_NET_WM_STATE_ABOVE', '_NET_WM_STATE_FULLSCREEN'] }, true],
    ['a window without a border, as large as the monitor', 'screen', {}, true],
    ['one pixel less', { x: 0, y: 0, width: 640, height: 479 }, {}, false],
    ['as large, but somewhere else', { x: 5, y: 0, width: 640, height: 480 }, {}, false],
    ['the desktop itself', 'screen', { _NET_WM_WINDOW_TYPE: ['_NET_WM_WINDOW_TYPE_DESKTOP'] }, false],
  ])('%s', async (_name, place, properties, expected) => {
    const window = await inFront(place === 'screen' ? screen() : place, properties)
    expect(await x11Fullscreen(connect())).toEqual({ value: expected })
    await painter.close(window)
  })

  test('no window in front; one that was closed meanwhile; none known to a window manager but one with the keyboard', async () => {
    const x11 = connect()
    await painter.tell('root', '_NET_ACTIVE_WINDOW', [0])
    expect(await x11Fullscreen(x11)).toEqual({ value: false })
    await painter.close(await inFront(small))
    expect(await x11Fullscreen(x11)).toBe('failed')
    await painter.tell('root', '_NET_ACTIVE_WINDOW', null)
    const game = await painter.open(screen())
    await painter.focus(game)
    expect(await x11Fullscreen(x11)).toEqual({ value: true })
    await painter.close(game)
  })

  test('a server that ends is a failure, then absent', async () => {
    const clock = createFakeClock()
    const other = await startXvfb()
    const path = displayOf({ DISPLAY: other.display })?.path ?? null
    const x11 = createX11({ path, cookie: () => null, clock, open: openLocalSocket }, ended())
    expect(await x11Idle(x11)).toEqual({ value: expect.any(Number) })
    await other[Symbol.asyncDispose]()
    await expect.poll(() => x11Idle(x11)).toBe('failed')
    await clock.advance(60_000)
    expect(await x11Idle(x11)).toBe('absent')
  })
})
