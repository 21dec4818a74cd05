import { type IncomingMessage, request } from 'node:http'
import { readCapped } from '../kernel/read-capped.ts'

/** How an engine is reached: a Unix socket or Windows pipe, or a host. */
export type EngineAddress = { readonly socketPath: string } | { readonly host: string; readonly port: number }

const LIMIT_MS = 5_000
const MAX_BYTES = 4 * 1_048_576

/**
 * Reads one resource of the Docker Engine API. Rejects with the system's error (`code` such as `EACCES`), or an error that names the
 * HTTP status. Errors carry no content.
 */
export async function getFromEngine(address: EngineAddress, path: string, signal: AbortSignal): Promise<unknown> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)])
  try {
    const response = await open(address, path, limited)
    if (response.statusCode !== 200) throw new Error(`it answers ${path.split('?', 1)[0]} with HTTP ${response.statusCode ?? 0}`)
    return JSON.parse(await readText(response)) as unknown
  } catch (error) {
    throw limited.aborted && !signal.aborted ? new Error(`no answer within ${LIMIT_MS / 1_000} s`, { cause: error }) : error
  }
}

const open = (address: EngineAddress, path: string, signal: AbortSignal): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request({ ...address, path, signal, headers: { host: 'engine' } }, resolve)
      .on('error', reject)
      .end()
  })

async function readText(response: IncomingMessage): Promise<string> {
  const body = await readCapped(response as AsyncIterable<Uint8Array>, MAX_BYTES)
  if (!body) throw new Error('its answer is too large')
  return body.toString('utf8')
}
