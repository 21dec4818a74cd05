/** Sample logs as an honest node records them, and the proofs that follow from them. */
import type { EnergyProof } from '../../../shared/domain/energy-proof.ts'
import { replaySampleLog } from '../../../shared/domain/energy/replay.ts'
import { type SampleLogHeader, encodeRow } from '../../../shared/domain/energy/sample-log.ts'
import { testProof } from '../../../shared/domain/receipt-bundle.fake.ts'
import { epochMs, monotonicMs } from '../../../shared/units.ts'
import { sha256Hex } from '../../kernel/signing.ts'

const MONO = 5_000
/** 2 mJ per W and millisecond of a load that is never the same twice. */
const loadW = (sample: number): number => 200 + 80 * Math.sin(sample / 7) + (sample % 5)

export interface SampledRun {
  readonly nodeId: string
  readonly attemptId: string
  /** Epoch milliseconds at which the run ended. */
  readonly endedAt: number
  readonly seconds: number
  readonly hz?: number
  /** Times the usual load. */
  readonly load?: number
}

const headerOf = ({ nodeId, attemptId, endedAt, seconds }: SampledRun): SampleLogHeader => ({
  v: 2,
  nodeId,
  attemptId,
  mono: MONO,
  wall: endedAt - seconds * 1_000,
  devices: [
    {
      uuidHash: 'a'.repeat(64),
      name: 'RTX 4080',
      method: 'counter',
      limitW: 320,
      idleW: 25,
      sensor: { updateMs: 100, uncertaintyPct: 5, basis: 'test', wrapMj: null, power: 'power-average' },
    },
  ],
})

/** The lines of the log of a run on the card that test nodes register: counter and power, once per `1 / hz` seconds. */
export function sampleLines(run: SampledRun): string[] {
  const { seconds, hz = 1, load = 1 } = run
  const header = headerOf(run)
  const lines = [JSON.stringify(header)]
  let energyMj = 1_000_000
  for (let sample = 0; sample <= seconds * hz; sample++) {
    const ms = (sample * 1_000) / hz
    lines.push(encodeRow(0, { mono: monotonicMs(MONO + ms), wall: epochMs(header.wall + ms), energyMj, powerMw: Math.round(loadW(sample) * load * 1_000) }))
    energyMj += Math.round((loadW(sample) * load * 1_000) / hz)
  }
  return lines
}

export const logOf = (lines: readonly string[]): Uint8Array => Buffer.from(`${lines.join('\n')}\n`)

/** What a proof has to say about a log. */
export function claimsOf(log: Uint8Array): Partial<EnergyProof> {
  const replay = replaySampleLog(log)
  if ('problem' in replay) throw new Error(replay.problem)
  const { conclusion, shared } = replay
  return { ...conclusion, shared, expectedSamples: conclusion.samples, sampleLogSha256: sha256Hex(log) }
}

/** A proof whose every figure follows from the log. */
export const honestProof = (run: SampledRun, log: Uint8Array): EnergyProof => testProof({ nodeId: run.nodeId, attemptId: run.attemptId, ...claimsOf(log) })
