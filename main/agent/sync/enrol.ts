import type { Capabilities, coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { Client } from '../../../shared/contract/define.ts'
import { enrolmentText } from '../../../shared/domain/enrolment.ts'
import type { Signer } from '../../kernel/signing.ts'

/** Proves possession of the device key and tells the coordinator what this machine can do. Repeating it only refreshes the facts. */
export async function enrol(
  client: Client<typeof coordinatorContract>,
  signer: Signer,
  { capabilities, payoutAddress }: { capabilities: Capabilities; payoutAddress: string | null },
): Promise<{ heartbeatMs: number }> {
  const { publicJwk } = signer
  const { challenge } = await client.call('beginEnrolment', { publicJwk })
  const signature = await signer.sign(enrolmentText(challenge, payoutAddress))
  return client.call('enrol', { publicJwk, challenge, signature: Buffer.from(signature).toString('base64'), capabilities, payoutAddress })
}
