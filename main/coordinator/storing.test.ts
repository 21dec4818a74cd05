import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type StateConfig, readStateConfig } from './config.ts'
import { ping } from './persistence/database.ts'
import { hasPostgres, postgresPlace } from './persistence/databases.fixture.ts'
import { openState } from './storing.ts'

const read = (environment: Record<string, string>, given: object = {}): StateConfig => readStateConfig(environment, { dataDirectory: '/data', ...given })

test('a coordinator keeps its state in a file unless a database is named, on the command line or in the environment', () => {
  expect(read({})).toMatchObject({ database: null, databasePassword: null, databaseConnections: 10 })
  expect(read({ WINDFALL_DATABASE_URL: '' }).database).toBeNull()
  const [a, b] = ['postgres://windfall@localhost/windfall', 'postgresql://db.example:6432/w?sslmode=require'] as const
  expect(read({ WINDFALL_DATABASE_URL: a }).database).toBe(a)
  expect(read({ WINDFALL_DATABASE_URL: a }, { database: b }).database).toBe(b)
})

test('what is no address of a database stops the start, and a password in it is not said', () => {
  for (const wrong of ['mysql://windfall:tiger@localhost/w', 'postgres://windfall:tiger@:port', '/var/lib/tiger.sqlite']) {
    expect(() => read({ WINDFALL_DATABASE_URL: wrong })).toThrow(/database \(WINDFALL_DATABASE_URL\).*postgres:\/\/user@host\/name/)
    expect(() => read({ WINDFALL_DATABASE_URL: wrong })).not.toThrow(/tiger/)
  }
})

test.runIf(hasPostgres)('the password comes from a file that only its owner may read', async () => {
  const place = new URL(await postgresPlace())
  const file = join(mkdtempSync(join(tmpdir(), 'windfall-password-')), 'password')
  place.password = ''
  const settings = () => read({ WINDFALL_DATABASE_URL: place.href, WINDFALL_DATABASE_PASSWORD_FILE: file })
  expect(settings).toThrow(/no file .*databasePassword/)
  writeFileSync(file, 'windfall\n', { mode: 0o600 })
  const db = await openState(settings())
  onTestFinished(() => db.destroy())
  await ping(db)
  chmodSync(file, 0o644)
  expect(settings).toThrow(/chmod 600/)
})
