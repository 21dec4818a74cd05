/** How a window or the command line finds what already runs on a data directory. */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { writePrivateFile } from './key-file.ts'

export const INSTANCE_FILE = 'windfall.json'

const pid = z.number().int().positive()

/** What a running Windfall tells about itself; the file is readable by its owner only. */
export const Instance = z.strictObject({
  pid,
  agent: z.strictObject({ url: z.string().regex(/^http:\/\/127\.0\.0\.1:\d{1,5}$/), token: z.string().regex(/^[\w-]{32}$/), pid }).optional(),
  coordinator: z.strictObject({ url: z.url(), apiKey: z.string() }).optional(),
  chain: z.strictObject({ rpcUrl: z.url(), cluster: z.string() }).optional(),
})
export type Instance = z.infer<typeof Instance>

/** Where the window of a running agent is served, and the secret it asks for. */
export type AgentAddress = Omit<NonNullable<Instance['agent']>, 'pid'>

type Announced = Partial<Omit<Instance, 'agent'>> & { readonly agent?: AgentAddress }

const fileOf = (dataDirectory: string): string => join(dataDirectory, INSTANCE_FILE)

/** Adds what this process runs to the file, keeping what another process on the same directory wrote. */
export function announce(dataDirectory: string, { agent, ...part }: Announced): void {
  const known = readInstance(dataDirectory)
  const own = agent && { agent: { ...agent, pid: process.pid } }
  writePrivateFile(fileOf(dataDirectory), `${JSON.stringify({ ...known, ...part, ...own, pid: process.pid })}\n`)
}

/** Takes the agent out of the file, and the file away once nothing is left in it. */
export function withdrawAgent(dataDirectory: string): void {
  const { agent: _, ...others } = readInstance(dataDirectory) ?? {}
  if ('coordinator' in others || 'chain' in others) writePrivateFile(fileOf(dataDirectory), `${JSON.stringify(others)}\n`)
  else rmSync(fileOf(dataDirectory), { force: true })
}

/** `null` when nothing ever ran here or the file is damaged. Never proves that anything still runs. */
export function readInstance(dataDirectory: string): Instance | null {
  try {
    return Instance.parse(JSON.parse(readFileSync(fileOf(dataDirectory), 'utf8')))
  } catch {
    return null
  }
}

interface Look {
  readonly platform: NodeJS.Platform
  /** Throws with ESRCH where there is no such process, and with EPERM where it is another user's. */
  readonly signal: (pid: number) => void
}

const LOOK: Look = { platform: process.platform, signal: (id) => void process.kill(id, 0) }

/**
 * The agent that runs on this directory, as far as can be told without asking it; `null` if there is none. One that was killed leaves the
 * file behind, and its port to whoever takes it: another user of this machine could answer there in its place.
 */
export function runningAgent(dataDirectory: string, { platform, signal }: Look = LOOK): AgentAddress | null {
  const agent = readInstance(dataDirectory)?.agent
  if (!agent) return null
  try {
    signal(agent.pid)
    return agent
  } catch (error) {
    const isOfAnother = error instanceof Error && 'code' in error && error.code === 'EPERM'
    return isOfAnother && platform === 'win32' ? agent : null
  }
}
