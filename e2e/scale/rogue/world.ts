/** The real coordinator in one process, with nodes of several owners in the hands of a strategy: only time, money and chance are made up. */
import { microUsd } from '../../../shared/units.ts'
import { type TestCore, OPERATOR, startTestCore } from '../../../main/coordinator/core.fake.ts'
import { testSpec } from '../../../main/coordinator/test-work.fake.ts'
import { planFirstFree } from '../../../main/coordinator/first-free.fake.ts'
import type { PlanJobs } from '../../../main/coordinator/jobs/ports.ts'
import { VERIFIER } from '../../../main/coordinator/ledger/accounts.ts'
import { requesterDeposit } from '../../../main/coordinator/ledger/entries.ts'
import { book } from '../../../main/coordinator/ledger/ledger.ts'
import { transact } from '../../../main/coordinator/persistence/database.ts'
import { grantApiKey } from '../../../main/coordinator/registry/api-keys.ts'
import { createIds } from '../../../main/kernel/ids.ts'
import { sha256Hex } from '../../../main/kernel/signing.ts'
import { type Cast, type Hand, type Player, type Tally, dice, truthOf } from './cast.ts'
import { type Deal, type Stage, playJob, wronged } from './playing.ts'

export interface World extends AsyncDisposable {
  readonly job: () => Promise<void>
  readonly tally: Tally
  readonly wronged: () => Promise<number>
}

const honest: Hand = ({ honestly, chance }) => honestly(0.95 + 0.1 * chance())

/** Half of all jobs are given to rogues first; who does the others, and who does one once more, chance says. */
const planFor = (players: readonly Player[], { deal, chance }: { readonly deal: Deal; readonly chance: () => number }): PlanJobs => {
  const plan = planFirstFree(() => 0)
  const rankOf = ({ isRogue }: Player): number => (isRogue === deal.toRogue ? chance() : 1 + chance())
  return async (world) => {
    // Others are wanted for what somebody has a result of.
    const isOnceMore = world.jobs.some(({ barred = [] }) => barred.length > 0)
    const rank = new Map(players.map((player) => [player.node.nodeId, isOnceMore ? chance() : rankOf(player)]))
    const nodes = world.nodes.toSorted((a, b) => (rank.get(a.nodeId) ?? 1) - (rank.get(b.nodeId) ?? 1))
    return plan({ ...world, nodes })
  }
}

/** A purse to verify from, those who play, and the jobs that the operator knows the answer of. */
async function populate(core: TestCore, players: Player[], { rogues, honest: honestNodes, areOneOwner, canaries = 0 }: Cast): Promise<void> {
  const at = core.clock.now()
  await transact(core.db, (tx) => book(tx, requesterDeposit({ id: 'to-verify', requesterId: VERIFIER, amount: microUsd(10n ** 12n), at })))
  await grantApiKey(core.db, { requesterId: OPERATOR, name: 'Operator', apiKey: `wf_00000000_${'k'.repeat(43)}`, at })
  for (const hand of rogues) players.push({ node: await core.enrol(), hand, isRogue: true })
  for (let count = 0; count < honestNodes; count += 1) players.push({ node: await core.enrol(), hand: honest, isRogue: false })
  if (areOneOwner) await join(core, players)
  for (let count = 0; count < canaries; count += 1) await addCanary(core, `canary-${count}`)
}

async function join(core: TestCore, players: readonly Player[]): Promise<void> {
  const [first, ...others] = players.filter(({ isRogue }) => isRogue)
  const { code } = await core.parts.fleets.invite(first?.node.nodeId ?? '')
  for (const { node } of others) await core.parts.fleets.join(node.nodeId, code)
}

export async function startWorld(cast: Cast): Promise<World> {
  const { challengeRate = 0, quorum = 1, canaries = 0 } = cast
  const { chance, bytes } = dice(cast.seed)
  const players: Player[] = []
  const deal: Deal = { toRogue: true }
  const core = await startTestCore({
    changes: (_, { config, clock }) => ({
      config: { ...config, challengeRate, replicationRate: 1 },
      random: bytes,
      ids: createIds(clock, bytes),
      challengeKey: bytes(32),
      plan: planFor(players, { deal, chance }),
    }),
  })
  await populate(core, players, cast)
  const tally: Tally = { jobs: 0, completed: 0, results: 0, bad: 0, refused: 0, accepted: 0, wrong: 0, unlikely: 0, untilOut: null }
  const stage: Stage = { core, quorum, canaries, players, deal, tally, chance, logs: new Map() }
  return { tally, job: () => playJob(stage), wronged: () => wronged(stage), [Symbol.asyncDispose]: () => core[Symbol.asyncDispose]() }
}

/** Like any other job, but that the operator knows what it comes to. */
async function addCanary(core: TestCore, canaryId: string): Promise<void> {
  const spec = testSpec(core.clock.now(), { args: [canaryId], outputSha256: null })
  await core.parts.canaries.add(OPERATOR, { canaryId, spec, outputSha256: sha256Hex(truthOf(canaryId)) })
}
