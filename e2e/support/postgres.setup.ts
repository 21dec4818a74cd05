import { type AddressInfo, createServer } from 'node:net'
import type { PostgresServer } from '../../main/coordinator/persistence/postgres-server.fixture.ts'

const start = async (): Promise<PostgresServer> => (await import('../../main/coordinator/persistence/postgres-server.fixture.ts')).startPostgres()

/**
 * One PostgreSQL server for all test processes of a run, started when the first of them asks: whoever connects to the port in
 * `WINDFALL_TEST_POSTGRES` is told its address, or why there is none.
 */
export async function setup(): Promise<() => Promise<void>> {
  let starting: Promise<PostgresServer> | null = null
  const server = createServer(async (socket) => {
    socket.on('error', () => {})
    starting ??= start()
    const answer = await starting.then(
      ({ url }) => ({ url }),
      (error: unknown) => ({ error: String(error) }),
    )
    socket.end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  process.env['WINDFALL_TEST_POSTGRES'] = String((server.address() as AddressInfo).port)
  return async () => {
    delete process.env['WINDFALL_TEST_POSTGRES']
    server.close()
    await (await starting?.catch(() => null))?.stop()
  }
}
