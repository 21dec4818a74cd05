import { randomBytes } from 'node:crypto'
import { coordinatorContract } from '../../shared/contract/coordinator.ts'
import { type Client, connect } from '../../shared/contract/define.ts'
import { WindfallError } from '../../shared/errors.ts'
import { readAgentConfig } from '../agent/read-config.ts'
import { systemClock } from '../kernel/clock.ts'
import { type OutgoingRequest, createHttpTransport } from '../kernel/contract-http.ts'
import { signRequest } from '../kernel/http-signature.ts'
import { type CommonOptions, dataDirectoryOf, requireHttp } from './command.ts'
import { agentClient } from './instance.ts'
import { nodeKeys } from './node-keys.ts'

/** The coordinator that was named, else the one the running agent works for, else the one in its settings. Error: `config.invalid`. */
async function coordinatorOf(options: CommonOptions): Promise<string> {
  const dataDirectory = dataDirectoryOf(options)
  if (options.coordinator) requireHttp(options.coordinator, '--coordinator')
  const running = async () => (await agentClient(dataDirectory).call('getStatus', {})).coordinator.url
  const url = options.coordinator ?? (await running().catch(() => null)) ?? readAgentConfig({ dataDirectory, environment: process.env }).coordinatorUrl
  if (!url)
    throw new WindfallError(
      'config.invalid',
      'This machine works for no coordinator. Name it with --coordinator, or start the agent with one: windfall agent run --coordinator URL',
    )
  return url
}

/** The coordinator of this machine, asked in its name: every request is signed by its device key. Errors: `instance.missing`, `config.invalid`. */
export async function nodeLink(options: CommonOptions): Promise<Client<typeof coordinatorContract>> {
  const { signer } = await nodeKeys(dataDirectoryOf(options))
  const authorize = (request: OutgoingRequest) => signRequest(signer, request, { now: systemClock.now(), nonce: randomBytes(16).toString('base64url') })
  return connect(coordinatorContract, createHttpTransport(coordinatorContract, { baseUrl: await coordinatorOf(options), authorize }))
}
