import type { ChallengeCause, ChallengeFigure, ChallengeState, ChallengeView, ProofView, UnpaidCause } from '../../shared/contract/proof.ts'
import { energy, meteredEnergy } from './format.ts'
import { table } from './output.ts'

export const CHALLENGE_WORD = {
  asked: 'asked, no answer yet',
  valid: 'samples confirm it',
  mismatch: 'SAMPLES DO NOT FIT',
  refused: 'no samples to check it by',
  overdue: 'node did not answer',
} as const satisfies Record<ChallengeState, string>

const UNPAID_WORD = {
  failed: 'not paid, because the job failed',
  expired: 'not paid, because the job missed its deadline',
  wrong: 'not paid, because what came of it was wrong',
  differs: 'not paid, because others agree on another result',
  undecided: 'not paid, because too few agree with its result',
} as const satisfies Record<UnpaidCause, string>

const CAUSE_WORD = {
  random: ' (spot check)',
  unlikely: ' (because something about the proof is unlikely)',
  requested: '',
} as const satisfies Record<ChallengeCause, string>

/** Ten digits: more than the tolerance between two figures that agree. */
const textOf = (value: ChallengeFigure['claimed']): string => (value === null ? '–' : String(typeof value === 'number' ? Number(value.toPrecision(10)) : value))

/** The verdict, and every figure of the proof beside what the samples give. */
export function describeChallenge({ state, message, askedAt, endedAt, cause, figures }: ChallengeView): string[] {
  const mark = state === 'valid' ? '✓' : state === 'asked' ? '…' : '✗'
  const rows = figures.map(({ name, claimed, found, agrees }) => [agrees ? '✓' : '✗', name, textOf(claimed), textOf(found)])
  return [
    `${mark} ${CHALLENGE_WORD[state]}: ${message}`,
    `  asked ${askedAt}${CAUSE_WORD[cause]}${endedAt === null ? '' : `, ended ${endedAt}`}`,
    ...(rows.length === 0 ? [] : ['', ...table([['', 'figure', 'proof', 'samples'], ...rows])]),
  ]
}

/** A run that was given back waits for the end of its job. */
const paidBy = ({ receiptId, unpaid }: Pick<ProofView, 'receiptId' | 'unpaid'>): string =>
  receiptId === null ? (unpaid === null ? 'paid when the job is finished' : UNPAID_WORD[unpaid]) : `receipt ${receiptId}`

/** A proof in words, with every challenge of it. */
export function describeProof({ proof, challenges, signals, ...of }: ProofView): string[] {
  const devices = proof.devices.map(({ name, kind }) => `${name} (${kind})`).join(', ')
  const rows = proof.intervals.map((at) => [at.from.slice(0, 19), at.to.slice(0, 19), energy(at.joules), `${(at.coverage * 100).toFixed(1)} %`])
  return [
    `proof      ${of.proofId}, number ${proof.seq} of its node, accepted ${of.acceptedAt}`,
    `job        ${of.jobId} on node ${of.nodeId.slice(0, 12)}…, ${paidBy(of)}`,
    `devices    ${devices}${proof.shared ? ', shared with other programs' : ''}`,
    `energy     ${meteredEnergy(proof.boardJ, proof.method)} ± ${proof.uncertaintyPct.toFixed(1)} % by ${proof.method} (${proof.uncertaintyBasis})`,
    `samples    ${proof.samples} of ${proof.expectedSamples}, coverage ${(proof.coverage * 100).toFixed(1)} %, log ${proof.sampleLogSha256.slice(0, 16)}…`,
    ...signals.map(({ message }) => `unlikely   ${message} It counts and is paid all the same.`),
    '',
    ...table([['from (UTC)', 'to (UTC)', 'energy', 'coverage'], ...rows]),
    '',
    ...(challenges.length === 0 ? [`never challenged; to ask for the samples: windfall proof challenge ${of.proofId}`] : []),
    ...challenges.flatMap(({ figures, ...challenge }) => describeChallenge({ ...challenge, figures: figures.filter(({ agrees }) => !agrees) })),
  ]
}
