import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pack } from 'tar-stream'
import { expect, onTestFinished, test } from 'vitest'
import { MAX_CHECKPOINT_BYTES } from '../../../shared/contract/job.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import { openSqlite } from '../../kernel/sqlite.ts'
import * as containers from '../migrations/0004-containers.ts'
import { departureOf, fetchCheckpoint, mustFetch } from './checkpoint-travel.ts'
import { createCheckpointStore } from './checkpoint.store.ts'
import { createCheckpoints } from './checkpoints.ts'
import { tarOf } from './image.fixture.ts'
import { fakeLease } from './lease.fixture.ts'

const NEVER = new AbortController().signal
const lease = fakeLease({ token: 3 })
const refOf = (content: Buffer, token = 2) => ({ sha256: sha256Hex(content), bytes: content.length, savedAt: '2026-03-01T12:00:00.000Z', token })

function machine() {
  const directory = mkdtempSync(join(tmpdir(), 'windfall-travel-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const store = createCheckpointStore(openSqlite(':memory:', [containers]))
  const checkpoints = createCheckpoints({ directory, store, clock: createFakeClock() })
  return { checkpoints, saved: async () => buffer((await checkpoints.open('job-1'))?.archive ?? Readable.from([])) }
}

/** What a node that saved one file hands over. */
async function handedOver(content = 'seven'): Promise<Buffer> {
  const { checkpoints, saved } = machine()
  await checkpoints.keep({ jobId: 'job-1', attemptId: 'a' }, Readable.from([await tarOf({ 'ckpt/n': { content } })]))
  return saved()
}

interface Fetching {
  readonly sent: Buffer | Error
  readonly announced?: Buffer
  readonly hereSince?: number | null
  readonly mayFetch?: boolean
}

async function fetchTo(target: ReturnType<typeof machine>, { sent, announced, hereSince = null, mayFetch = true }: Fetching) {
  const said: string[] = []
  let asked = 0
  const log = { info: () => undefined, warn: (facts: object, text: string) => void said.push(`${text}: ${(facts as { reason: string }).reason}`) }
  const deps = {
    checkpoints: target.checkpoints,
    log: log as never,
    mayFetch: () => mayFetch,
    hereSince: () => hereSince,
    fetch: async (_: unknown, take: (archive: Readable) => Promise<void>) => {
      asked += 1
      if (sent instanceof Error) throw sent
      await take(Readable.from([sent]))
    },
  }
  const content = announced ?? (sent as Buffer)
  await fetchCheckpoint(deps, { ...lease, checkpoint: refOf(content) }, NEVER)
  return { said, asked }
}

test('what one node handed over lies ready for the next', async () => {
  const [target, archive] = [machine(), await handedOver()]
  expect(await fetchTo(target, { sent: archive })).toEqual({ said: [], asked: 1 })
  expect(await target.saved()).toEqual(archive)
})

async function hostile(name: string): Promise<Buffer> {
  const archive = pack()
  archive.entry({ name: 'ckpt/n' }, 'seven')
  archive.entry({ name, type: 'file' }, 'x')
  archive.finalize()
  return buffer(Readable.from(archive))
}

async function linked(): Promise<Buffer> {
  const archive = pack()
  archive.entry({ name: 'ckpt/n', type: 'symlink', linkname: '/etc/passwd' })
  archive.finalize()
  return buffer(Readable.from(archive))
}

test.each<[string, () => Promise<Omit<Fetching, 'hereSince'>>, RegExp]>([
  ['cannot be reached', async () => ({ sent: new WindfallError('unavailable', 'No answer.'), announced: Buffer.from('x') }), /No answer/],
  ['is another one', async () => ({ sent: await handedOver('eight'), announced: await handedOver('seven') }), /not the one that was announced/],
  [
    'goes on and on',
    async () => ({ sent: Buffer.concat([await handedOver(), Buffer.alloc(4_096)]), announced: await handedOver() }),
    /larger than was announced/,
  ],
  ['is cut off', async () => ({ sent: (await handedOver()).subarray(0, 700), announced: await handedOver() }), /./],
  ['is no archive', async () => ({ sent: Buffer.alloc(2_048, 7) }), /./],
  ['wants to lie elsewhere', async () => ({ sent: await hostile('ckpt/../../../etc/cron.d/x') }), /not the one that was announced/],
  ['is a link out of the folder', async () => ({ sent: await linked() }), /not the one that was announced/],
])('a checkpoint that %s is not used: the job begins at the start, and the log says why', async (_, given, reason) => {
  const target = machine()
  const { said } = await fetchTo(target, await given())
  expect(said).toEqual([expect.stringMatching(new RegExp(`it begins at the start: .*${reason.source}`))])
  expect(await target.checkpoints.open('job-1')).toBeNull()
})

test('what cannot be fetched leaves what lies here, and the job goes on from that', async () => {
  const target = machine()
  await target.checkpoints.keep({ jobId: 'job-1', attemptId: 'a' }, Readable.from([await tarOf({ 'ckpt/n': { content: 'six' } })]))
  const before = await target.saved()
  const { said } = await fetchTo(target, { sent: new Error('cut'), announced: await handedOver(), hereSince: 1 })
  expect(said).toEqual([expect.stringContaining('begins with what it saved on this machine before: cut')])
  expect(await target.saved()).toEqual(before)
})

test('on a network where nothing may be loaded the lease waits; what lies here needs no network', async () => {
  const archive = await handedOver()
  await expect(fetchTo(machine(), { sent: archive, mayFetch: false })).rejects.toMatchObject({ code: 'network.metered' })
  expect(await fetchTo(machine(), { sent: archive, mayFetch: false, hereSince: 2 })).toEqual({ said: [], asked: 0 })
})

test.each<[boolean, string, number | null, number | null]>([
  [false, 'nothing was handed over', null, null],
  [true, 'nothing lies here', 2, null],
  [true, 'another node went on since', 2, 1],
  [false, 'this node handed it over', 2, 2],
  [false, 'this node went on since, and could not hand that over', 2, 3],
])('fetches: %s, when %s', (must, _, handed, here) => {
  expect(mustFetch({ checkpoint: handed === null ? null : refOf(Buffer.from('x'), handed) }, here)).toBe(must)
})

const saving = fakeLease({ spec: { ...lease.spec, checkpoints: true } })
const kept = { sha256: 'a'.repeat(64), bytes: 1_536 }
test.each([
  ['hand-over', 'saved something', saving, kept],
  ['nothing', 'saved nothing', saving, null],
  ['nothing', 'never asked for it', lease, kept],
  ['held', 'got no further', { ...saving, checkpoint: { ...refOf(Buffer.from('x')), sha256: kept.sha256 } }, kept],
  ['too-large', 'saved too much', saving, { ...kept, bytes: MAX_CHECKPOINT_BYTES + 1 }],
] as const)('%s, of an attempt that %s', (departure, _, of, left) => {
  expect(departureOf(of, left)).toBe(departure)
})
