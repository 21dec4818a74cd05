import { WindfallError } from '../../../shared/errors.ts'
import type { Tx } from '../persistence/database.ts'
import { type TokenDeps, redeemToken } from './enrolment-tokens.ts'
import { type Node, createNodesStore } from './nodes.store.ts'
import { createStandingStore } from './standing.store.ts'

const REMOVED = 'This node was removed from the coordinator. '
const ASK = 'Ask its operator for an enrolment token, and start the agent with --enrolment-token TOKEN.'

/**
 * Lets in a node that is new, or one that was removed and comes back, which nobody does without a token: whoever removed it meant it.
 * Error: `enrolment.refused`.
 */
export async function admit(
  deps: Pick<TokenDeps, 'clock' | 'decide'> & { readonly requiresToken: boolean },
  tx: Tx,
  { node: { nodeId, state }, token }: { readonly node: Pick<Node, 'nodeId' | 'state'>; readonly token: string | undefined },
): Promise<void> {
  const isBack = state === 'removed'
  if (token !== undefined) await redeemToken(deps, tx, { token, nodeId, why: isBack ? REMOVED : '' })
  else if (isBack) throw new WindfallError('enrolment.refused', `${REMOVED}To bring it back: ${ASK}`)
  else if (deps.requiresToken) throw new WindfallError('enrolment.refused', `This coordinator lets machines in by token only. ${ASK}`)
  if (!isBack) return
  // Leaving is no way out of a quarantine.
  const standings = createStandingStore(tx)
  const standing = await standings.get(nodeId)
  const wasQuarantined = standing !== null && standing.quarantines > 0
  if (wasQuarantined) await standings.save(nodeId, { ...standing, clean: 0, inRow: 0 })
  const reason = wasQuarantined ? 'It was quarantined before it was removed, and is given small jobs until it has done some of them well.' : null
  await createNodesStore(tx).setState(nodeId, { state: wasQuarantined ? 'probation' : 'active', reason, at: deps.clock.now() })
  await deps.decide(tx, 'node.returned', { nodeId, probation: wasQuarantined })
}
