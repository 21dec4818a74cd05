import { type Tx, transact } from '../persistence/database.ts'
import { recordEnd } from './challenge-answer.ts'
import { isKept, standsFor, tickChallenge } from './challenge-machine.ts'
import type { ChallengeDeps } from './challenge-ports.ts'
import type { ChallengePresence } from './challenge-presence.ts'
import { type StoredChallenge, createChallengesStore } from './challenges.store.ts'
import { createProofsStore } from './proofs.store.ts'

const AT_ONCE = 200

interface Watch {
  readonly presence: ChallengePresence
  /** Answers that have arrived and are being looked at: their node is not late. */
  readonly examining: ReadonlySet<string>
}

/** One round over whatever time moves on. A round that failed leaves everything to the next one. */
export function createSweep(deps: ChallengeDeps, watch: Watch): () => Promise<void> {
  let returned: readonly string[] = []
  return async () => {
    returned = [...returned, ...watch.presence.takeReturned()]
    let ended = 0
    for (const challenge of await waitingIn(deps, returned)) {
      const moved = await transact(deps.db, (tx) => moveOn(deps, watch, { tx, challengeId: challenge.challengeId }))
      if (moved?.state === 'asked') deps.push(moved.nodeId, { challengeId: moved.challengeId, proofId: moved.proofId })
      if (moved?.state !== 'overdue') continue
      deps.onEnded(moved)
      ended += 1
    }
    returned = []
    if (ended > 0) await deps.recorded()
  }
}

async function waitingIn({ db, clock }: ChallengeDeps, returned: readonly string[]): Promise<StoredChallenge[]> {
  const store = createChallengesStore(db)
  const waiting = await store.due(clock.now(), AT_ONCE)
  for (let from = 0; from < returned.length; from += AT_ONCE) waiting.push(...(await store.awaiting(returned.slice(from, from + AT_ONCE))))
  return waiting
}

const LATE = 'The node was there and did not hand in the samples in time. The receipt and the money stand; the record of it stays.'

/** Reads again inside the transaction what may have changed since the sweep began. Returns the challenge if it changed. */
async function moveOn(deps: ChallengeDeps, watch: Watch, { tx, challengeId }: { tx: Tx; challengeId: string }): Promise<StoredChallenge | null> {
  const store = createChallengesStore(tx)
  const challenge = await store.get(challengeId)
  if (!challenge || watch.examining.has(challengeId)) return null
  const moved: StoredChallenge = { ...challenge, ...tickChallenge(challenge, deps.clock.now(), watch.presence.of(challenge.nodeId)) }
  if (moved.state === challenge.state && moved.dueAt === challenge.dueAt) return null
  if (challenge.state === 'planned') return beginSpotCheck(deps, tx, moved)
  const ended = moved.state === 'overdue' ? { ...moved, message: LATE } : moved
  await store.put(ended)
  await recordEnd(deps, tx, ended)
  return ended
}

/** A spot check is let go if the proof was challenged meanwhile, or its samples need not be kept any longer. */
async function beginSpotCheck(deps: ChallengeDeps, tx: Tx, challenge: StoredChallenge): Promise<StoredChallenge | null> {
  const { challengeId, proofId, nodeId, cause } = challenge
  const store = createChallengesStore(tx)
  const now = deps.clock.now()
  const [last] = await store.ofProof(proofId)
  const { acceptedAt } = await createProofsStore(tx).accepted(proofId)
  if ((last && standsFor(last, now)) || !isKept(acceptedAt, now)) {
    await store.remove(challengeId)
    return null
  }
  await store.put(challenge)
  await deps.decide(tx, 'challenge.asked', { challengeId, proofId, nodeId, cause })
  return challenge
}
