import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import { type ChallengeCause, type ChallengeView, MAX_OPEN_CHALLENGES, type OpenChallenge } from '../../../shared/contract/proof.ts'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { type Tx, transact } from '../persistence/database.ts'
import { answerChallenge } from './challenge-answer.ts'
import { askChallenge, isKept, planChallenge, standsFor } from './challenge-machine.ts'
import { spotCheckPolicy } from './challenge-policy.ts'
import type { ChallengeDeps } from './challenge-ports.ts'
import { type ChallengePresence, createChallengePresence } from './challenge-presence.ts'
import { createSweep } from './challenge-sweep.ts'
import { viewOf } from './challenge-view.ts'
import { type StoredChallenge, createChallengesStore } from './challenges.store.ts'
import { requireProof } from './read.ts'

type Contract = typeof coordinatorContract

const SWEEP_MS = 1_000

export interface Challenges {
  /** Decides, in the transaction that accepts a proof, whether and when its samples are asked for. */
  readonly plan: (tx: Tx, of: { readonly proofId: string; readonly nodeId: string; readonly isUnlikely: boolean }) => Promise<void>
  /** Errors: `not-found`, `conflict` if the samples need not be kept any longer, `rate.limited`. */
  readonly ask: (requesterId: string, proofId: string) => Promise<ChallengeView>
  /** Newest first. Error: `not-found`. */
  readonly list: (requesterId: string, proofId: string) => Promise<ChallengeView[]>
  /** What a node has to answer. */
  readonly open: (nodeId: string) => Promise<OpenChallenge[]>
  /** A node was heard, whichever way. */
  readonly heard: (nodeId: string) => void
  /** Errors: `not-found`, `conflict`, `input.invalid`, `input.too-large`, `unavailable`. */
  readonly answer: (nodeId: string, input: InputOf<Contract['answerChallenge']>) => Promise<OutputOf<Contract['answerChallenge']>>
  /** Begins spot checks and ends what is overdue, once. */
  readonly sweep: () => Promise<void>
  /** Does so every second until `signal` aborts. */
  readonly run: (signal: AbortSignal) => Promise<void>
}

/** Asks nodes for the samples behind their proofs, at random and on demand, and keeps what came of it. */
export function createChallenges(deps: ChallengeDeps): Challenges {
  const presence = createChallengePresence(deps.clock, deps.awayAfterMs)
  const underway = { examining: new Set<string>(), unusable: new Map<string, number>() }
  const sweep = createSweep({ ...deps, db: deps.loopDb }, { presence, examining: underway.examining })
  return {
    plan: (tx, of) => planSpotCheck(deps, tx, of),
    ask: (requesterId, proofId) => ask(deps, presence, { requesterId, proofId }),
    async list(requesterId, proofId) {
      await requireProof(deps.db, { requesterId, proofId })
      return (await createChallengesStore(deps.db).ofProof(proofId)).map(viewOf)
    },
    open: (nodeId) => createChallengesStore(deps.db).openOf(nodeId, MAX_OPEN_CHALLENGES),
    heard: presence.heard,
    answer: (nodeId, input) => answerChallenge(deps, underway, { ...input, nodeId }),
    sweep,
    async run(signal) {
      while (await deps.clock.sleep(SWEEP_MS, signal)) await sweep().catch((error: unknown) => deps.onFailure(messageOf(error)))
    },
  }
}

/** Uniform in [0, 1), from random bytes. */
const drawOf = (random: ChallengeDeps['random']) => (): number => Buffer.from(random(4)).readUInt32BE() / 2 ** 32

const fresh = (deps: ChallengeDeps, of: { proofId: string; nodeId: string; cause: ChallengeCause }) => ({
  challengeId: deps.ids.next(),
  proofId: of.proofId,
  nodeId: of.nodeId,
  cause: of.cause,
  message: '',
  figures: [],
})

async function planSpotCheck(deps: ChallengeDeps, tx: Tx, of: { proofId: string; nodeId: string; isUnlikely: boolean }): Promise<void> {
  if (deps.rate === 0) return
  const draw = drawOf(deps.random)
  const drawn = { acceptedAt: deps.clock.now(), rate: deps.rate, draws: [draw(), draw()] as const }
  const inputs = { draw: of.isUnlikely ? { ...drawn, isUnlikely: true as const } : drawn }
  const subject = { kind: 'proof', id: of.proofId } as const
  const answer = spotCheckPolicy.decide(inputs, subject)
  await deps.choose(tx, { kind: 'challenge.drawn', subject, also: [{ kind: 'node', id: of.nodeId }], policy: spotCheckPolicy, inputs, answer })
  const { at } = answer.outcome
  if (at !== null) await createChallengesStore(tx).add({ ...fresh(deps, { ...of, cause: of.isUnlikely ? 'unlikely' : 'random' }), ...planChallenge(at) })
}

/** Asks now, unless an earlier challenge answers for it already. */
async function ask(deps: ChallengeDeps, presence: ChallengePresence, asked: { requesterId: string; proofId: string }): Promise<ChallengeView> {
  const { nodeId, acceptedAt } = await requireProof(deps.db, asked)
  const { proofId } = asked
  const now = deps.clock.now()
  const asking = await transact(deps.db, async (tx) => {
    const store = createChallengesStore(tx)
    const [last] = await store.ofProof(proofId)
    if (last && standsFor(last, now)) return last
    if (!isKept(acceptedAt, now))
      throw new WindfallError('conflict', 'Nodes keep samples for 30 days after a proof was accepted; those of this proof may be gone.')
    if ((await store.openOf(nodeId, MAX_OPEN_CHALLENGES)).length >= MAX_OPEN_CHALLENGES)
      throw new WindfallError('rate.limited', 'This node has as many open challenges as it can be given. Try again when it has answered some.')
    const challenge: StoredChallenge = { ...fresh(deps, { proofId, nodeId, cause: 'requested' }), ...askChallenge(now, presence.of(nodeId)) }
    await store.add(challenge)
    await deps.decide(tx, 'challenge.asked', { challengeId: challenge.challengeId, proofId, nodeId, cause: challenge.cause })
    return challenge
  })
  if (asking.state === 'asked') deps.push(nodeId, { challengeId: asking.challengeId, proofId })
  return viewOf(asking)
}
