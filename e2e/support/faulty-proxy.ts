/** A TCP proxy that does to a connection what networks do, at the moment and the byte that a test says. */
import { once } from 'node:events'
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net'

/** What happens to connections from now on. `toServer` and `toClient` count bytes from the moment the fault is set, over each connection on its own. */
export type Fault =
  | { readonly kind: 'none' }
  /** Nobody answers: new connections are reset, open ones too. */
  | { readonly kind: 'refuse' }
  /** Reset after so many bytes went one way. */
  | { readonly kind: 'cut'; readonly way: Way; readonly after: number }
  /** Looks alive, and nothing goes through any more. */
  | { readonly kind: 'half-open' }
  /** One way gets other bytes than were sent. */
  | { readonly kind: 'garbage'; readonly way: Way; readonly bytes: Uint8Array }
  /** Every byte on its own. */
  | { readonly kind: 'split' }

type Way = 'toServer' | 'toClient'

export interface FaultyProxy extends AsyncDisposable {
  readonly url: string
  readonly set: (fault: Fault) => void
  /** Resets every connection that is open. */
  readonly cutAll: () => void
  /** Resolves when bytes that were sent next did not get through. */
  readonly swallowed: () => Promise<void>
}

interface Pipe {
  readonly ends: Readonly<Record<Way, Socket>>
  /** How much went through since the fault was set. */
  readonly passed: Record<Way, number>
}

const cut = ({ ends }: Pipe): void => {
  for (const end of Object.values(ends)) end.resetAndDestroy()
}

function pass(pipe: Pipe, way: Way, bytes: Buffer): void {
  pipe.passed[way] += bytes.length
  if (!pipe.ends[way].destroyed) pipe.ends[way].write(bytes)
}

function passOrHold(fault: Fault, pipe: Pipe, [way, bytes]: readonly [Way, Buffer]): void {
  if (fault.kind === 'half-open') return
  if (fault.kind === 'split') for (const byte of bytes) pass(pipe, way, Buffer.from([byte]))
  else if (fault.kind === 'garbage' && fault.way === way) pass(pipe, way, Buffer.from(fault.bytes))
  else if (fault.kind === 'cut' && fault.way === way) {
    const left = Math.max(0, fault.after - pipe.passed[way])
    pass(pipe, way, bytes.subarray(0, left))
    if (bytes.length >= left) pipe.ends[way].write('', () => cut(pipe))
  } else pass(pipe, way, bytes)
}

/** Stands before `target` until it is disposed of. */
export async function openFaultyProxy(target: string): Promise<FaultyProxy> {
  const { hostname, port } = new URL(target)
  const pipes = new Set<Pipe>()
  let fault: Fault = { kind: 'none' }
  const waiting: (() => void)[] = []
  const server: Server = createServer((client) => {
    if (fault.kind === 'refuse') return void client.resetAndDestroy()
    const upstream = connect(Number(port), hostname)
    const pipe: Pipe = { ends: { toServer: upstream, toClient: client }, passed: { toServer: 0, toClient: 0 } }
    pipes.add(pipe)
    const link = (from: Socket, way: Way) => {
      from.setNoDelay(true)
      from.on('data', (bytes: Buffer) => {
        passOrHold(fault, pipe, [way, bytes])
        if (fault.kind === 'half-open') for (const tell of waiting.splice(0)) tell()
      })
      from.on('end', () => fault.kind === 'half-open' || pipe.ends[way].end())
      from.on('error', () => undefined)
      from.on('close', () => {
        pipes.delete(pipe)
        if (fault.kind !== 'half-open') pipe.ends[way].destroy()
      })
    }
    link(client, 'toServer')
    link(upstream, 'toClient')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const cutAll = () => {
    for (const pipe of pipes) cut(pipe)
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    swallowed: () => new Promise((resolve) => waiting.push(resolve)),
    cutAll,
    set(next) {
      fault = next
      for (const pipe of pipes) Object.assign(pipe.passed, { toServer: 0, toClient: 0 })
      if (next.kind === 'refuse') cutAll()
    },
    async [Symbol.asyncDispose]() {
      cutAll()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
