import type { ChallengeView } from '../../../shared/contract/proof.ts'
import { toIso } from '../../../shared/units.ts'
import type { StoredChallenge } from './challenges.store.ts'

const waitingWords = ({ dueAt }: StoredChallenge): string =>
  dueAt === null ? 'The node is away, which is no failure. It is asked when it is back.' : 'The node has been asked for the samples.'

const isoOrNull = (at: number | null): string | null => (at === null ? null : toIso(at))

/** A challenge as a requester sees it; one that is only planned is nobody's to see. */
export const viewOf = (challenge: StoredChallenge): ChallengeView => {
  const { challengeId, proofId, nodeId, cause, state, dueAt, askedAt, endedAt, message, figures } = challenge
  if (state === 'planned' || askedAt === null) throw new RangeError(`challenge ${challengeId} has not been asked`)
  const words = state === 'asked' ? waitingWords(challenge) : message
  const times = { askedAt: toIso(askedAt), deadlineAt: isoOrNull(dueAt), endedAt: isoOrNull(endedAt) }
  return { challengeId, proofId, nodeId, cause, state, ...times, message: words, figures: [...figures] }
}
