/** Computes every figure of a receipt again from the proofs it rests on. */
import { fromIso, JOULES_PER_WH } from '../units.ts'
import { qualityOf, solarJOf } from './build-receipt.ts'
import { emissionsOf, gpuHoursOf, sciOf } from './carbon.ts'
import type { ReceiptPredicate } from './carbon-receipt.ts'
import type { EnergyProof } from './energy-proof.ts'

const TOLERANCE = 1e-9

/** Relative to the larger of the two, or to `scale` where the figure is a difference of larger ones. What overflows is close to nothing. */
const close = (a: number, b: number, scale = 0): boolean => Number.isFinite(a - b) && Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b), scale)
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

function proofProblem(proof: EnergyProof): string | null {
  const metered = sum(proof.intervals.map(({ joules }) => joules))
  return close(metered, proof.boardJ) ? null : `the intervals of proof ${proof.proofId} add up to ${metered} J, not ${proof.boardJ} J`
}

function intervalProblem(predicate: ReceiptPredicate, proofs: readonly EnergyProof[]): string | null {
  const metered = proofs.flatMap(({ intervals }) => intervals)
  if (metered.length !== predicate.intervals.length) return `the receipt has ${predicate.intervals.length} intervals, its proofs have ${metered.length}`
  for (const [index, row] of predicate.intervals.entries()) {
    const source = metered[index]
    if (source?.from !== row.from || source.to !== row.to) return `interval ${index + 1} is not the one that was metered`
    if (!close(source.joules * predicate.overhead.factor, row.joules))
      return `interval ${index + 1} holds ${row.joules} J, but ${source.joules} J were metered and the overhead factor is ${predicate.overhead.factor}`
  }
  return null
}

/** Checks one named figure after another and says the first that is wrong. */
function figureProblem(predicate: ReceiptPredicate, proofs: readonly EnergyProof[]): string | null {
  const joules = sum(predicate.intervals.map((row) => row.joules))
  const emissionsG = emissionsOf(predicate.intervals)
  const savingG = predicate.baseline.emissionsG - predicate.emissionsG
  const sci = sciOf(emissionsG, predicate.embodied?.g ?? 0, gpuHoursOf(proofs))
  const { marginal, embodied, solarJ } = predicate
  const figures: readonly (readonly [name: string, stated: number, computed: number, scale?: number])[] = [
    ['the energy in Wh', predicate.energyWh, joules / JOULES_PER_WH],
    ['the figure for emissions in grams', predicate.emissionsG, emissionsG],
    ['the attributed saving in grams', predicate.attributedSavingG, savingG, Math.max(predicate.baseline.emissionsG, predicate.emissionsG)],
    ['the SCI', predicate.sci.value, sci.value],
    ...(marginal ? [['the marginal figure in grams', marginal.emissionsG, emissionsOf([{ joules, gPerKWh: marginal.gPerKWh }])] as const] : []),
  ]
  const wrong = figures.find(([, stated, computed, scale]) => !close(stated, computed, scale))
  if (wrong) return `${wrong[0]} is ${wrong[1]}, computed again it is ${wrong[2]}`
  if (predicate.sci.r !== sci.r) return `the SCI is per ${predicate.sci.r}, but the metered devices make it per ${sci.r}`
  if (embodied && !(embodied.low <= embodied.g && embodied.g <= embodied.high)) return 'the embodied carbon lies outside its own bounds'
  if (solarJ !== null && solarJ > joules * (1 + TOLERANCE)) return 'more solar energy is declared than energy was used'
  const proven = solarJOf(proofs)
  const agrees = solarJ === null || proven === null ? solarJ === proven : close(solarJ, proven)
  return agrees ? null : `the receipt says ${solarJ ?? 'no'} J of solar energy, its proofs say ${proven ?? 'no'} J`
}

function qualityProblem(predicate: ReceiptPredicate, proofs: readonly EnergyProof[]): string | null {
  const quality = qualityOf(proofs)
  if (predicate.method !== quality.method || predicate.evidence !== quality.evidence) return 'method or evidence is not that of the weakest proof'
  return close(predicate.uncertaintyPct, quality.uncertaintyPct)
    ? null
    : `the uncertainty is ${predicate.uncertaintyPct} %, the proofs say ${quality.uncertaintyPct} %`
}

/** The first figure that does not follow from the proofs (relative tolerance 1e-9), in words; `null` if all do. */
export function arithmeticProblem(predicate: ReceiptPredicate, proofs: readonly EnergyProof[]): string | null {
  for (const proof of proofs) {
    const problem = proofProblem(proof)
    if (problem) return problem
  }
  return intervalProblem(predicate, proofs) ?? figureProblem(predicate, proofs) ?? qualityProblem(predicate, proofs)
}

/** Fields of the node's chain, as far as one receipt shows them: numbers rise, and neighbours name each other. `sha256` = hex hash of the body. */
export function chainProblem(links: readonly { readonly proof: EnergyProof; readonly sha256: string }[]): string | null {
  for (const [index, { proof }] of links.entries()) {
    const before = links[index - 1]
    if ((proof.seq === 1) !== (proof.prev === null))
      return `proof ${proof.seq} of the node's chain ${proof.prev === null ? 'names no predecessor' : 'cannot have a predecessor'}`
    if (!before) continue
    if (proof.seq <= before.proof.seq) return `proof ${proof.seq} follows proof ${before.proof.seq}`
    if (proof.seq === before.proof.seq + 1 && proof.prev !== before.sha256) return `proof ${proof.seq} does not name the hash of proof ${before.proof.seq}`
    if (fromIso(proof.startedAt) < fromIso(before.proof.startedAt)) return `proof ${proof.seq} started before proof ${before.proof.seq}`
  }
  return null
}
