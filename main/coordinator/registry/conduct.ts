import type { Choice } from '../../../shared/contract/decision.ts'
import type { NodeFault } from '../../../shared/contract/node-fault.ts'
import { isWorking } from '../../../shared/contract/node.ts'
import { toIso } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Tx } from '../persistence/database.ts'
import { type Node, createNodesStore } from './nodes.store.ts'
import { CLEAN_RUNS, quarantinePolicy } from './quarantine-policy.ts'
import { type Standing, newStanding, withFault, withProof } from './standing.ts'
import { createStandingStore } from './standing.store.ts'

export interface ConductDeps {
  readonly clock: Pick<Clock, 'now'>
  readonly decide: (tx: Tx, kind: string, body: object) => Promise<void>
  readonly choose: (tx: Tx, choice: Choice) => Promise<unknown>
  /** Ends what a node holds, so that others do it; what it is proving already it may finish. */
  readonly takeBack: (
    tx: Tx,
    order: { readonly nodeId: string; readonly reason: 'node.quarantined' | 'node.removed'; readonly isDistrusted: boolean },
  ) => Promise<void>
}

/** What is found of how a node works, in the transaction in which it is found. */
export interface Conduct {
  readonly proven: (tx: Tx, run: { readonly nodeId: string; readonly energyJ: number; readonly solarJ: number }) => Promise<void>
  readonly fault: (tx: Tx, found: { readonly nodeId: string; readonly fault: NodeFault }) => Promise<void>
}

const standingIn = async (tx: Tx, nodeId: string, now: number): Promise<Standing> => (await createStandingStore(tx).get(nodeId)) ?? newStanding(now)

/** Counts what nodes do well and badly, and takes those out of service that do too much badly. */
export function createConduct(deps: ConductDeps): Conduct {
  const { clock } = deps
  return {
    async proven(tx, { nodeId, ...run }) {
      const now = clock.now()
      const standing = withProof(await standingIn(tx, nodeId, now), run, now)
      await createStandingStore(tx).save(nodeId, standing)
      const isTrusted = standing.clean >= CLEAN_RUNS && (await createNodesStore(tx).stateOf(nodeId)) === 'probation'
      if (!isTrusted) return
      await createNodesStore(tx).setState(nodeId, { state: 'active', reason: null, at: now })
      await deps.decide(tx, 'node.trusted', { nodeId, cleanRuns: standing.clean })
    },
    async fault(tx, { nodeId, fault }) {
      const now = clock.now()
      const standing = withFault(await standingIn(tx, nodeId, now), fault, now)
      await createStandingStore(tx).save(nodeId, standing)
      const state = await createNodesStore(tx).stateOf(nodeId)
      if (state !== null && isWorking(state)) await judge(deps, tx, { nodeId, state, fault, standing, now })
    },
  }
}

interface Case {
  readonly nodeId: string
  readonly state: Node['state']
  readonly fault: NodeFault
  readonly standing: Standing
  readonly now: number
}

async function judge(deps: ConductDeps, tx: Tx, { nodeId, state, fault, standing, now }: Case): Promise<void> {
  const { faults, inRow, quarantines } = standing
  const found = { now, state: state === 'probation' ? state : 'active', fault, standing: { faults, inRow, quarantines } } as const
  const answer = quarantinePolicy.decide({ found }, { kind: 'node', id: nodeId })
  await deps.choose(tx, { kind: 'node.fault', subject: { kind: 'node', id: nodeId }, policy: quarantinePolicy, inputs: { found }, answer })
  const { action, reason, until } = answer.outcome
  if (action === 'go-on') return
  await createStandingStore(tx).save(nodeId, { ...standing, quarantines: quarantines + 1, inRow: 0 })
  const told = until === null ? reason : `${reason}; it is let back on probation at ${toIso(until)}`
  await createNodesStore(tx).setState(nodeId, { state: 'quarantined', reason: told, at: now, until })
  await deps.takeBack(tx, { nodeId, reason: 'node.quarantined', isDistrusted: true })
}
