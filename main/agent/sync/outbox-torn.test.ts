import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createSigner, generateKeyPem } from '../../kernel/signing.ts'
import { createJobsStore } from '../jobs/jobs.store.ts'
import { type AgentStores, openAgentDatabase, openAgentStores } from '../stores.ts'
import { createProofsStore } from '../proofs/proofs.store.ts'
import { openOwnProof } from '../proofs/prove.ts'
import { createTestProver } from '../stored-prover.fixture.ts'
import { createOutboxStore } from './outbox.store.ts'

const FILE = 'agent.sqlite'
const WAL = `${FILE}-wal`

/** In memory where there is such a place: the database is opened thousands of times. */
function folder(): string {
  const path = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'windfall-torn-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

type Stored = Pick<AgentStores, 'outbox' | 'proofs' | 'jobs'>

const stateOf = ({ outbox, proofs, jobs }: Stored) => ({
  waiting: outbox.count(),
  reported: outbox.proofs().map(({ leaseId }) => leaseId),
  proven: proofs.head().seq,
  submitted: ['a', 'b', 'c'].filter((id) => jobs.get(id)?.state === 'submitted'),
})

/** What the disk holds after two jobs, while a third one has its proof written. */
async function write() {
  const directory = folder()
  using stores = openAgentStores(directory)
  const { add, finish } = createTestProver({ stores, signer: createSigner(generateKeyPem()), clock: createFakeClock() })
  for (const id of ['a', 'b']) {
    stores.outbox.add(`start-${id}`, { kind: 'start', leaseId: id, token: 1 }, 0)
    await finish(id)
  }
  add('c')
  const before = { ...stateOf(stores), bytes: statSync(join(directory, WAL)).size }
  await finish('c')
  const after = stateOf(stores)
  const copy = join(folder(), FILE)
  copyFileSync(join(directory, FILE), copy)
  return { before, after, database: copy, wal: readFileSync(join(directory, WAL)) }
}

/** Opens what is left as the agent does, and of its stores those that are looked at: to prepare them all takes longer than all the rest. */
function reopen<T>(database: string, wal: Uint8Array, look: (stores: Stored) => T): T {
  const directory = join(database, '..')
  const target = join(directory, 'cut')
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target)
  copyFileSync(database, join(target, FILE))
  writeFileSync(join(target, WAL), wal)
  const db = openAgentDatabase(target)
  try {
    return look({ outbox: createOutboxStore(db), proofs: createProofsStore(db), jobs: createJobsStore(db) })
  } finally {
    db.close()
  }
}

/** A frame of the log is a header of 24 bytes and a page: every byte of the headers and around them, and some of each page. */
const FRAME = 24 + 4_096
function cuts(from: number, to: number): number[] {
  const all = Array.from({ length: to - from }, (_, index) => from + index)
  return all.filter((at) => {
    const inFrame = (at - from) % FRAME
    return inFrame < 40 || inFrame > FRAME - 8 || inFrame % 61 === 0
  })
}

test('a proof is either stored with its report and its job, or none of them is, at whatever byte the writing of it ends', async () => {
  const { before, after, database, wal } = await write()
  const { bytes, ...earlier } = before
  expect(earlier).toEqual({ waiting: 4, reported: ['a', 'b'], proven: 2, submitted: ['a', 'b'] })
  for (const end of cuts(bytes, wal.length)) expect(reopen(database, wal.subarray(0, end), stateOf), `cut at ${end}`).toEqual(earlier)
  expect(reopen(database, wal, stateOf)).toEqual(after)
  expect(after).toEqual({ waiting: 5, reported: ['a', 'b', 'c'], proven: 3, submitted: ['a', 'b', 'c'] })
})

test('the same holds where the disk filled the rest with zeros, or with what was there before, and where one byte went bad', async () => {
  const { before, database, wal } = await write()
  const { bytes, ...earlier } = before
  const damage: readonly ((at: number) => Uint8Array)[] = [
    (at) => Buffer.concat([wal.subarray(0, at), Buffer.alloc(wal.length - at)]),
    (at) => Buffer.concat([wal.subarray(0, at), wal.subarray(bytes - (wal.length - at), bytes)]),
    (at) => wal.map((byte, index) => (index === at ? byte ^ 0x10 : byte)),
  ]
  for (let at = bytes; at < wal.length - 1; at += 509) {
    for (const [kind, spoil] of damage.entries()) {
      const spoilt = spoil(at)
      // Zeros where zeros belong are no damage.
      if (!Buffer.from(spoilt).equals(wal)) expect(reopen(database, spoilt, stateOf), `damage ${kind} at ${at}`).toEqual(earlier)
    }
  }
})

/** Where the names and the bytes of the proofs are: with the messages that wait, with the jobs they are about, and among the node's own copies. */
const placesOf = ({ outbox, jobs, proofs }: Stored) =>
  outbox.proofs().map(({ leaseId, proofId, envelope }) => {
    const { proof, bodySha256 } = openOwnProof(envelope)
    return [leaseId, proofId, proof.proofId, jobs.get(leaseId)?.proofId, proofs.attemptOf(proofId), proofs.isSince(proofId, bodySha256), proof.seq]
  })

test('a proof that is signed anew is replaced everywhere or nowhere, at whatever byte the writing of it ends', async () => {
  const directory = folder()
  using stores = openAgentStores(directory)
  const { finish, realign } = createTestProver({ stores, signer: createSigner(generateKeyPem()), clock: createFakeClock() })
  for (const id of ['a', 'b']) await finish(id)
  const [before, bytes] = [placesOf(stores), statSync(join(directory, WAL)).size]
  await realign({ seq: 7, head: 'e'.repeat(64) })
  const [after, database, wal] = [placesOf(stores), join(folder(), FILE), readFileSync(join(directory, WAL))]
  copyFileSync(join(directory, FILE), database)
  for (const places of [before, after])
    for (const [leaseId, waits, says, job, attempt, kept] of places) expect([says, job, attempt, kept]).toEqual([waits, waits, `attempt-${leaseId}`, true])
  expect([before.map((place) => place.at(-1)), after.map((place) => place.at(-1))]).toEqual([
    [1, 2],
    [8, 2],
  ])
  for (const end of cuts(bytes, wal.length)) expect(reopen(database, wal.subarray(0, end), placesOf), `cut at ${end}`).toEqual(before)
  expect(reopen(database, wal, placesOf)).toEqual(after)
})
