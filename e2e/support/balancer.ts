import { type AddressInfo, type Socket, connect, createServer } from 'node:net'

/** One address in front of several coordinators, as an operator would have it: connections go round among those that are in. */
export interface Balancer extends AsyncDisposable {
  readonly url: string
  /** From now on connections go there, too. */
  readonly add: (url: string) => void
  /** It is not asked any more, and its connections end: what a health check does about one that does not answer. */
  readonly remove: (url: string) => void
}

export async function startBalancer(): Promise<Balancer> {
  const backends: string[] = []
  const pairs = new Map<Socket, { readonly socket: Socket; readonly backend: string }>()
  let next = 0
  const server = createServer((client) => {
    const backend = backends[next++ % backends.length]
    if (backend === undefined) return void client.destroy()
    const { hostname, port } = new URL(backend)
    const socket = connect(Number(port), hostname)
    pairs.set(client, { socket, backend })
    const end = () => {
      pairs.delete(client)
      client.destroy()
      socket.destroy()
    }
    for (const side of [client, socket]) side.on('error', end).on('close', end)
    client.pipe(socket)
    socket.pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const drop = (is: (backend: string) => boolean) => {
    for (const [client, { backend }] of pairs) if (is(backend)) client.destroy()
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    add: (url) => {
      if (!backends.includes(url)) backends.push(url)
    },
    remove(url) {
      backends.splice(0, backends.length, ...backends.filter((backend) => backend !== url))
      drop((backend) => backend === url)
    },
    async [Symbol.asyncDispose]() {
      drop(() => true)
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
