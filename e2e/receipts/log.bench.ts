/**
 * `npm run bench -- receipts [--leaves N]`: how fast receipts are issued and logged, against what Ed25519 alone would allow in the same minute,
 * and how fast the log proves. Prints one line of JSON for each row. Rates are per second of processor time, so that what else runs on the machine changes neither side.
 * Exits with 1 if a proof over HTTP takes 5 ms of it or more (99th percentile); what passes by the clock is shown beside.
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { coordinatorContract } from '../../shared/contract/coordinator.ts'
import { connect } from '../../shared/contract/define.ts'
import { testLogKey } from '../../shared/domain/receipt-bundle.fake.ts'
import { type EnvelopeSigner } from '../../shared/domain/dsse.ts'
import { startTestServer } from '../../main/coordinator/http/http.fake.ts'
import { type Db, openDatabase, transact } from '../../main/coordinator/persistence/database.ts'
import { inputFor, logSigner, world } from '../../main/coordinator/receipts/issuing.fake.ts'
import { consistencyProof, inclusionProof } from '../../main/coordinator/receipts/log-read.ts'
import { appendToLog } from '../../main/coordinator/receipts/log.ts'
import { createLogStore } from '../../main/coordinator/receipts/log.store.ts'
import { createHttpTransport } from '../../main/kernel/contract-http.ts'
import { percentile } from '../scale/row.ts'

const { values } = parseArgs({ options: { leaves: { type: 'string', default: '100000' } } })
const leaves = Number(values.leaves)
if (!Number.isInteger(leaves) || leaves < 1_000) {
  console.error('Give a whole number from 1000 on: --leaves 100000')
  process.exit(2)
}

const BATCH = 500
const PROOFS = 2_000
const RECEIPTS = 2_000
/** Receipts under way at once, as they come from many nodes. */
const AT_ONCE = 64
const MOST_MS = 5

const holds: boolean[] = []
function say(name: string, figures: Readonly<Record<string, number>>, isGood?: boolean): void {
  if (isGood !== undefined) holds.push(isGood)
  const rounded = Object.fromEntries(Object.entries(figures).map(([key, value]) => [key, Number(value.toPrecision(4))]))
  console.log(JSON.stringify({ name, ...rounded, ...(isGood === undefined ? {} : { holds: isGood }) }))
}

/** Of processor time, all threads together. */
async function seconds(work: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

/** Signatures that one thread makes in a second, over as much as a receipt holds. */
async function ed25519Rate(): Promise<number> {
  const { privateKey } = generateKeyPairSync('ed25519')
  const [body, count] = [randomBytes(1_500), 20_000]
  const taken = await seconds(() => {
    for (let made = 0; made < count; made++) sign(null, body, privateKey)
  })
  return count / taken
}

async function fill(db: Db, signer: EnvelopeSigner, count: number): Promise<void> {
  const size = (await createLogStore(db).newestHead())?.treeSize ?? 0
  for (let at = size; at < count; at += BATCH) {
    const bodies = Array.from({ length: Math.min(BATCH, count - at) }, () => randomBytes(1_500))
    await transact(db, (tx) => appendToLog(createLogStore(tx), signer, { bodies, known: null, at: world(db).clock.now() }))
  }
}

interface Latencies extends Readonly<Record<string, number>> {
  readonly p50ms: number
  readonly p99ms: number
  /** Of processor time, of whoever asks and whoever answers together. */
  readonly workP99ms: number
}

async function latencies(ask: () => Promise<unknown>): Promise<Latencies> {
  const [taken, work]: [number[], number[]] = [[], []]
  for (let at = 0; at < PROOFS; at++) {
    const started = performance.now()
    work.push((await seconds(ask)) * 1_000)
    taken.push(performance.now() - started)
  }
  return { p50ms: percentile(taken, 0.5), p99ms: percentile(taken, 0.99), workP50ms: percentile(work, 0.5), workP99ms: percentile(work, 0.99) }
}

const anyLeaf = (): number => Math.floor(Math.random() * leaves)

async function measureProofs(db: Db): Promise<void> {
  say('inclusion proof from the database', await latencies(() => inclusionProof(db, { leaf: anyLeaf() })))
  say('consistency proof from the database', await latencies(() => consistencyProof(db, anyLeaf() + 1, leaves)))
}

async function measureOverHttp(): Promise<void> {
  await using server = await startTestServer()
  await fill(server.core.db, testLogKey, leaves)
  const baseUrl = await server.app.listen({ host: '127.0.0.1', port: 0 })
  const client = connect(coordinatorContract, createHttpTransport(coordinatorContract, { baseUrl, authorize: async () => ({}) }))
  const inclusion = await latencies(() => client.call('logInclusion', { leaf: anyLeaf() }))
  say('inclusion proof over HTTP', inclusion, inclusion.workP99ms < MOST_MS)
  const consistency = await latencies(() => client.call('logConsistency', { from: anyLeaf() + 1, to: leaves }))
  say('consistency proof over HTTP', consistency, consistency.workP99ms < MOST_MS)
}

const ordersFrom = (first: number) => Promise.all(Array.from({ length: RECEIPTS }, (_, job) => inputFor(first + job)))

/** A receipt is signed, and so is every head. */
async function sayIssued(name: string, taken: number, heads: number): Promise<void> {
  const [perSecond, limit] = [RECEIPTS / taken, (await ed25519Rate()) / (1 + heads / RECEIPTS)]
  say(name, { perSecond, signaturesAllow: limit, share: perSecond / limit })
}

/** One receipt in each transaction, many of which share a commit. */
async function measureIssuing(db: Db): Promise<void> {
  const { issuer } = world(db)
  const left = await ordersFrom(RECEIPTS + 1)
  const work = async () => {
    for (let order = left.pop(); order; order = left.pop()) {
      const one = order
      await transact(db, (tx) => issuer.issue(tx, [one]))
    }
  }
  const taken = await seconds(() => Promise.all(Array.from({ length: AT_ONCE }, work)))
  await sayIssued('receipts issued and logged, one by one', taken, RECEIPTS)
}

async function measureIssuingTogether(db: Db): Promise<void> {
  const { issuer } = world(db)
  const orders = await ordersFrom(1)
  const taken = await seconds(async () => {
    for (let at = 0; at < RECEIPTS; at += AT_ONCE) await transact(db, (tx) => issuer.issue(tx, orders.slice(at, at + AT_ONCE)))
  })
  await sayIssued(`receipts issued and logged, ${AT_ONCE} under one head`, taken, RECEIPTS / AT_ONCE)
}

const directory = mkdtempSync(join(tmpdir(), 'windfall-log-bench-'))
const db = await openDatabase(join(directory, 'log.db'))
try {
  await measureIssuingTogether(db)
  await measureIssuing(db)
  const size = (await createLogStore(db).newestHead())?.treeSize ?? 0
  const taken = await seconds(() => fill(db, logSigner, leaves))
  say(`leaves appended, ${BATCH} under one head`, { perSecond: (leaves - size) / taken, size: leaves })
  await measureProofs(db)
  await measureOverHttp()
} finally {
  await db.destroy()
  rmSync(directory, { recursive: true, force: true })
}
process.exitCode = holds.every(Boolean) ? 0 : 1
