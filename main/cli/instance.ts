import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { agentContract } from '../../shared/contract/agent.ts'
import { coordinatorContract } from '../../shared/contract/coordinator.ts'
import { type Client, type Transport, connect } from '../../shared/contract/define.ts'
import { WindfallError, messageOf } from '../../shared/errors.ts'
import { readJson } from '../../shared/contract/http-transport.ts'
import { createHttpTransport, receive, send } from '../kernel/contract-http.ts'
import { type AgentAddress, INSTANCE_FILE, readInstance, runningAgent } from '../kernel/instance-file.ts'
import { sessionAt } from './sign-in-file.ts'

const missing = (what: string, dataDirectory: string, cause?: unknown): WindfallError =>
  unreadable(join(dataDirectory, INSTANCE_FILE)) ??
  new WindfallError(
    'instance.missing',
    `No ${what} is running on ${dataDirectory}. Start one with: windfall up --data "${dataDirectory}"${what === 'coordinator' ? '. Or use one that runs elsewhere: windfall login --coordinator URL' : ''}`,
    { cause },
  )

/** A file that is there and cannot be read says nothing about what runs: it may be another user’s. */
function unreadable(file: string): WindfallError | null {
  try {
    readFileSync(file)
    return null
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    return new WindfallError(
      'storage.failed',
      `${file} cannot be read (${messageOf(error)}). Run this as the user it belongs to, or choose another folder with --data.`,
    )
  }
}

function causesOf(error: Error): Error[] {
  return error.cause instanceof Error ? [error.cause, ...causesOf(error.cause)] : []
}

/** Nobody listens where the instance said it would, or a program does that speaks another language. */
const isGone = (cause: Error): boolean => cause instanceof SyntaxError || ('code' in cause && cause.code === 'ECONNREFUSED')

/** An instance that is not running has a better answer than “unreachable”; one that runs and has no time is not to be started again. */
function localFailure(error: unknown, what: string, dataDirectory: string): unknown {
  if (!(error instanceof WindfallError) || error.code !== 'unavailable') return error
  const causes = causesOf(error)
  if (causes.some(isGone)) return missing(what, dataDirectory, error)
  const silence = causes.find(({ name }) => name === 'TimeoutError')
  if (!silence) return error
  const busy = `The ${what} on ${dataDirectory} runs, and did not answer in time (${silence.message}). It is busy or stopped: try again, or look at its log.`
  return new WindfallError('unavailable', busy, { cause: error })
}

const local = (transport: Transport, what: string, dataDirectory: string): Transport => ({
  ...transport,
  invoke: async (name, input) => {
    try {
      return await transport.invoke(name, input)
    } catch (error) {
      throw localFailure(error, what, dataDirectory)
    }
  },
})

interface CoordinatorAccess {
  readonly url: string
  readonly apiKey: string
}

export interface Where {
  readonly dataDirectory: string
  /** Overrides the local instance. */
  readonly coordinator?: CoordinatorAccess | undefined
}

const bearer = (secret: string) => async () => ({ authorization: `Bearer ${secret}` })

/** Where the coordinator is and how to ask it: as the person who has signed in there, or else as the account that owns it. Errors: `instance.missing`, `auth.required`. */
function coordinatorAccess({ dataDirectory, coordinator }: Where): CoordinatorAccess {
  if (coordinator) return coordinator
  const { url, apiKey } = runningCoordinator(dataDirectory)
  return { url, apiKey: sessionAt(dataDirectory, url) ?? apiKey }
}

/** An agent was started here and no coordinator: what is asked without saying of whom is asked of this machine. */
export function isNodeOnly(dataDirectory: string): boolean {
  const found = readInstance(dataDirectory)
  return found?.agent !== undefined && found.coordinator === undefined
}

/** Error: `instance.missing`. */
function runningCoordinator(dataDirectory: string): CoordinatorAccess {
  const access = readInstance(dataDirectory)?.coordinator
  if (!access) throw missing('coordinator', dataDirectory)
  return access
}

/** The address of the coordinator: `url`, or that of the one running here. Error: `instance.missing`. */
export const coordinatorUrl = (dataDirectory: string, url: string | null): string => url ?? runningCoordinator(dataDirectory).url

/** How long somebody is given to answer. */
const ANSWER_MS = 20_000

/** The coordinator as a requester sees it. */
export function coordinatorClient(where: Where, timeoutMs = ANSWER_MS): Client<typeof coordinatorContract> {
  const { url, apiKey } = coordinatorAccess(where)
  const transport = createHttpTransport(coordinatorContract, { baseUrl: url, authorize: bearer(apiKey), timeoutMs })
  return connect(coordinatorContract, where.coordinator ? transport : local(transport, 'coordinator', where.dataDirectory))
}

/**
 * The coordinator as anybody sees it, for calls that need no key: at `url`, or the one running here. Waits longer, because it may have to
 * ask somebody else first. Error: `instance.missing`.
 */
export function publicClient(dataDirectory: string, url: string | null, timeoutMs = 90_000): Client<typeof coordinatorContract> {
  const baseUrl = coordinatorUrl(dataDirectory, url)
  const transport = createHttpTransport(coordinatorContract, { baseUrl, authorize: async () => ({}), timeoutMs })
  return connect(coordinatorContract, url === null ? local(transport, 'coordinator', dataDirectory) : transport)
}

/** Stores the bytes a job needs (a module, an image archive, an input) under their digest; storing them twice is harmless. */
export async function uploadArchive(where: Where, digest: string, bytes: Uint8Array): Promise<void> {
  const { url, apiKey } = coordinatorAccess(where)
  await send(
    { method: 'PUT', url: new URL(`/v1/blobs/${digest}`, url), body: bytes },
    { authorize: async () => ({ authorization: `Bearer ${apiKey}`, 'content-type': 'application/octet-stream' }), timeoutMs: 120_000 },
  )
}

/** Streams what a job produced; `take` checks it. */
export function fetchResult<T>(where: Where, jobId: string, take: (content: Readable) => Promise<T>): Promise<T> {
  const { url, apiKey } = coordinatorAccess(where)
  const request = { method: 'GET', url: new URL(`/v1/jobs/${encodeURIComponent(jobId)}/result`, url), body: null } as const
  return receive(request, { authorize: bearer(apiKey), timeoutMs: 600_000 }, take)
}

/** Streams what is written while it is read, such as an export. */
export function fetchExport<T>(
  where: Where,
  { path, query }: { readonly path: string; readonly query: Readonly<Record<string, string | undefined>> },
  take: (content: Readable) => Promise<T>,
): Promise<T> {
  const { url: baseUrl, apiKey } = coordinatorAccess(where)
  const url = new URL(path, baseUrl)
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value)
  return receive({ method: 'GET', url, body: null }, { authorize: bearer(apiKey), timeoutMs: 600_000 }, take)
}

/** The command line asks and goes; news is for windows. */
const noEvents: Transport['subscribe'] = () => () => undefined

/** Where the agent on this data directory said it would be. Error: `instance.missing`. */
export function agentAddress(dataDirectory: string): AgentAddress {
  const agent = runningAgent(dataDirectory)
  if (!agent) throw missing('agent', dataDirectory)
  return agent
}

/** The local agent as its owner sees it. Error: `instance.missing`. */
export function agentClient(dataDirectory: string, timeoutMs = ANSWER_MS): Client<typeof agentContract> {
  const agent = agentAddress(dataDirectory)
  const invoke = async (name: string, input: unknown): Promise<unknown> => {
    const request = { method: 'POST', url: new URL(`/api/${name}`, agent.url), body: new TextEncoder().encode(JSON.stringify(input)) } as const
    return readJson(await send(request, { authorize: bearer(agent.token), timeoutMs }), request.url.origin)
  }
  return connect(agentContract, local({ invoke, subscribe: noEvents }, 'agent', dataDirectory))
}
