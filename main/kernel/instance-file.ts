/** How a window or the command line finds what already runs on a data directory. */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { writePrivateFile } from './key-file.ts'

export const INSTANCE_FILE = 'windfall.json'

/** What a running Windfall tells about itself; the file is readable by its owner only. */
export const Instance = z.strictObject({
  pid: z.number().int().positive(),
  agent: z.strictObject({ url: z.string().regex(/^http:\/\/127\.0\.0\.1:\d{1,5}$/), token: z.string().regex(/^[\w-]{32}$/) }).optional(),
  coordinator: z.strictObject({ url: z.url(), apiKey: z.string() }).optional(),
  chain: z.strictObject({ rpcUrl: z.url(), cluster: z.string() }).optional(),
})
export type Instance = z.infer<typeof Instance>

/** Where the window of a running agent is served, and the secret it asks for. */
export type AgentAddress = NonNullable<Instance['agent']>

const fileOf = (dataDirectory: string): string => join(dataDirectory, INSTANCE_FILE)

/** Adds what this process runs to the file, keeping what another process on the same directory wrote. */
export function announce(dataDirectory: string, part: Partial<Instance>): void {
  const known = readInstance(dataDirectory)
  writePrivateFile(fileOf(dataDirectory), `${JSON.stringify({ ...known, ...part, pid: process.pid })}\n`)
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
