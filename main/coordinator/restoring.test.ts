import { mkdtempSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { sha256Hex } from '../kernel/signing.ts'
import { backUp } from './backing-up.ts'
import type { StateConfig } from './config.ts'
import type { Message } from './intake/inbox.ts'
import { openInbox } from './intake/open-inbox.ts'
import { hasPostgres, postgresPlace } from './persistence/databases.fixture.ts'
import { transact } from './persistence/database.ts'
import { openDiskBlobs } from './persistence/disk-blobs.ts'
import { readErasures } from './erased-again.ts'
import { ADA, MARKER, plant, tablesWith } from './persons/planted.fixture.ts'
import { createErasuresStore } from './persons/erasures.store.ts'
import { restore } from './restoring.ts'
import { SECRET_FILES, openSecrets } from './secrets.ts'
import { openState } from './storing.ts'

const freeFolder = (): string => join(mkdtempSync(join(tmpdir(), 'windfall-restore-')), 'coordinator')
const settingsOf = async (kind: string): Promise<StateConfig> => ({
  dataDirectory: freeFolder(),
  secretsDirectory: null,
  database: kind === 'PostgreSQL' ? await postgresPlace({ template: false }) : null,
  databasePassword: null,
  databaseConnections: 3,
  s3Bucket: null,
})
const backing = { clock: createFakeClock(), onProgress: () => {} }
const restoring = { ...backing, erased: [] }

/** More than one page of what nodes handed in, every second of them from another node. */
const MESSAGES: readonly Message[] = Array.from({ length: 700 }, (_, n) => ({
  nodeId: `node-${n % 2}`,
  digest: `digest-${(n * 3) % 700}`,
  body: Buffer.from([n % 256, 0, 255]),
  at: 1_000 + n,
}))

async function open(settings: StateConfig) {
  openSecrets(settings)
  const db = await openState(settings)
  const inbox = await openInbox({ dataDirectory: settings.dataDirectory, db, replicaId: 'restored' })
  onTestFinished(async () => {
    await inbox.close()
    await db.destroy()
  })
  return inbox
}

async function* result(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('the result')
}

async function fill(settings: StateConfig): Promise<string> {
  const inbox = await open(settings)
  await inbox.commit({ remove: [], append: MESSAGES })
  const outputs = openDiskBlobs(join(settings.dataDirectory, 'outputs'), () => 'new')
  writeFileSync(join(settings.dataDirectory, 'outputs', 'half.new'), 'what a crash left behind')
  return outputs.write(result(), { maxBytes: 100, expected: null })
}

async function waitingIn(settings: StateConfig): Promise<readonly Message[]> {
  const inbox = await open(settings)
  const found: Message[] = []
  for (let after = 0; ; ) {
    const page = await inbox.page({ after, limit: 300, scope: 'all' })
    found.push(...page.map(({ nodeId, digest, body, at }) => ({ nodeId, digest, body: Buffer.from(body), at })))
    if (page.length === 0) return found
    after = page.at(-1)?.seq ?? 0
  }
}

const kinds = hasPostgres ? ['SQLite', 'PostgreSQL'] : ['SQLite']

test.each(kinds.flatMap((from) => kinds.map((to) => [from, to] as const)))(
  'from %s to %s: what nodes handed in keeps its order, every key and blob is there, and only the owner can read them',
  async (from, to) => {
    const [before, after] = [await settingsOf(from), await settingsOf(to)]
    const folder = freeFolder()
    const digest = await fill(before)
    expect(await backUp(before, folder, backing)).toMatchObject({ inbox: MESSAGES.length, blobs: 'included' })
    const lines: string[] = []
    expect(await restore(after, folder, { ...restoring, onProgress: (line) => void lines.push(line) })).toMatchObject({
      ledger: { balanced: true },
      decisions: { brokenAt: null },
    })
    expect(lines).toContain('job: 0 rows')
    for (const name of SECRET_FILES) {
      const [old, restored] = [before, after].map(({ dataDirectory }) => join(dataDirectory, name)) as [string, string]
      expect([name, readFileSync(restored, 'utf8'), statSync(restored).mode & 0o077]).toEqual([name, readFileSync(old, 'utf8'), 0])
    }
    expect(readdirSync(join(after.dataDirectory, 'outputs'))).toEqual([sha256Hex(Buffer.from('the result'))])
    expect(digest).toBe(`sha256:${sha256Hex(Buffer.from('the result'))}`)
    expect(await waitingIn(after)).toEqual(MESSAGES)
  },
)

test('a coordinator that was alive when it was backed up keeps none from starting where it is restored', async () => {
  const [before, after] = [await settingsOf('SQLite'), await settingsOf('SQLite')]
  openSecrets(before)
  const db = await openState(before)
  const alive = { id: 'r', session: 's', url: 'http://127.0.0.1:1', version: '1', shared: '{}', started_at: 1, seen_at: 2 ** 43 }
  await transact(db, async (tx) => void (await tx.insertInto('replica').values(alive).execute()))
  const directory = `${before.dataDirectory}-backup`
  await backUp(before, directory, backing)
  await db.destroy()
  await restore(after, directory, restoring)
  const restored = await openState(after)
  expect(await restored.selectFrom('replica').select('id').execute()).toEqual([])
  await restored.destroy()
})

test('where blobs are in a bucket, the backup says so and leaves them there', async () => {
  const before = await settingsOf('SQLite')
  await fill(before)
  const { blobs, files } = await backUp({ ...before, s3Bucket: 'bucket' }, freeFolder(), backing)
  expect([blobs, files.filter(({ path }) => path.startsWith('blobs/'))]).toEqual(['in a bucket', []])
})

test('nothing is restored over a coordinator, not even over its keys, and a failed backup leaves nothing', async () => {
  const [before, after] = [await settingsOf('SQLite'), await settingsOf('SQLite')]
  const folder = freeFolder()
  await fill(before)
  await backUp(before, folder, backing)
  openSecrets(after)
  await expect(restore(after, folder, restoring)).rejects.toMatchObject({ code: 'conflict', message: expect.stringMatching(/hot-wallet\.pem/) })
  const elsewhere = freeFolder()
  const broken = { ...backing, onProgress: () => expect.unreachable('disk full') }
  await expect(backUp(before, elsewhere, broken)).rejects.toThrow('disk full')
  expect(readdirSync(join(elsewhere, '..'))).toEqual([])
})

test('whoever was erased after a backup was made is forgotten again when it is restored, by a newer backup or by a list', async () => {
  const [before, after] = [await settingsOf('SQLite'), await settingsOf('SQLite')]
  const [old, newer] = [freeFolder(), freeFolder()]
  openSecrets(before)
  const db = await openState(before)
  onTestFinished(() => db.destroy())
  await plant(db)
  await backUp(before, old, backing)
  const done = { state: 'done' as const, asked_at: 1, asked_by: ADA.requester, due_at: 2, ended_at: 3, held_by: null, counts: '{}' }
  for (const [id, kind, person] of [
    ['erasure-1', 'requester', ADA.requester],
    ['erasure-2', 'node', ADA.node],
    ['erasure-3', 'member', 'who-came-later'],
  ] as const)
    await transact(db, (tx) => createErasuresStore(tx).add({ ...done, id, kind, person, scope: '{}' }))
  await backUp(before, newer, backing)
  const erased = await readErasures(newer)
  expect(erased.toSorted()).toEqual(['member:who-came-later', `node:${ADA.node}`, `requester:${ADA.requester}`])
  const list = join(newer, '..', 'list.jsonl')
  writeFileSync(
    list,
    `${JSON.stringify({
      items: [
        { person: 'requester:ada', state: 'done' },
        { person: 'node:x', state: 'waiting' },
      ],
      next: null,
    })}\n`,
  )
  expect(await readErasures(list)).toEqual(['requester:ada'])
  await expect(readErasures(join(newer, 'manifest.json'))).rejects.toMatchObject({ code: 'input.invalid' })
  const { again, ledger, decisions, acts } = await restore(after, old, { ...restoring, erased })
  expect([again.waiting, [...again.erased].toSorted()]).toEqual([[], [`node:${ADA.node}`, `requester:${ADA.requester}`]])
  expect([ledger.balanced, decisions.brokenAt, acts.brokenAt]).toEqual([true, null, null])
  const restored = await openState(after)
  onTestFinished(() => restored.destroy())
  expect(await tablesWith(restored, MARKER)).toEqual([])
})
