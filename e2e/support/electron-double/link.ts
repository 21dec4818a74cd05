/** Questions and answers over the channel between the test process and the forked application, in both directions. */
export interface Port {
  readonly send: (message: unknown) => void
  readonly onMessage: (listener: (message: unknown) => void) => void
}

/** One function per operation, one argument each, structured clone on the way. */
type Operations = Record<keyof never, (data: never) => unknown>
type DataOf<O, K extends keyof O> = O[K] extends (data: infer D) => unknown ? D : never
type ResultOf<O, K extends keyof O> = O[K] extends (data: never) => infer R ? Awaited<R> : never

export interface Link<Theirs> {
  readonly ask: <K extends keyof Theirs & string>(operation: K, data: DataOf<Theirs, K>) => Promise<ResultOf<Theirs, K>>
  /** Rejects everything that still waits: the other side is gone. */
  readonly fail: (reason: string) => void
}

type Message =
  | { readonly id: number; readonly operation: string; readonly data: unknown }
  | { readonly re: number; readonly result: unknown }
  | { readonly re: number; readonly error: string }

export function createLink<Theirs>(port: Port, mine: object): Link<Theirs> {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let last = 0
  const answer = async (id: number, operation: string, data: unknown) => {
    try {
      const handler = (mine as Operations)[operation] as (data: unknown) => unknown
      port.send({ re: id, result: await handler(data) })
    } catch (error) {
      port.send({ re: id, error: error instanceof Error ? error.message : String(error) })
    }
  }
  port.onMessage((raw) => {
    const message = raw as Message
    if ('operation' in message) return void answer(message.id, message.operation, message.data)
    const call = waiting.get(message.re)
    waiting.delete(message.re)
    if ('error' in message) call?.reject(new Error(message.error))
    else call?.resolve(message.result)
  })
  return {
    ask: (operation, data) => {
      const call = Promise.withResolvers<unknown>()
      waiting.set(++last, call)
      port.send({ id: last, operation, data })
      return call.promise as Promise<ResultOf<Theirs, typeof operation>>
    },
    fail: (reason) => {
      for (const call of waiting.values()) call.reject(new Error(reason))
      waiting.clear()
    },
  }
}
