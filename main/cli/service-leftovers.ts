import { existsSync, readdirSync, rmSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ContainerEngine } from '../agent/jobs/container-engine.ts'
import { AGENT_LABEL, ATTEMPT_LABEL, belongsTo } from '../agent/jobs/container-spec.ts'
import { INSTANCE_FILE, readInstance, withdrawAgent } from '../kernel/instance-file.ts'

type SweptEngine = Pick<ContainerEngine, 'list' | 'remove' | 'removeImage'>

export interface EngineSweep {
  readonly engine: SweptEngine
  readonly nodeId: string
  /** Names of the images that this agent brought into the engine. */
  readonly images: readonly string[]
}

/**
 * Takes away what this agent brought into the container engine: its containers and volumes by label, attempt and name, and its images.
 * Returns what was removed, in words. Error: `runtime.unavailable` if no engine answers.
 */
export async function sweepEngine({ engine, nodeId, images }: EngineSweep, signal: AbortSignal): Promise<string[]> {
  const objects = await engine.list(`${AGENT_LABEL}=${nodeId}`, signal)
  // A volume goes only after the container that uses it.
  const ours = objects.filter((object) => belongsTo(object, nodeId, object.labels[ATTEMPT_LABEL] ?? '')).toSorted((a, b) => a.kind.localeCompare(b.kind))
  for (const object of ours) await engine.remove(object)
  const gone: string[] = []
  for (const name of images) if ((await engine.removeImage(name)) === 'gone') gone.push(name)
  return [...ours.map(({ kind, name }) => `${kind} ${name}`), ...gone.map((name) => `image ${name}`)]
}

/** What an agent keeps. A coordinator or a test chain on the same directory is none of its business. */
const AGENT_DATA = /^(?:agent\.(?:sqlite(?:-wal|-shm)?|lock|pid)|samples|receipts|checkpoints|settings\.json)$/
/** Without its key a machine becomes another node, and what it earned but was not paid is lost to its owner. */
const AGENT_KEYS = /^(?:device-key|test-wallet)\.(?:pem|sealed)$/

/** Takes away what the agent keeps in its data directory, and the directory itself once it is empty. Returns what stays. */
export function purgeData(directory: string, { keys }: { readonly keys: boolean }): string[] {
  if (!existsSync(directory)) return []
  for (const name of readdirSync(directory))
    if (AGENT_DATA.test(name) || (keys && AGENT_KEYS.test(name))) rmSync(join(directory, name), { recursive: true, force: true })
  if (existsSync(join(directory, INSTANCE_FILE)) && readInstance(directory)) withdrawAgent(directory)
  const left = readdirSync(directory)
  if (left.length === 0) rmdirSync(directory)
  return left
}
