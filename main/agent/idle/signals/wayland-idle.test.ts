import { mkdtempSync, rmSync } from 'node:fs'
import { type Socket, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { type FakeClock, createFakeClock } from '../../../kernel/clock.fake.ts'
import { openLocalSocket } from './local-socket.ts'
import { createWaylandIdle, waylandPath } from './wayland-idle.ts'
import { decodeEvents, readGlobal } from './wayland-wire.ts'

const word = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer)
const text = (value: string): Buffer => Buffer.concat([word(value.length + 1), Buffer.from(value.padEnd(Math.ceil((value.length + 1) / 4) * 4, '\0'))])
const event = (object: number, opcode: number, ...body: readonly Buffer[]): Buffer => {
  const length = 8 + Buffer.concat(body).length
  return Buffer.concat([word(object), word(length * 65_536 + opcode), ...body])
}
const offer = (name: number, kind: string, version: number): Buffer => event(2, 0, word(name), text(kind), word(version))
const DONE = event(3, 0, word(0))
const [IDLED, RESUMED] = [event(6, 0), event(6, 1)]
const SEAT = offer(7, 'wl_seat', 9)

interface Compositor {
  readonly path: string
  readonly say: (...events: readonly Buffer[]) => void
  /** Everything the client has said, once it has said `bytes` of it. */
  readonly heard: (bytes: number) => Promise<Buffer>
  readonly end: () => void
}

/** Without `globals` it listens, and says nothing. */
async function startCompositor(globals: readonly Buffer[] | null): Promise<Compositor> {
  const folder = mkdtempSync(join(tmpdir(), 'wayland-'))
  const path = join(folder, 'wayland-0')
  let client: Socket | null = null
  let said = Buffer.alloc(0)
  const server = createServer((socket) => {
    client = socket
    socket.on('error', () => undefined)
    socket.on('data', (bytes) => {
      if (said.length === 0 && globals) socket.write(Buffer.concat([...globals, DONE]))
      said = Buffer.concat([said, bytes])
    })
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  const end = () => {
    client?.destroy()
    server.close()
  }
  onTestFinished(() => {
    end()
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    path,
    say: (...events) => client?.write(Buffer.concat(events)),
    end,
    heard: async (bytes) => {
      await expect.poll(() => said.length).toBeGreaterThanOrEqual(bytes)
      return said
    },
  }
}

const watch = (path: string | null, clock: FakeClock = createFakeClock()) => {
  const ended = new AbortController()
  onTestFinished(() => ended.abort())
  return { clock, idle: createWaylandIdle({ path, clock, open: openLocalSocket }, ended.signal) }
}

test.each<[Readonly<Record<string, string>>, string | null]>([
  [{ WAYLAND_DISPLAY: 'wayland-1', XDG_RUNTIME_DIR: '/run/user/1' }, '/run/user/1/wayland-1'],
  [{ WAYLAND_DISPLAY: '/tmp/w' }, '/tmp/w'],
  [{ WAYLAND_DISPLAY: 'wayland-1' }, null],
  [{}, null],
])('%j', (environment, path) => {
  expect(waylandPath(environment)).toBe(path)
})

test('the compositor says when the owner stops and starts again', async () => {
  const compositor = await startCompositor([SEAT, offer(9, 'ext_idle_notifier_v1', 2)])
  const { idle, clock } = watch(compositor.path)
  expect(idle.read()).toBe('failed')
  await expect.poll(idle.read).toEqual({ value: 0 })
  compositor.say(IDLED)
  await expect.poll(idle.read).toEqual({ value: 1 })
  await clock.advance(300_000)
  expect(idle.read()).toEqual({ value: 301 })
  compositor.say(RESUMED)
  await expect.poll(idle.read).toEqual({ value: 0 })
})

test.each([
  [1, 1],
  [2, 2],
  [9, 2],
])('version %i of the protocol is bound as %i and asked by its own request', async (offered, bound) => {
  const compositor = await startCompositor([SEAT, offer(9, 'ext_idle_notifier_v1', offered)])
  const { idle } = watch(compositor.path)
  idle.read()
  const bind = event(2, 0, word(9), text('ext_idle_notifier_v1'), word(bound), word(5))
  const ask = event(5, bound, word(6), word(1_000), word(4))
  const hello = Buffer.concat([event(1, 1, word(2)), event(1, 0, word(3)), event(2, 0, word(7), text('wl_seat'), word(1), word(4))])
  const expected = Buffer.concat([hello, bind, ask])
  expect((await compositor.heard(expected.length)).toString('hex')).toBe(expected.toString('hex'))
})

test.each<[string, readonly Buffer[]]>([
  ['GNOME, which has another protocol', [SEAT, offer(3, 'wl_compositor', 6)]],
  ['a compositor without a seat', [offer(9, 'ext_idle_notifier_v1', 1)]],
])('%s is absent', async (_name, globals) => {
  const compositor = await startCompositor(globals)
  const { idle } = watch(compositor.path)
  idle.read()
  await expect.poll(idle.read).toBe('absent')
})

test('no compositor is absent; one that ends is a failure at first', async () => {
  expect(watch(null).idle.read()).toBe('absent')
  const nobody = watch('/nowhere/wayland-0').idle
  nobody.read()
  await expect.poll(nobody.read).toBe('absent')
  const compositor = await startCompositor([SEAT, offer(9, 'ext_idle_notifier_v1', 2)])
  const { idle, clock } = watch(compositor.path)
  idle.read()
  await expect.poll(idle.read).toEqual({ value: 0 })
  compositor.say(IDLED)
  await expect.poll(idle.read).toEqual({ value: 1 })
  compositor.end()
  await expect.poll(idle.read).toBe('failed')
  await clock.advance(30_000)
  idle.read()
  await expect.poll(idle.read).toBe('absent')
})

test.each([
  ['an error', event(1, 0, word(1), word(0), text('no'))],
  ['an event of no size', Buffer.alloc(8)],
])('%s ends in a failure', async (_name, bytes) => {
  const compositor = await startCompositor([SEAT, offer(9, 'ext_idle_notifier_v1', 2)])
  const { idle } = watch(compositor.path)
  idle.read()
  await expect.poll(idle.read).toEqual({ value: 0 })
  compositor.say(IDLED, bytes)
  await expect.poll(idle.read).toBe('failed')
})

test('a compositor that never says what it offers is given up after a second', async () => {
  const compositor = await startCompositor(null)
  const { idle, clock } = watch(compositor.path)
  idle.read()
  await compositor.heard(24)
  expect(idle.read()).toBe('failed')
  await clock.advance(1_001)
  idle.read()
  compositor.say(DONE)
  await clock.advance(1_000)
  expect(idle.read()).toBe('failed')
})

test('any bytes are events or refused', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      (bytes) => {
        try {
          const { events, rest } = decodeEvents(bytes)
          expect(events.reduce((sum, { body }) => sum + 8 + body.length, rest.length)).toBe(bytes.length)
          for (const { body } of events) readGlobal(body)
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
        }
      },
    ),
    { numRuns: 1_000 },
  )
})
