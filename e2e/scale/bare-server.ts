/** The least a Node server can do for a JSON POST: parse it, and answer with as many bytes as the coordinator does. As a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const ANSWER = JSON.stringify({ challenge: Buffer.alloc(56, 7).toString('base64'), expiresAt: new Date(0).toISOString() })

function serve(): void {
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const known = JSON.parse(Buffer.concat(parts).toString('utf8')) as Record<string, unknown>
      response.writeHead('publicJwk' in known ? 200 : 400, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(ANSWER) })
      response.end(ANSWER)
    })
  })
  server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`))
}

export async function launchBareServer(): Promise<AsyncDisposable & { readonly url: string }> {
  const child: ChildProcess = spawn(process.execPath, [import.meta.filename, 'serve'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const port = await new Promise<string>((resolve, reject) => {
    child.once('error', reject)
    child.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()))
  })
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve())
        child.kill()
      }),
  }
}

if (import.meta.main && process.argv[2] === 'serve') serve()
