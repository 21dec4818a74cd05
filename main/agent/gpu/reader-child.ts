import { z } from 'zod'

export interface ReaderService<Request, Reply> {
  readonly request: z.ZodType<Request>
  /** What it throws ends the process; the parent notices and starts another. */
  readonly answer: (request: Request) => Reply | Promise<Reply>
  /** Lets go of the vendor's code when the parent has ended. */
  readonly close?: () => void
}

/** The end of the parent that Electron gives a utility process. */
interface ParentPort {
  readonly on: (event: 'message', listener: (event: { readonly data: unknown }) => void) => void
  readonly postMessage: (message: unknown) => void
}

/**
 * The child's side of a reader host: answers `{ id, request }` with `{ id, reply }` and ends with its parent, whether that
 * forked it (Node) or runs it as a utility process (Electron).
 */
export function serveReader<Request, Reply>({ request: schema, answer, close }: ReaderService<Request, Reply>): void {
  const envelope = z.strictObject({ id: z.number().int(), request: schema })
  const serve = async (message: unknown, send: (reply: unknown) => void): Promise<void> => {
    const { id, request } = envelope.parse(message)
    send({ id, reply: await answer(request) })
  }
  const { parentPort } = process as typeof process & { readonly parentPort?: ParentPort }
  if (parentPort) {
    // Electron ends a utility process together with its parent.
    const post = parentPort.postMessage.bind(parentPort)
    parentPort.on('message', ({ data }) => void serve(data, post))
    return
  }
  // Ctrl-C reaches the whole process group; the agent still needs the last reading, and ends this process itself.
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => undefined)
  process.on('message', (message) => void serve(message, (reply) => process.send?.(reply)))
  process.on('disconnect', () => {
    close?.()
    process.exit()
  })
}
