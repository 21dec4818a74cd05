import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/** Below what Linux, macOS and Windows hand out by themselves: a server that is ended and started again finds its port free, however many connections are made meanwhile. */
const [FIRST, END] = [10_000, 32_000]

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })

/** A port of this machine on which nobody listens. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, END)
    if (await isFree(port)) return port
  }
}
