import type { CoordinatorConfig } from './config.ts'
import type { CoordinatorEvents } from './events.ts'
import type { SocketHub } from './http/socket.ts'
import { createExamine } from './proofs/challenge-examine.ts'
import type { ChallengeDeps } from './proofs/challenge-ports.ts'
import { type Challenges, createChallenges } from './proofs/challenges.ts'
import type { Standings } from './standings.ts'

/** A node that misses this many heartbeats counts as away. */
const MISSED_HEARTBEATS = 3

interface ChallengingDeps extends Pick<ChallengeDeps, 'db' | 'loopDb' | 'clock' | 'ids' | 'random' | 'decide' | 'choose' | 'recordEvent'> {
  readonly config: Pick<CoordinatorConfig, 'heartbeatMs' | 'challengeRate'>
  readonly events: Pick<CoordinatorEvents, 'challengeEnded' | 'challengesFailed'>
  readonly hub: Pick<SocketHub, 'send'>
  readonly standings: Pick<Standings, 'challenged'>
  /** Tells connected nodes that something was recorded for them. */
  readonly hint: () => Promise<void>
}

/** Challenges as the coordinator runs them: pushed over the agents' socket, examined in a thread of their own. */
export function createChallenging({ config, events, hub, hint, standings, ...deps }: ChallengingDeps): Challenges {
  return createChallenges({
    ...deps,
    recordEvent: async (tx, nodeId, fact) => {
      await deps.recordEvent(tx, nodeId, fact)
      if (fact.kind === 'challenge') await standings.challenged(tx, nodeId, fact.state)
    },
    rate: config.challengeRate,
    awayAfterMs: MISSED_HEARTBEATS * config.heartbeatMs,
    examine: createExamine(deps.clock),
    push: (nodeId, challenge) => void hub.send(nodeId, { type: 'proof-challenge', ...challenge }),
    recorded: hint,
    onEnded: ({ nodeId, challengeId, state }) => events.challengeEnded(nodeId, challengeId, state),
    onFailure: events.challengesFailed,
  })
}
