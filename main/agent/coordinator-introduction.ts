import { WindfallError, messageOf } from '../../shared/errors.ts'
import type { Clock } from '../kernel/clock.ts'
import type { AgentConfig } from './config.ts'
import { type Teller, tellable } from './coordinator-told.ts'
import { type CoordinatorLink, createCoordinatorLink } from './sync/client.ts'
import { createCoordinatorTime } from './sync/coordinator-time.ts'
import { enrol } from './sync/enrol.ts'

export interface IntroductionDeps extends Teller {
  readonly config: Pick<AgentConfig, 'zone' | 'payoutAddress'>
  readonly clock: Clock
}

interface Introduced {
  readonly url: string
  readonly token: string | null
}

const ASKED_MS = 45_000

/**
 * Asks whoever answers at an address whether it is a coordinator, and to let this machine in; the token is needed for that only.
 * Errors: `unavailable` without an answer in time, `not-found` for something else than a coordinator, `enrolment.refused`, and what it says.
 */
export async function introduce(deps: IntroductionDeps, { url, token }: Introduced, signal: AbortSignal): Promise<void> {
  const { keys, clock, config } = deps
  const stop = AbortSignal.any([signal, AbortSignal.timeout(ASKED_MS)])
  const { client } = createCoordinatorLink({ baseUrl: url, signer: keys.signer, time: createCoordinatorTime(clock), signal: stop })
  await ask(client, url)
  const facts = { capabilities: await tellable(deps, stop), payoutAddress: config.payoutAddress, keyChanges: keys.history(), token, attests: true }
  const { nodeId } = await enrol(client, keys.signer, facts).catch((error: unknown) => {
    throw refusal(error, token)
  })
  if (nodeId !== keys.nodeId) throw new WindfallError('internal', 'The coordinator takes this node for another one. Bring both to the same version.')
}

async function ask(client: CoordinatorLink['client'], url: string): Promise<void> {
  try {
    await client.call('health', {})
  } catch (error) {
    if (error instanceof WindfallError && error.code === 'unavailable' && error.message.includes('cannot be reached'))
      throw new WindfallError('unavailable', `There is no answer at ${url}. Check the address, and that this computer is online. ${error.message}`)
    if (error instanceof WindfallError && error.code !== 'unavailable' && error.retry) throw error
    throw new WindfallError('not-found', `What answers at ${url} is not a Windfall coordinator. Check the address with whoever gave it to you.`)
  }
}

/** What the coordinator says names options of a command line; the owner has a field. */
function refusal(error: unknown, token: string | null): unknown {
  if (!(error instanceof WindfallError) || error.code !== 'enrolment.refused') return error
  const said = token === null ? messageOf(error) : messageOf(error).replaceAll(token, '…')
  return new WindfallError(
    'enrolment.refused',
    token === null
      ? `This coordinator did not let this computer in without a token, or at all. It says: ${said}`
      : `This coordinator refused the token. It says: ${said}`,
  )
}
