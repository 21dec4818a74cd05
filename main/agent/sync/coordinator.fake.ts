import { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { NodeEvent } from '../../../shared/contract/node-event.ts'
import { type Client, type InputOf, type OutputOf, type Transport, connect } from '../../../shared/contract/define.ts'
import type { ProofVerdict } from '../../../shared/contract/proof-calls.ts'
import type { Envelope, Signal } from '../../../shared/contract/wire.ts'
import { payloadOf, unpackEnvelope } from '../../../shared/domain/dsse.ts'
import { ENERGY_PROOF_TYPE, EnergyProof } from '../../../shared/domain/energy-proof.ts'
import { type BatchItem, PROOF_BATCH_TYPE, ProofBatch } from '../../../shared/domain/proof-batch.ts'
import { testReceiptKey, testLogKey } from '../../../shared/domain/receipt-bundle.fake.ts'
import { type FailureCode, WindfallError, toProblem } from '../../../shared/errors.ts'
import { HALF_HOUR_MS, epochMs, toIso } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type Signer, sha256Hex, verifySignature } from '../../kernel/signing.ts'

/** What happens to one call on its way: it never arrives, its answer gets lost, or something in between answers with this code. */
export type Fate = 'well' | 'lost' | 'answer-lost' | FailureCode

interface Accepted {
  readonly proof: EnergyProof
  readonly bodySha256: string
}

/** A coordinator in memory that keeps the rules of the proof chain and whose network a test breaks as it likes. */
export interface FakeCoordinator {
  readonly client: Client<typeof coordinatorContract>
  readonly transport: Transport
  /** What was taken for good, in order, as `start lease-1`, `fail lease-1`, `proof lease-1`, `given-back lease-1`. */
  readonly taken: string[]
  /** Every call that arrived or should have. */
  readonly calls: string[]
  readonly accepted: Accepted[]
  readonly events: NodeEvent[]
  /** Set by a test: the fate of the next call. */
  fate: (call: string) => Fate
  /** Set by a test: why the proof of this lease is refused, if it is. */
  verdict: (leaseId: string) => FailureCode | null
}

type Calls = { readonly [K in keyof typeof coordinatorContract]?: (input: never) => unknown }

const START = epochMs(Date.parse('2026-03-01T12:00:00.000Z'))
const unreachable = (): WindfallError => new WindfallError('unavailable', 'The coordinator cannot be reached.')

export function createFakeCoordinator(node: Pick<Signer, 'keyId' | 'publicJwk'>, clock: Pick<Clock, 'now'> = { now: () => START }): FakeCoordinator {
  const taken: string[] = []
  const calls: string[] = []
  const accepted: Accepted[] = []
  const events: NodeEvent[] = []
  const calledWell = answers({ node, clock, taken, accepted, events, verdict: (leaseId) => fake.verdict(leaseId) })
  const transport: Transport = {
    async invoke(name, input) {
      const { leaseId = '' } = input as { leaseId?: string }
      calls.push(`${name} ${leaseId}`.trim())
      const fate = fake.fate(name)
      if (fate === 'lost') throw unreachable()
      if (fate !== 'well' && fate !== 'answer-lost') throw new WindfallError(fate, `Refused with ${fate}.`)
      const verdict = name === 'submitProof' || name === 'giveBack' ? fake.verdict(leaseId) : null
      const answer = verdict ?? (await (calledWell[name as keyof Calls] as ((input: unknown) => unknown) | undefined)?.(input))
      if (fate === 'answer-lost') throw unreachable()
      if (verdict) throw new WindfallError(verdict, `Refused with ${verdict}.`)
      return answer
    },
    subscribe: () => () => undefined,
  }
  const client = connect(coordinatorContract, transport)
  const fake: FakeCoordinator = { client, transport, taken, calls, accepted, events, fate: () => 'well', verdict: () => null }
  return fake
}

type Records = Pick<FakeCoordinator, 'taken' | 'accepted' | 'events' | 'verdict'> & {
  readonly node: Pick<Signer, 'keyId' | 'publicJwk'>
  readonly clock: Pick<Clock, 'now'>
}

const answers = (records: Records): Calls => {
  const { node, clock, taken, accepted, events } = records
  const once = (what: string) => {
    if (!taken.includes(what)) taken.push(what)
    return {}
  }
  return {
    keys: () => ({
      receiptKey: testReceiptKey.publicJwk,
      logKey: testLogKey.publicJwk,
      logId: testLogKey.keyId,
      cluster: 'localnet',
      hotWallet: '1'.repeat(32),
    }),
    beginEnrolment: () => ({ challenge: 'Y2hhbGxlbmdl', expiresAt: '2026-03-01T13:00:00.000Z' }),
    enrol: () => ({ nodeId: node.keyId, enrolledAt: '2026-03-01T12:00:00.000Z', heartbeatMs: 15_000 }),
    heartbeat: () => ({ lost: [], cancelled: [], yields: [], now: toIso(clock.now()), lastEvent: events.at(-1)?.seq ?? 0 }),
    awaitOrders: () => ({ lost: [], cancelled: [], yields: [] }),
    requestLease: () => ({ lease: null }),
    startAttempt: ({ leaseId }: { leaseId: string }) => once(`start ${leaseId}`),
    failAttempt: ({ leaseId }: { leaseId: string }) => once(`fail ${leaseId}`),
    proofChain: () => headOf(accepted),
    submitProof: (input: InputOf<typeof coordinatorContract.submitProof>) => submit(records, input, 'proof'),
    giveBack: (input: InputOf<typeof coordinatorContract.giveBack>) => {
      const { proofId, jobId } = submit(records, input, 'given-back')
      return { proofId, jobId }
    },
    submitProofs: ({ batch }: InputOf<typeof coordinatorContract.submitProofs>) => ({ verdicts: submitAll(records, batch) }),
    getSignal: ({ zone }: { zone: string }) => ({ signal: forecastOf(zone, clock.now()) }),
    nodeEvents: ({ after, limit }: { after: number; limit: number }) => ({ events: events.filter(({ seq }) => seq > after).slice(0, limit), next: 0 }),
  }
}

/** Two days of half-hours, as a coordinator gives them. */
function forecastOf(zone: string, now: number): Signal {
  const start = now - (now % HALF_HOUR_MS)
  return {
    zone,
    kind: 'average',
    basis: 'direct',
    unit: 'gCO2/kWh',
    price: null,
    source: 'test',
    origin: 'modelled',
    recordedOn: null,
    issuedAt: toIso(start),
    estimated: false,
    bodySha256: sha256Hex(`${zone} ${start}`),
    attribution: 'test',
    points: Array.from({ length: 96 }, (_, slot) => ({
      from: toIso(start + slot * HALF_HOUR_MS),
      to: toIso(start + (slot + 1) * HALF_HOUR_MS),
      value: 150 + 50 * Math.sin(slot / 8),
      forecast: true,
    })),
  }
}

const headOf = (accepted: readonly Accepted[]) => ({ seq: accepted.at(-1)?.proof.seq ?? 0, head: accepted.at(-1)?.bodySha256 ?? null })

/** One after another, up to the first that is refused. */
function submitAll(records: Records, batch: Envelope): ProofVerdict[] {
  const opened = unpackEnvelope(batch, PROOF_BATCH_TYPE)
  if (typeof opened === 'string') throw new WindfallError('proof.malformed', opened)
  if (!verifySignature(records.node.publicJwk, opened.signedBytes, opened.signature)) throw new WindfallError('proof.signature', 'Signed by someone else.')
  const verdicts: ProofVerdict[] = []
  for (const item of ProofBatch.parse(JSON.parse(Buffer.from(opened.body).toString())).items) {
    const { proofId, jobId } = EnergyProof.parse(payloadOf(item.envelope))
    const isOver = verdicts.some(({ state }) => state !== 'accepted')
    verdicts.push(isOver ? { state: 'unread', proofId, jobId } : verdictOn(records, item, { proofId, jobId }))
  }
  return verdicts
}

function verdictOn(records: Records, item: BatchItem, claim: { readonly proofId: string; readonly jobId: string }): ProofVerdict {
  try {
    const refused = records.verdict(item.leaseId)
    if (refused) throw new WindfallError(refused, `Refused with ${refused}.`)
    return { state: 'accepted', ...submit(records, item, item.kind) }
  } catch (error) {
    const { code, detail } = toProblem(error)
    return { state: 'refused', ...claim, code, message: detail }
  }
}

function submit(
  { node, taken, accepted }: Records,
  { leaseId, envelope }: Pick<InputOf<typeof coordinatorContract.submitProof>, 'leaseId' | 'envelope'>,
  kind: 'proof' | 'given-back',
): OutputOf<typeof coordinatorContract.submitProof> {
  const opened = unpackEnvelope(envelope, ENERGY_PROOF_TYPE)
  if (typeof opened === 'string') throw new WindfallError('proof.malformed', opened)
  if (!verifySignature(node.publicJwk, opened.signedBytes, opened.signature)) throw new WindfallError('proof.signature', 'Signed by someone else.')
  const proof = EnergyProof.parse(JSON.parse(Buffer.from(opened.body).toString()))
  const bodySha256 = sha256Hex(opened.body)
  const answer = { proofId: proof.proofId, jobId: proof.jobId, receiptId: `receipt-${proof.jobId}` }
  if (accepted.some((known) => known.bodySha256 === bodySha256)) return answer
  const { seq, head } = headOf(accepted)
  if (accepted.some((known) => known.proof.leaseId === leaseId)) throw new WindfallError('proof.lease', 'The lease has ended.')
  if (proof.seq !== seq + 1 || proof.prev !== head) throw new WindfallError('proof.sequence', `Number ${seq + 1} is expected, not ${proof.seq}.`)
  accepted.push({ proof, bodySha256 })
  taken.push(`${kind} ${leaseId}`)
  return answer
}
