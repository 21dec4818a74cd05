import { type LineDeps, createLine } from './line.ts'
import type { Told } from './reading.ts'
import { type Rectangle, decodePacket, decodeSetup, encodeSetup, internAtom, queryExtension, readAtom, readExtension } from './x11-wire.ts'
import type { XCookie } from './x-authority.ts'

export interface X11Deps extends LineDeps {
  /** Path of the server's socket; `null` if there is no X server on this machine. */
  readonly path: string | null
  readonly cookie: () => XCookie | null
}

/** A connection to the owner's X server. Never rejects. */
export interface X11 {
  /** `read` may throw on an answer that makes no sense; an error of the server counts as failed, too. */
  readonly ask: <T>(request: Buffer, read: (reply: Buffer) => T) => Promise<Told<T>>
  /** The number of a name; `absent` if no client of the server uses it. */
  readonly atom: (name: string) => Promise<Told<number>>
  /** The opcode of an extension; `absent` if the server does not have it. */
  readonly extension: (name: string) => Promise<Told<number>>
  /** The root window and the size of the first screen, once a question was answered. */
  readonly screen: () => { readonly root: number; readonly screen: Rectangle } | null
}

/** Talks to the X server directly, so that nothing it sends can end the agent. Connects at the first question; ends with `signal`. */
export function createX11({ path, cookie, ...deps }: X11Deps, signal: AbortSignal): X11 {
  let screen: ReturnType<X11['screen']> = null
  const known = new Map<string, number>()
  const line = createLine<{ reply: Buffer | null }>(
    {
      path,
      greeting: () => encodeSetup(cookie()),
      welcome(bytes) {
        const setup = decodeSetup(bytes)
        // Numbers of names and extensions hold for one life of the server.
        if (setup) known.clear()
        screen = setup ?? screen
        return setup?.length ?? null
      },
      begin: () => [],
      next(bytes) {
        const next = decodePacket(bytes)
        return next && { length: next.length, packet: next, answers: next.sequence }
      },
      overheard: () => undefined,
      serialBits: 16,
    },
    deps,
    signal,
  )
  const ask: X11['ask'] = async (request, read) => {
    const heard = await line.ask(() => request)
    if (heard === 'absent' || heard === 'failed') return heard
    try {
      return heard.reply ? { value: read(heard.reply) } : 'failed'
    } catch {
      return 'failed'
    }
  }
  const number = async (key: string, { request, read }: { request: Buffer; read: (reply: Buffer) => number | null }): Promise<Told<number>> => {
    const before = known.get(key)
    if (before !== undefined) return { value: before }
    const told = await ask(request, read)
    if (told === 'absent' || told === 'failed') return told
    if (!told.value) return 'absent'
    known.set(key, told.value)
    return { value: told.value }
  }
  return {
    ask,
    atom: (name) => number(`atom ${name}`, { request: internAtom(name), read: readAtom }),
    extension: (name) => number(`extension ${name}`, { request: queryExtension(name), read: readExtension }),
    screen: () => screen,
  }
}
