/** An X server without a screen, and windows on it, over another implementation of the protocol. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import x11 from 'x11'
import { skipFor } from '../../../kernel/requirement.fixture.ts'

/** Why tests that need an X server cannot run here, or `null`. See {@link skipFor}. */
export function missingXvfb(): string | null {
  if (process.platform === 'linux' && spawnSync('Xvfb', ['-help'], { stdio: 'ignore' }).error === undefined) return null
  return skipFor('X11', 'Xvfb not found; Debian package xvfb')
}

export interface XServer extends AsyncDisposable {
  /** For `DISPLAY`. */
  readonly display: string
  readonly width: number
  readonly height: number
}

export async function startXvfb(width = 640, height = 480): Promise<XServer> {
  const options = ['-displayfd', '3', '-screen', '0', `${width}x${height}x24`, '-nolisten', 'tcp', '-noreset']
  const child = spawn('Xvfb', options, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const [number] = (await once(child.stdio[3] as Readable, 'data')) as [Buffer]
  return {
    display: `:${number.toString().trim()}`,
    width,
    height,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

export interface Painter extends Disposable {
  readonly open: (place: { x: number; y: number; width: number; height: number }) => Promise<number>
  readonly close: (window: number) => Promise<void>
  /** Sets a property to atoms, given by name, or to windows, given by number; `null` takes it away. */
  readonly tell: (window: number | 'root', property: string, values: readonly (string | number)[] | null) => Promise<void>
  readonly focus: (window: number) => Promise<void>
  /** Presses and releases a key, as a keyboard does. */
  readonly type: () => Promise<void>
}

const ATOM = 4
const WINDOW = 33
const KEYCODE = 38

export async function connectPainter(display: string): Promise<Painter> {
  const screen = await new Promise<Parameters<Parameters<typeof x11.createClient>[1]>[1]>((resolve, reject) => {
    x11.createClient({ display, shm: false }, (error, opened) => (error ? reject(error) : resolve(opened)))
  })
  const { client } = screen
  // All clients of a process share what they know of atoms, and each server numbers its own.
  Object.assign(client, { atoms: {} })
  client.on('error', () => undefined)
  const root = screen.screen[0]?.root ?? 0
  const atom = (name: string) => new Promise<number>((resolve) => client.InternAtom(false, name, (_, number) => resolve(number)))
  return {
    async open({ x, y, width, height }) {
      const id = client.AllocID()
      client.CreateWindow(id, root, x, y, width, height)
      client.MapWindow(id)
      await client.sync()
      return id
    },
    async close(window) {
      client.DestroyWindow(window)
      await client.sync()
    },
    async tell(window, property, values) {
      const [target, name] = [window === 'root' ? root : window, await atom(property)]
      const numbers = await Promise.all((values ?? []).map((value) => (typeof value === 'string' ? atom(value) : Promise.resolve(value))))
      if (values === null) client.DeleteProperty(target, name)
      else client.ChangeProperty(0, target, name, typeof values[0] === 'number' ? WINDOW : ATOM, 32, Buffer.from(Uint32Array.from(numbers).buffer))
      await client.sync()
    },
    async focus(window) {
      client.SetInputFocus(window, 0)
      await client.sync()
    },
    async type() {
      const keyboard = await new Promise<Parameters<Parameters<typeof client.require>[1]>[1]>((resolve) =>
        client.require('xtest', (_, found) => resolve(found)),
      )
      for (const kind of [keyboard.KeyPress, keyboard.KeyRelease]) keyboard.FakeInput(kind, KEYCODE, 0, 0, 0, 0)
      await client.sync()
    },
    [Symbol.dispose]: () => client.terminate(),
  }
}
