import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { Client } from '../../../shared/contract/define.ts'
import { type ChallengeAnswer, MAX_COMPRESSED_LOG_BYTES, MAX_OPEN_CHALLENGES, type OpenChallenge } from '../../../shared/contract/proof.ts'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import type { Logger } from '../../kernel/log.ts'

const GONE = 'The samples behind this proof are no longer on this machine.'
const TOO_LARGE = 'The samples behind this proof are more than one request can carry.'
const REMEMBERED = 256

export interface ChallengeDeps {
  readonly call: Client<typeof coordinatorContract>['call']
  /** The exact bytes whose hash the proof carries, as gzip; `null` if they are gone. Rejects while the disk cannot be read. */
  readonly readLog: (proofId: string) => Promise<Uint8Array | null>
  readonly log: Pick<Logger, 'info' | 'warn'>
}

export interface ChallengeAnswers {
  /** To be called with every challenge that is heard of, as often as it is. */
  readonly challenged: (challenges: readonly OpenChallenge[]) => void
  /** Whether an answer got lost since challenges were last heard of, so that they should be asked for again soon. */
  readonly lost: () => boolean
}

/**
 * Hands in the samples a coordinator asks for: each challenge is answered once at a time, one log is in memory at a time, and what got lost
 * on its way is answered when it is heard of again.
 */
export function answerChallenges(deps: ChallengeDeps): ChallengeAnswers {
  let lost = false
  const waiting = new Map<string, OpenChallenge>()
  /** Those the coordinator gave a final word on. */
  const settled = new Set<string>()
  let running = false
  const drain = async (): Promise<void> => {
    if (running) return
    running = true
    for (let next = first(waiting); next; next = first(waiting)) {
      if (await answer(deps, next)) remember(settled, next.challengeId)
      else lost = true
      waiting.delete(next.challengeId)
    }
    running = false
  }
  return {
    lost: () => lost,
    challenged(challenges) {
      lost = false
      for (const challenge of challenges)
        if (!settled.has(challenge.challengeId) && waiting.size < MAX_OPEN_CHALLENGES) waiting.set(challenge.challengeId, challenge)
      void drain()
    },
  }
}

const first = (waiting: ReadonlyMap<string, OpenChallenge>): OpenChallenge | undefined => waiting.values().next().value

function remember(settled: Set<string>, challengeId: string): void {
  settled.add(challengeId)
  const [oldest] = settled
  if (settled.size > REMEMBERED && oldest !== undefined) settled.delete(oldest)
}

/** True if the coordinator needs no further answer of ours. Never rejects. */
async function answer({ call, readLog, log }: ChallengeDeps, { challengeId, proofId }: OpenChallenge): Promise<boolean> {
  try {
    const { state, message } = await call('answerChallenge', { challengeId, ...answerOf(await readLog(proofId)) })
    log.info({ proofId, state, reason: message }, 'the samples behind a proof were asked for')
    return true
  } catch (error) {
    const final = error instanceof WindfallError && !error.retry && error.code !== 'internal'
    log[final ? 'warn' : 'info']({ proofId, reason: messageOf(error) }, final ? 'the answer to a challenge was not taken' : 'a challenge waits for its answer')
    return final
  }
}

function answerOf(packed: Uint8Array | null): ChallengeAnswer {
  if (!packed) return { log: null, reason: GONE }
  return packed.length > MAX_COMPRESSED_LOG_BYTES
    ? { log: null, reason: TOO_LARGE }
    : { log: Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength).toString('base64'), reason: null }
}
