import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import type { PublicJwk } from '../../../shared/contract/wire.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { fromBase58 } from '../../../shared/domain/base58.ts'
import { enrolmentText } from '../../../shared/domain/enrolment.ts'
import { weakKeyProblem } from '../../../shared/domain/keys.ts'
import { toIso } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import { keyIdOf, verifySignature } from '../../kernel/signing.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { type Challenges, createChallenges } from './challenge.ts'
import { createNodesStore } from './nodes.store.ts'

type EnrolInput = InputOf<typeof coordinatorContract.enrol>

export interface EnrolmentDeps {
  readonly db: Db
  readonly clock: Clock
  readonly random: (bytes: number) => Uint8Array
  /** How often an agent reports presence. */
  readonly heartbeatMs: number
  readonly decide: (tx: Tx, kind: string, body: object) => Promise<void>
}

export interface Enrolment {
  readonly begin: (publicJwk: PublicJwk) => OutputOf<typeof coordinatorContract.beginEnrolment>
  readonly enrol: (input: EnrolInput) => Promise<OutputOf<typeof coordinatorContract.enrol>>
}

function refuseWeakKey(publicJwk: PublicJwk): void {
  const problem = weakKeyProblem(publicJwk)
  if (problem) throw new WindfallError('enrolment.refused', `This device key cannot be used: ${problem}. Make a new key and enrol again.`)
}

function checkPossession(challenges: Challenges, nodeId: string, { publicJwk, challenge, signature, payoutAddress }: EnrolInput): void {
  refuseWeakKey(publicJwk)
  if (!verifySignature(publicJwk, enrolmentText(challenge, payoutAddress), Buffer.from(signature, 'base64')))
    throw new WindfallError('enrolment.refused', 'The signature does not prove possession of this device key.')
  if (!challenges.redeem(nodeId, challenge))
    throw new WindfallError('enrolment.refused', 'The challenge is unknown, expired or already used. Ask for a new one.')
}

function checkAddress(address: string): void {
  if (fromBase58(address).length !== 32) throw new WindfallError('input.invalid', `${address} is not a Solana address. Check that it was copied completely.`)
}

/** Enrolment by proof of possession: the node signs {@link enrolmentText}. Repeating it with the same key changes only what is new. */
export function createEnrolment({ db, clock, random, heartbeatMs, decide }: EnrolmentDeps): Enrolment {
  const challenges = createChallenges({ now: clock.now, random })
  return {
    begin(publicJwk) {
      refuseWeakKey(publicJwk)
      const { challenge, expiresAt } = challenges.issue(keyIdOf(publicJwk))
      return { challenge, expiresAt: toIso(expiresAt) }
    },
    async enrol(input) {
      const nodeId = keyIdOf(input.publicJwk)
      if (input.payoutAddress !== null) checkAddress(input.payoutAddress)
      checkPossession(challenges, nodeId, input)
      const enrolledAt = await transact(db, (tx) => record(tx, { nodeId, input, at: clock.now() }, decide))
      return { nodeId, enrolledAt: toIso(enrolledAt), heartbeatMs }
    },
  }
}

async function record(tx: Tx, { nodeId, input, at }: { nodeId: string; input: EnrolInput; at: number }, decide: EnrolmentDeps['decide']): Promise<number> {
  const nodes = createNodesStore(tx)
  const known = await nodes.get(nodeId)
  if (known?.state === 'quarantined') throw new WindfallError('enrolment.refused', `This node is quarantined: ${known.stateReason ?? 'no reason given'}.`)
  if (!known) {
    await nodes.add({ nodeId, publicJwk: input.publicJwk, at })
    await decide(tx, 'node.enrolled', { nodeId, zone: input.capabilities.zone })
  }
  await nodes.setCapabilities(nodeId, input.capabilities, at)
  if (input.payoutAddress !== null && input.payoutAddress !== known?.payoutAddress) {
    await nodes.setPayoutAddress(nodeId, input.payoutAddress, at)
    await decide(tx, 'node.payout-address', { nodeId, address: input.payoutAddress, before: known?.payoutAddress ?? null })
  }
  return known?.enrolledAt ?? at
}
