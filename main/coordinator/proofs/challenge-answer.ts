import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { type Verdict, endChallenge, standingOf } from './challenge-machine.ts'
import type { ChallengeDeps } from './challenge-ports.ts'
import { type StoredChallenge, createChallengesStore } from './challenges.store.ts'
import { createProofsStore } from './proofs.store.ts'

export type AnswerInput = InputOf<typeof coordinatorContract.answerChallenge> & { readonly nodeId: string }
type Answer = OutputOf<typeof coordinatorContract.answerChallenge>

interface Outcome {
  readonly state: Verdict
  readonly message: string
  readonly figures: StoredChallenge['figures']
}

/** What is known of open challenges beside the database. */
export interface Underway {
  /** Those whose answer is being looked at. */
  readonly examining: Set<string>
  /** How many answers to each could not be read. */
  readonly unusable: Map<string, number>
}

/** Examining costs us more than sending costs a node. */
const MAX_UNUSABLE = 3

const conflict = (message: string) => new WindfallError('conflict', message)

/** The challenge that is answered, and the verdict if this very answer was given before. Errors: `not-found`, `conflict`. */
async function find(db: Db | Tx, { nodeId, challengeId }: AnswerInput, sentSha256: string): Promise<{ challenge: StoredChallenge; before: Answer | null }> {
  const challenge = await createChallengesStore(db).get(challengeId)
  const standing = challenge?.nodeId === nodeId ? standingOf(challenge, sentSha256) : 'unknown'
  if (!challenge || standing === 'unknown') throw new WindfallError('not-found', `This node was not asked for anything under ${challengeId}.`)
  if (standing === 'late') throw conflict('The time for this answer has passed.')
  if (standing === 'other') throw conflict('This challenge was answered before, differently. The first answer counts.')
  return { challenge, before: standing === 'repeated' ? { state: challenge.state as Verdict, message: challenge.message } : null }
}

/**
 * Takes the answer to a challenge, once: the same answer again gets the same verdict, another one is refused. What cannot be read at all
 * decides nothing at first; the node may send it properly a few times, until its time is over.
 * Errors: `not-found`, `conflict`, `input.invalid`, `input.too-large`, `unavailable`.
 */
export async function answerChallenge(deps: ChallengeDeps, { examining, unusable }: Underway, input: AnswerInput): Promise<Answer> {
  const { challengeId, log, reason } = input
  if ((log === null) === (reason === null)) throw new WindfallError('input.invalid', 'Send either the sample log or a reason why there is none.')
  const sentSha256 = sha256Hex(log ?? `refused: ${reason}`)
  const { challenge, before } = await find(deps.db, input, sentSha256)
  if (before) return before
  if (examining.has(challengeId)) throw new WindfallError('unavailable', 'An answer to this challenge is being looked at. Try again in a moment.')
  examining.add(challengeId)
  try {
    const outcome = await judge(deps, challenge, input).catch((error: unknown) => giveUp(unusable, challengeId, error))
    const { answer, ended } = await transact(deps.db, (tx) => end(deps, tx, { input, sentSha256, outcome }))
    if (ended) deps.onEnded(ended)
    await deps.recorded()
    return answer
  } finally {
    examining.delete(challengeId)
  }
}

async function judge({ db, examine }: ChallengeDeps, { proofId }: StoredChallenge, { log, reason }: AnswerInput): Promise<Outcome> {
  const { proof } = await createProofsStore(db).accepted(proofId)
  if (log === null) return { state: 'refused', message: `The node says that it cannot give the samples: ${reason}`, figures: [] }
  return examine({ proof, gzip: Buffer.from(log, 'base64') })
}

/** A node that keeps sending what cannot be read has no samples to give. */
function giveUp(unusable: Map<string, number>, challengeId: string, error: unknown): Outcome {
  if (!(error instanceof WindfallError) || !error.code.startsWith('input.')) throw error
  const times = (unusable.get(challengeId) ?? 0) + 1
  unusable.set(challengeId, times)
  if (times < MAX_UNUSABLE) throw error
  unusable.delete(challengeId)
  return { state: 'refused', message: `The node sent ${times} times what cannot be read. ${error.message}`, figures: [] }
}

interface Ending {
  readonly input: AnswerInput
  readonly sentSha256: string
  readonly outcome: Outcome
}

async function end(deps: ChallengeDeps, tx: Tx, { input, sentSha256, outcome }: Ending): Promise<{ answer: Answer; ended: StoredChallenge | null }> {
  const { challenge, before } = await find(tx, input, sentSha256)
  if (before) return { answer: before, ended: null }
  const { state, figures } = outcome
  const moved = endChallenge(challenge, { verdict: state, answerSha256: sentSha256, now: deps.clock.now() })
  const ended = { ...challenge, ...moved, message: outcome.message.slice(0, 500), figures }
  await createChallengesStore(tx).put(ended)
  await recordEnd(deps, tx, ended)
  return { answer: { state, message: ended.message }, ended }
}

/** An ended challenge enters the audit log, and the node's owner is told in words. */
export async function recordEnd(
  { decide, recordEvent }: ChallengeDeps,
  tx: Tx,
  { challengeId, proofId, nodeId, state, message }: StoredChallenge,
): Promise<void> {
  if (state === 'planned' || state === 'asked') return
  const { jobId } = await createProofsStore(tx).accepted(proofId)
  await decide(tx, 'challenge.ended', { challengeId, proofId, nodeId, state, message })
  await recordEvent(tx, nodeId, { kind: 'challenge', challengeId, proofId, jobId, state, message })
}
