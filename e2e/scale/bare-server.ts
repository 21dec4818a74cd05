/**
 * The least a Node server can do for a JSON POST: parse it, and answer with about as many bytes as the coordinator does; for a signed one, check one Ed25519
 * signature in the thread pool before. As a process of its own.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync, sign, verify } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const ANSWER = JSON.stringify({ challenge: Buffer.alloc(56, 7).toString('base64'), expiresAt: new Date(0).toISOString() })

/** As long as what a node signs of a request. Whose signature it is takes no time to check, and so it is always the same. */
function createSignature(): (done: (error: Error | null, holds: boolean) => void) => void {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const signed = Buffer.alloc(360, 7)
  const signature = sign(null, signed, privateKey)
  return (done) => verify(null, signed, publicKey, signature, done)
}

function serve(): void {
  const check = createSignature()
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    const answer = () => {
      const known = JSON.parse(Buffer.concat(parts).toString('utf8')) as Record<string, unknown>
      const status = 'publicJwk' in known || 'ready' in known ? 200 : 400
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(ANSWER) })
      response.end(ANSWER)
    }
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      if (request.headers['signature'] === undefined) answer()
      else check((error, holds) => (error === null && holds ? answer() : response.destroy()))
    })
  })
  server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`))
}

export interface BareServer extends AsyncDisposable {
  readonly url: string
}

export async function launchBareServer(): Promise<BareServer> {
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
