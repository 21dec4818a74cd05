/** A local chain that containers can reach: it answers on its own loopback only, so a door on the engine's network passes on what they ask. */
import { type IncomingMessage, type ServerResponse, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { startService } from '../support/windfall.ts'
import { docker } from './engine.ts'

export interface ChainDoor extends AsyncDisposable {
  /** JSON-RPC, from any container. */
  readonly url: string
}

const passTo = (port: string) => (asked: IncomingMessage, answer: ServerResponse) => {
  const inner = request(
    { host: '127.0.0.1', port, path: asked.url, method: asked.method, headers: { ...asked.headers, host: `127.0.0.1:${port}` } },
    (said) => {
      answer.writeHead(said.statusCode ?? 502, said.headers)
      said.pipe(answer)
    },
  )
  inner.on('error', () => answer.destroy())
  asked.pipe(inner)
}

/** Starts both; `folder` keeps the chain. */
export async function openChainDoor(folder: string): Promise<ChainDoor> {
  const gateway = await docker('network', 'inspect', 'bridge', '--format', '{{(index .IPAM.Config 0).Gateway}}')
  const chain = await startService<{ rpcUrl: string }>(['localnet', '--data', join(folder, 'chain'), '--port', '0', '--slot-ms', '40'])
  const server = createServer(passTo(new URL(chain.ready.rpcUrl).port))
  await new Promise<void>((resolve) => server.listen(0, gateway, resolve))
  return {
    url: `http://${gateway}:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      await new Promise((done) => server.close(done).closeAllConnections())
      await chain.stop()
    },
  }
}
