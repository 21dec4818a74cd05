/** Receipts as different as the format allows, each from a seed. */
import { createHash } from 'node:crypto'
import { buildReceipt, type GridValue } from '../../shared/domain/build-receipt.ts'
import type { CarbonReceipt } from '../../shared/domain/carbon-receipt.ts'
import { type EnergyProof, MeterMethod } from '../../shared/domain/energy-proof.ts'
import { splitAtHalfHours } from '../../shared/domain/half-hours.ts'
import { epochMs, fromIso, toIso } from '../../shared/units.ts'
import { createDice, type Dice } from './dice.ts'
import { type KeyPair, keyPair } from './key-pairs.ts'
import { STYLES, type Style, writeJson } from './write-json.ts'

/** What there is to sign, before it is signed. */
export interface Plan {
  readonly seed: string
  readonly style: Style
  /** Oldest first; the first one names the node. */
  readonly nodeKeys: readonly KeyPair[]
  readonly receiptKey: KeyPair
  readonly logKey: KeyPair
  readonly proofs: readonly { readonly proof: EnergyProof; readonly signer: KeyPair }[]
  readonly statement: CarbonReceipt
  readonly isAnchored: boolean
}

const ZONES = ['GB', 'GB-01', 'GB-13', 'GB-17', 'DE', 'US-CAL-CISO', 'US-TEX-ERCO', 'FR'] as const
const NAMES = ['RTX 4080', 'Radeon RX 7900 XTX', 'Arc A770', 'gpu “β” 🜂', '\ud800 half', 'tab\there', ''] as const

function grid(dice: Dice): GridValue {
  return {
    gPerKWh: dice.pick([dice.between(0, 900), dice.below(900), 0]),
    basis: dice.pick(['direct', 'lifecycle']),
    source: dice.pick(['NESO', 'Electricity Maps', 'día, modelado']),
    issuedAt: toIso(fromIso('2026-11-20T00:00:00.000Z') + dice.below(86_400_000)),
    estimated: dice.maybe(0.3),
    origin: dice.pick(['live', 'recorded', 'modelled']),
    bodySha256: dice.hex(64),
  }
}

const orNull = (dice: Dice, value: number): number | null => (dice.maybe(0.7) ? value : null)

/** Something that can be true, from `startedAt` on. */
function measure(dice: Dice, { startedAt, seconds, image }: { startedAt: number; seconds: number; image: string }) {
  const devices = Array.from({ length: 1 + dice.below(2) }, () => ({
    uuidHash: dice.hex(64),
    kind: dice.pick(['gpu', 'gpu', 'cpu'] as const),
    vendor: dice.pick(['NVIDIA', 'AMD', 'Intel']),
    name: dice.pick(NAMES),
    driver: dice.pick(['595.10', '']),
    powerLimitW: dice.pick([320, 75, dice.between(30, 600)]),
  }))
  const watts = devices.reduce((sum, { powerLimitW }) => sum + powerLimitW, 0) * dice.between(0.2, 1)
  const coverage = dice.pick([1, 0.98, 0.5])
  const spans = splitAtHalfHours(epochMs(startedAt), epochMs(startedAt + seconds * 1000))
  const intervals = spans.map(({ from, to }) => ({ from: toIso(from), to: toIso(to), joules: (watts * (to - from)) / 1000, coverage }))
  const boardJ = intervals.reduce((sum, { joules }) => sum + joules, 0)
  return {
    startedAt: toIso(startedAt),
    endedAt: toIso(startedAt + seconds * 1000),
    durationMs: seconds * 1000 - dice.pick([0, 0.25, 900]),
    sleepMs: 0,
    devices,
    method: dice.pick(MeterMethod.options),
    intervals,
    boardJ,
    marginalJ: orNull(dice, boardJ * 0.9),
    idleW: orNull(dice, 20),
    meanW: watts,
    peakW: watts * 1.2,
    samples: seconds,
    expectedSamples: seconds,
    maxGapMs: 1000,
    coverage,
    resets: dice.below(2),
    wraps: 1,
    stuck: 0,
    counterStart: orNull(dice, dice.between(0, 1e6)),
    counterEnd: orNull(dice, dice.between(0, 1e6)),
    crossCheckRatio: orNull(dice, dice.between(0.5, 2)),
    uncertaintyPct: dice.between(1, 40),
    uncertaintyBasis: 'sensor, edges',
    shared: dice.maybe(0.2),
    sampleLogSha256: dice.hex(64),
    runtime: { name: dice.pick(['docker', 'wasm'] as const), image },
    exitCode: dice.pick([0, 1, -1]),
    outputSha256: dice.hex(64),
    evidence: dice.pick(['software', 'tpm', 'tpm'] as const),
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Changes what a node says of a run before anything is made of it. */
export type Oddity = (proof: EnergyProof) => EnergyProof

interface Node {
  readonly nodeKeys: readonly KeyPair[]
  readonly style: Style
  readonly jobId: string
  readonly oddity: Oddity
}

/** Proofs of one node, one after another, some of them right after each other in its chain. */
function proofsOf(dice: Dice, { nodeKeys, style, jobId, oddity }: Node) {
  const image = `sha256:${dice.hex(64)}`
  let at = fromIso('2026-11-21T00:00:00.000Z') + dice.below(86_400_000)
  let [seq, prev] = dice.maybe(0.5) ? [1, null as string | null] : [2 + dice.below(1e6), dice.hex(64)]
  const count = 1 + dice.pick([0, 0, 1, 2, 3])
  const firstSigner = dice.below(nodeKeys.length)
  return Array.from({ length: count }, (_, index) => {
    const seconds = dice.pick([10, 600, 5_400, 1 + dice.below(10_000)])
    const identity = { proofId: `p-${dice.hex(12)}`, nodeId: nodeKeys[0]?.keyId ?? '', jobId, attemptId: `a-${index}`, leaseId: `l-${index}` }
    const body = { ...identity, seq, prev, ...measure(dice, { startedAt: at, seconds, image }) }
    const honest = (
      dice.maybe(0.3) ? { v: 2, ...body, solarJ: body.boardJ * dice.pick([0, 0.5, 1]), solarBasis: 'declared' } : { v: 1, ...body }
    ) as EnergyProof
    const proof = oddity(honest)
    const bodySha256 = sha256(writeJson(proof, style))
    const isNext = dice.maybe(0.6)
    ;[seq, prev] = isNext ? [seq + 1, bodySha256] : [seq + 2 + dice.below(9), dice.hex(64)]
    at += seconds * 1000 + dice.below(1e7)
    const signer = nodeKeys[index === count - 1 ? nodeKeys.length - 1 : firstSigner]
    if (!signer) throw new Error('a node has a key')
    return { proof, bodySha256, signer }
  })
}

/** A receipt that holds, as `seed` wants it, but for what is odd about its proofs: the coordinator believes them. */
export function planReceipt(seed: string, oddity: Oddity = (proof) => proof): Plan {
  const dice = createDice(seed)
  const kind = () => dice.pick(['OKP', 'OKP', 'EC'] as const)
  const nodeKeys = Array.from({ length: dice.pick([1, 1, 1, 2, 3]) }, (_, index) => keyPair(kind(), `${seed} node ${index}`))
  const receiptKey = keyPair(kind(), `${seed} receipt`)
  const style = dice.pick(STYLES)
  const jobId = `job-${dice.hex(8)}`
  const proofs = proofsOf(dice, { nodeKeys, style, jobId, oddity })
  const g = dice.between(0, 20)
  const statement = buildReceipt({
    receiptId: `r-${dice.hex(16)}`,
    issuedAt: fromIso('2026-11-23T14:31:00.000Z'),
    job: { jobId, submittedAt: '2026-11-20T09:10:00.000Z', modelId: dice.pick([null, 'llama-3', 'モデル']), zone: dice.pick(ZONES) },
    image: proofs[0]?.proof.runtime.image ?? '',
    outputSha256: proofs.at(-1)?.proof.outputSha256 ?? '',
    proofs,
    intensityAt: () => grid(dice),
    baseline: { zone: dice.pick(ZONES), intensityAt: () => grid(dice) },
    overhead: dice.maybe(0.5) ? { factor: dice.between(1, 1.3), basis: 'declared by the owner' } : undefined,
    marginal: dice.maybe(0.3) ? { gPerKWh: dice.between(-50, 900), source: 'WattTime' } : undefined,
    embodied: dice.maybe(0.5) ? { g, low: g / 2, high: g * 2, source: 'boaviztapi' } : undefined,
  })
  return {
    seed,
    style,
    nodeKeys,
    receiptKey,
    logKey: dice.maybe(0.8) ? keyPair(kind(), `${seed} log`) : receiptKey,
    proofs,
    statement,
    isAnchored: dice.maybe(0.4),
  }
}
