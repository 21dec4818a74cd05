import type { Access } from '../../../shared/contract/define.ts'
import type { FailureCode } from '../../../shared/errors.ts'

/** Whoever asks for anything may be told so. */
const ALWAYS: readonly FailureCode[] = ['input.invalid', 'request.garbled', 'auth.refused', 'not-found', 'rate.limited', 'internal']
/** What reads and writes the books. */
const STORAGE: readonly FailureCode[] = ['storage.failed', 'storage.full', 'storage.read-only', 'storage.unavailable', 'storage.fenced', 'unavailable']

const PROOF: readonly FailureCode[] = [
  'lease.lost',
  'proof.malformed',
  'proof.signature',
  'proof.wrong-node',
  'proof.sequence',
  'proof.replayed',
  'proof.lease',
  'proof.time',
  'proof.implausible',
  'proof.output',
  'proof.runtime',
  'grid.unavailable',
]
const VAULT: readonly FailureCode[] = ['chain.unavailable', 'chain.refused', 'funds.insufficient']
const LEASE: readonly FailureCode[] = ['lease.lost', 'proof.lease']
const GRID: readonly FailureCode[] = ['grid.unavailable', 'grid.unknown-zone']
const SUBMISSION: readonly FailureCode[] = ['funds.insufficient', 'job.unplaceable', 'grid.unknown-zone']

/** What a call may say beyond what every call may. */
const OWN: Readonly<Record<string, readonly FailureCode[]>> = {
  beginEnrolment: ['enrolment.refused'],
  enrol: ['enrolment.refused', ...GRID],
  inviteMember: ['config.invalid', 'approval.waiting'],
  openSignIn: ['config.invalid'],
  finishSignIn: ['config.invalid'],
  startAttempt: LEASE,
  failAttempt: LEASE,
  giveBack: PROOF,
  submitProof: PROOF,
  submitProofs: PROOF,
  answerChallenge: PROOF,
  appendLog: LEASE,
  heartbeat: GRID,
  getSolarForecast: GRID,
  submitJob: SUBMISSION,
  submitArray: SUBMISSION,
  planJob: [...GRID, 'job.unplaceable'],
  addCanary: ['funds.insufficient', 'job.unplaceable'],
  cancelJob: ['job.not-cancellable'],
  cancelArray: ['job.not-cancellable'],
  simulateEvent: GRID,
  findZone: GRID,
  getSignal: GRID,
  getSignalOf: GRID,
  getGridHistory: GRID,
  getGridAccuracy: GRID,
  getAbundance: GRID,
  setPayoutAddress: ['payout.refused', 'chain.unavailable'],
  beginWalletLink: ['payout.refused'],
  answerWalletLink: ['payout.refused', 'chain.unavailable'],
  confirmWalletLink: ['payout.refused', 'chain.unavailable'],
  getPayoutTerms: ['chain.unavailable'],
  setPayoutTerms: ['payout.refused', 'chain.unavailable'],
  quotePayout: ['payout.refused', 'chain.unavailable', 'funds.insufficient'],
  claimPayout: ['payout.refused', 'chain.unavailable', 'funds.insufficient'],
  getPayoutStatus: ['chain.unavailable'],
  pausePayouts: ['chain.unavailable'],
  resumePayouts: ['chain.unavailable'],
  approvePayout: ['payout.refused'],
  rejectPayout: ['payout.refused'],
  rebuildPayouts: ['chain.unavailable'],
  requestDeposit: ['chain.unavailable'],
  decideDeposit: ['chain.unavailable'],
  openVault: VAULT,
  planVault: VAULT,
  signVault: VAULT,
  cancelVault: VAULT,
  getVault: VAULT,
  writeOffVault: [...VAULT, 'approval.waiting'],
  refundRequester: ['funds.insufficient', 'approval.waiting'],
  fundRequester: ['approval.waiting'],
  changeMember: ['approval.waiting'],
  chargeBack: ['funds.insufficient'],
  openDispute: ['funds.insufficient'],
  decideDispute: ['funds.insufficient'],
  redeemCredits: ['funds.insufficient'],
  redeemCommunityCredits: ['funds.insufficient'],
  putCheckpoint: [...LEASE, 'input.too-large'],
  getCheckpoint: LEASE,
  getInput: LEASE,
}

interface Asked {
  readonly access: Access
  readonly takesBody: boolean
}

/** Every code that a call may answer with, without repetition. */
export const codesOf = (name: string, { access, takesBody }: Asked): readonly FailureCode[] => [
  ...new Set<FailureCode>([
    ...ALWAYS,
    ...STORAGE,
    ...(access === 'public' ? [] : (['auth.required'] as const)),
    ...(takesBody ? (['input.too-large', 'conflict'] as const) : []),
    ...(OWN[name] ?? []),
  ]),
]
