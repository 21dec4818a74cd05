import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import type { PublicJwk } from '../../../shared/contract/wire.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { enrolmentText } from '../../../shared/domain/enrolment.ts'
import { weakKeyProblem } from '../../../shared/domain/keys.ts'
import { toIso } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import { followRotations, type KeyHistory } from '../../../shared/domain/rotation.ts'
import { publicKeyOf } from '../../kernel/public-keys.ts'
import { keyIdOf, verifySignature } from '../../kernel/signing.ts'
import { nodeVerifyPort } from '../../kernel/verify-port.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { admit } from './admission.ts'
import { recordAttestation } from './attestations.ts'
import { createCapabilitiesStore } from './capabilities.store.ts'
import { type Challenges, type Issued, createChallenges } from './challenge.ts'
import { redeemChallenge } from './redeemed.store.ts'
import { createDeviceKeysStore } from './device-keys.store.ts'
import { type Node, createNodesStore } from './nodes.store.ts'
import { type PayoutAddressDeps, checkAddress, payToSetting } from './payout-address.ts'
import { recordRotation, type RotationDeps } from './rotation.ts'

type EnrolInput = InputOf<typeof coordinatorContract.enrol>

export interface EnrolmentDeps extends RotationDeps, PayoutAddressDeps {
  readonly db: Db
  readonly clock: Clock
  readonly random: (bytes: number) => Uint8Array
  /** Whether a machine needs a token to enrol. */
  readonly requiresToken: boolean
  /** By which enrolment challenges are known, to all coordinators of one database. */
  readonly challengeKey: Uint8Array
  /** How often an agent reports presence. */
  readonly heartbeatMs: number
}

export interface Enrolment {
  readonly begin: (publicJwk: PublicJwk) => OutputOf<typeof coordinatorContract.beginEnrolment>
  readonly enrol: (input: EnrolInput) => Promise<OutputOf<typeof coordinatorContract.enrol>>
}

function refuseWeakKey(publicJwk: PublicJwk): void {
  const problem = publicKeyOf(publicJwk) ? null : weakKeyProblem(publicJwk)
  if (problem) throw new WindfallError('enrolment.refused', `This device key cannot be used: ${problem}. Make a new key and enrol again.`)
}

function checkPossession(challenges: Challenges, keyId: string, { publicJwk, challenge, signature, payoutAddress }: EnrolInput): Issued {
  refuseWeakKey(publicJwk)
  if (!verifySignature(publicJwk, enrolmentText(challenge, payoutAddress), Buffer.from(signature, 'base64')))
    throw new WindfallError('enrolment.refused', 'The signature does not prove possession of this device key.')
  const issued = challenges.read(keyId, challenge)
  if (!issued) throw unusable()
  return issued
}

/** Enrolment by proof of possession: the node signs {@link enrolmentText}. Repeating it with the same key changes only what is new. */
export function createEnrolment(deps: EnrolmentDeps): Enrolment {
  const { db, clock, random, heartbeatMs } = deps
  const challenges = createChallenges({ now: clock.now, random, key: deps.challengeKey })
  return {
    begin(publicJwk) {
      refuseWeakKey(publicJwk)
      const { challenge, expiresAt } = challenges.issue(keyIdOf(publicJwk))
      return { challenge, expiresAt: toIso(expiresAt) }
    },
    async enrol(input) {
      const keyId = keyIdOf(input.publicJwk)
      if (input.payoutAddress !== null) checkAddress(input.payoutAddress)
      const issued = checkPossession(challenges, keyId, input)
      const claimed = await readHistory(keyId, input)
      const { nodeId, enrolledAt, replaced } = await transact(db, async (tx) => {
        if (!(await redeemChallenge(tx, issued, clock.now()))) throw unusable()
        return record(deps, tx, { keyId, claimed, input })
      })
      if (replaced) deps.keyReplaced(nodeId)
      return { nodeId, enrolledAt: toIso(enrolledAt), heartbeatMs }
    },
  }
}

const refused = (message: string) => new WindfallError('enrolment.refused', message)
const unusable = () => refused('The challenge is unknown, expired or already used. Ask for a new one.')

/** The keys this node says it has had; `null` if it makes no such claim. Error: `enrolment.refused` unless they lead to the key that signs. */
async function readHistory(keyId: string, { history }: EnrolInput): Promise<KeyHistory | null> {
  if (!history) return null
  const followed = await followRotations({ nodeId: keyIdOf(history.firstKey), firstKey: history.firstKey }, history.rotations, nodeVerifyPort)
  if (typeof followed === 'string') throw refused(`The key changes of this node cannot be followed: ${followed}.`)
  if (followed.keys.at(-1)?.keyId !== keyId) throw refused('The key changes of this node lead to another key than the one that signs.')
  return followed
}

interface Claim {
  readonly keyId: string
  readonly claimed: KeyHistory | null
  readonly input: EnrolInput
}

async function record(deps: EnrolmentDeps, tx: Tx, claim: Claim): Promise<{ nodeId: string; enrolledAt: number; replaced: boolean }> {
  const { input } = claim
  const known = await identify(tx, claim)
  if (known?.state === 'quarantined') throw refused(`This node is quarantined: ${known.stateReason ?? 'no reason given'}.`)
  const node = known ?? (await addNode(deps, tx, claim))
  if (!known || known.state === 'removed') await admit(deps, tx, { node, token: input.token })
  const replaced = await catchUp(deps, tx, { node, claim })
  const { publicJwk, challenge, attestation } = input
  if (attestation) await recordAttestation(deps, tx, { nodeId: node.nodeId, publicJwk, challenge, evidence: attestation })
  const at = deps.clock.now()
  await createCapabilitiesStore(tx).setCapabilities(node.nodeId, input.capabilities, at)
  if (input.payoutAddress !== null) await payToSetting(deps, tx, { nodeId: node.nodeId, address: input.payoutAddress })
  return { nodeId: node.nodeId, enrolledAt: node.enrolledAt, replaced }
}

/** The node this key speaks for, if it is known. Error: `enrolment.refused` if the key is known as another node's. */
async function identify(tx: Tx, { keyId, claimed }: Claim): Promise<Node | null> {
  const owner = await createDeviceKeysStore(tx).nodeOf(keyId)
  if (claimed && owner !== null && owner !== claimed.nodeId) throw refused('This device key belongs to another node.')
  return createNodesStore(tx).get(claimed?.nodeId ?? owner ?? keyId)
}

async function addNode({ clock, decide }: EnrolmentDeps, tx: Tx, { keyId, claimed, input }: Claim): Promise<Node> {
  const nodes = createNodesStore(tx)
  const first = claimed?.keys[0] ?? { keyId, publicJwk: input.publicJwk }
  if ((await createDeviceKeysStore(tx).nodeOf(first.keyId)) !== null) throw refused('The first key of this node belongs to another node.')
  await nodes.add({ nodeId: first.keyId, publicJwk: first.publicJwk, at: clock.now() })
  await decide(tx, 'node.enrolled', { nodeId: first.keyId, zone: input.capabilities.zone })
  const added = await nodes.get(first.keyId)
  if (!added) throw new WindfallError('internal', 'The node was added but cannot be found.')
  return added
}

/** Records the key changes that are new here. Error: `enrolment.refused` unless the key that signs is then the current one. */
async function catchUp(deps: EnrolmentDeps, tx: Tx, { node, claim }: { node: Node; claim: Claim }): Promise<boolean> {
  let { history } = node
  const missing = claim.input.history?.rotations.slice(node.rotations.length) ?? []
  for (const envelope of missing) history = await recordRotation(deps, tx, { history, envelope })
  if (history.keys.at(-1)?.keyId !== claim.keyId)
    throw refused('This device key was replaced by another one of the same node. Use the data directory that holds the present key.')
  return missing.length > 0
}
