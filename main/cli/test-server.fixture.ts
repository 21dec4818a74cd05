import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, vi } from 'vitest'
import { type TestServer, startTestServer } from '../coordinator/http/http.fake.ts'

/** What commands reach the coordinator of a test file with, once its tests run. */
interface Reached {
  readonly directory: string
  /** The options that lead to it, with the owner's key. */
  readonly access: readonly string[]
  readonly core: TestServer['core']
}

/** A real coordinator for the commands of one test file, and none of the settings of whoever runs it. */
export function reachTestServer(): () => Reached {
  let reached: Reached
  let server: TestServer
  beforeAll(async () => {
    for (const name of ['WINDFALL_DATA', 'WINDFALL_COORDINATOR', 'WINDFALL_API_KEY']) vi.stubEnv(name, undefined)
    const directory = mkdtempSync(join(tmpdir(), 'windfall-command-'))
    server = await startTestServer()
    const url = await server.app.listen({ host: '127.0.0.1', port: 0 })
    reached = { directory, access: ['--data', directory, '--coordinator', url, '--key', server.core.apiKey], core: server.core }
  })
  afterAll(async () => {
    vi.unstubAllEnvs()
    await server[Symbol.asyncDispose]()
    rmSync(reached.directory, { recursive: true, force: true })
  })
  return () => reached
}
