/** Jobs in several runs, on a core with real money and real receipts; only the grid is made up. */
import { JobSpec, type Lease } from '../../shared/contract/job.ts'
import type { Signal } from '../../shared/contract/wire.ts'
import { signEnvelope } from '../../shared/domain/dsse.ts'
import { energyProofType } from '../../shared/domain/energy-proof.ts'
import { WindfallError } from '../../shared/errors.ts'
import { HALF_HOUR_MS, microUsd, toIso } from '../../shared/units.ts'
import { createSigner, generateKeyPem, sha256Hex } from '../kernel/signing.ts'
import { REQUESTER, type TestCore, type TestNode, startTestCore } from './core.fake.ts'
import { OUTPUT, proofFor, submissionOf } from './test-work.fake.ts'
import type { CoreDeps } from './core.ts'
import { createJobMoney } from './job-money.ts'
import { requesterDeposit } from './ledger/entries.ts'
import { book, prepaidOf } from './ledger/ledger.ts'
import { transact } from './persistence/database.ts'
import { fakeSignal } from './planner/planner.fake.ts'
import { creditReceipts } from './crediting.ts'
import { createReceipting } from './receipting.ts'
import { createReceiptIssuer } from './receipts/issue.ts'

export const PREPAID = 10_000_000n

/** The intensity of a half hour is its number in the day, so that no two of them are alike. */
const actuals = async (zone: string, from: number, to: number): Promise<Signal> => {
  const first = Math.floor(from / HALF_HOUR_MS)
  const slots = Array.from({ length: Math.ceil(to / HALF_HOUR_MS) - first }, (_, index) => first + index)
  const points = slots.map((slot) => ({
    from: toIso(slot * HALF_HOUR_MS),
    to: toIso((slot + 1) * HALF_HOUR_MS),
    value: 100 + (slot % 48),
    forecast: false,
  }))
  return { ...fakeSignal(zone, []), points }
}

export interface World {
  readonly core: TestCore
  readonly nodes: readonly TestNode[]
  /** Set by a test: no grid is known. */
  readonly grid: { down: boolean }
  readonly receiptKeys: readonly string[]
}

type Changes = (given: Pick<CoreDeps, 'db' | 'clock' | 'ids' | 'config'>) => Partial<CoreDeps>

export async function startRuns(nodes = 2, changes: Changes = () => ({})): Promise<World> {
  const grid = { down: false }
  const [receiptSigner, logSigner] = [createSigner(generateKeyPem()), createSigner(generateKeyPem())]
  const core = await startTestCore({
    changes(_, given) {
      const { settle, accrue, ...money } = createJobMoney(given.clock, given.ids)
      const issuer = createReceiptIssuer({ receiptSigner, logSigner, ...given })
      const oracle: Parameters<typeof createReceipting>[0]['oracle'] = {
        async actuals(zone, from, to) {
          if (grid.down) throw new WindfallError('grid.unavailable', `The grid in ${zone} is not measured yet.`)
          return actuals(zone, from, to)
        },
      }
      const prepareReceipts = createReceipting({
        issuer,
        oracle,
        clock: given.clock,
        shutdown: new AbortController().signal,
        credit: creditReceipts(given.clock),
      })
      return { money, settle, accrue, prepareReceipts, ...changes(given) }
    },
  })
  await transact(core.db, (tx) => book(tx, requesterDeposit({ id: 'd', requesterId: REQUESTER, amount: microUsd(PREPAID), at: core.clock.now() })))
  const enrolled: TestNode[] = []
  for (let node = 0; node < nodes; node += 1) enrolled.push(await core.enrol())
  return { core, nodes: enrolled, grid, receiptKeys: [receiptSigner.keyId, logSigner.keyId] }
}

/** A job that saves where it is. */
export const submitSaving = ({ core }: World, changes: Partial<JobSpec> = {}): Promise<void> => core.submit('job-1', { checkpoints: true, ...changes })

export const viewJob = ({ core }: World) => core.jobs.view(REQUESTER, 'job-1')
export const prepaid = ({ core }: World) => prepaidOf(core.db, REQUESTER)

/** Hands the job to this node, and to no other. */
export async function leaseTo({ core, nodes }: World, node: TestNode): Promise<Lease> {
  for (const { nodeId } of nodes) if (nodeId !== node.nodeId) await core.parts.agents.heartbeat(nodeId, { ready: false, reasons: ['user'], running: [] })
  await node.ready()
  const lease = await core.jobs.request(node.nodeId, ['docker'])
  if (!lease) throw new Error('the job was not leased')
  await core.jobs.start(claimOf(node, lease))
  return lease
}

export const claimOf = (node: TestNode, { leaseId, token }: Pick<Lease, 'leaseId' | 'token'>) => ({ nodeId: node.nodeId, leaseId, token })

/** Works for so long, and tells that it does. */
export async function work({ core }: World, { node, lease, ms }: { readonly node: TestNode; readonly lease: Lease; readonly ms: number }): Promise<void> {
  for (let left = ms; left > 0; left -= 30_000) {
    await core.clock.advance(Math.min(left, 30_000))
    await node.ready([{ leaseId: lease.leaseId, token: lease.token, state: 'running' }])
  }
}

const savedUnder = ({ leaseId }: Lease): Buffer => Buffer.from(`saved under ${leaseId}`)

/** Hands over what the run of this lease saved. */
export async function save({ core }: World, node: TestNode, lease: Lease): Promise<void> {
  async function* content() {
    yield savedUnder(lease)
  }
  await core.checkpoints.save({ ...claimOf(node, lease), sha256: sha256Hex(savedUnder(lease)), content: content() })
}

interface Run {
  readonly node: TestNode
  readonly lease: Lease
  readonly ms: number
}

async function provenBy({ core }: World, { node, lease, ms }: Run, outputSha256: string) {
  const { seq, head } = await core.parts.proofs.head(node.nodeId)
  const isSaved = outputSha256 !== sha256Hex(OUTPUT)
  const changes = { seq: seq + 1, prev: head, outputSha256, ...(isSaved ? { exitCode: 143 } : {}) }
  return proofFor(lease, { nodeId: node.nodeId, now: core.clock.now(), ms, changes })
}

/** What an agent says that gives a run back. */
export async function givenBack(world: World, run: Run) {
  const proof = await provenBy(world, run, sha256Hex(savedUnder(run.lease)))
  const envelope = await signEnvelope(energyProofType(proof), Buffer.from(JSON.stringify(proof)), run.node.signer)
  const { leaseId, token } = run.lease
  return { leaseId, token, envelope, reason: 'owner-present', message: 'The machine was needed, so the job was stopped.' }
}

/** What an agent says that finishes the job. */
export const finished = async (world: World, run: Run) => submissionOf(run.lease, await provenBy(world, run, sha256Hex(OUTPUT)), run.node.signer)

/** One whole run that is proven and given back. Returns what was said of it. */
export async function runAndGiveBack(world: World, node: TestNode, ms: number) {
  const lease = await leaseTo(world, node)
  const run = { node, lease, ms }
  await work(world, run)
  await save(world, node, lease)
  const said = await givenBack(world, run)
  await world.core.parts.proofs.giveBack(node.nodeId, said)
  return { ...run, said }
}

/** The last run, which finishes the job. */
export async function runToTheEnd(world: World, node: TestNode, ms: number) {
  const lease = await leaseTo(world, node)
  await work(world, { node, lease, ms })
  const answer = await world.core.parts.proofs.submit(node.nodeId, await finished(world, { node, lease, ms }))
  return { ...answer, receiptId: answer.receiptId ?? 'none' }
}
