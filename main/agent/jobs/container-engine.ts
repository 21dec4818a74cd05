import type { Readable } from 'node:stream'
import type { ContainerSpec } from './container-spec.ts'
import type { ImageFacts } from './image-facts.ts'
import type { PrepareProgress } from './runtime.ts'

export interface EngineFacts {
  readonly version: string
  readonly os: string
  readonly cpus: number
  /** Kernel features that the hardened container needs and this engine lacks. */
  readonly missing: readonly string[]
}

export interface EngineObject {
  readonly kind: 'container' | 'volume'
  /** What the other calls take: a container's id, a volume's name. */
  readonly id: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
}

/**
 * The few things we ask of a container engine. Each call has its own time limit, so a hung engine never hangs the agent.
 * Errors: `runtime.unavailable` if the engine does not answer, `runtime.failed` with its words otherwise.
 */
export interface ContainerEngine {
  readonly describe: (signal: AbortSignal) => Promise<EngineFacts>
  /** Bytes left where the engine keeps what jobs write, `null` where that is not a disk of this machine (a virtual one has its own end). */
  readonly freeBytes: () => Promise<number | null>
  readonly inspectImage: (reference: string, signal: AbortSignal) => Promise<ImageFacts | null>
  /** `docker load`. */
  readonly loadImage: (archive: Readable, signal: AbortSignal) => Promise<void>
  readonly pullImage: (reference: string, onProgress: (progress: PrepareProgress) => void, signal: AbortSignal) => Promise<void>
  readonly removeImage: (reference: string) => Promise<void>
  readonly createVolume: (name: string, labels: Record<string, string>) => Promise<void>
  /** Returns the container's id. */
  readonly createContainer: (name: string, spec: ContainerSpec) => Promise<string>
  /** Unpacks a tar into a folder of the container. */
  readonly upload: (id: string, archive: Readable, path: string) => Promise<void>
  /** A tar of one path, or `null` if there is no such path. */
  readonly download: (id: string, path: string, signal: AbortSignal) => Promise<Readable | null>
  readonly start: (id: string) => Promise<void>
  /** Resolves with the exit code. No time limit of its own. */
  readonly waitForExit: (id: string, signal: AbortSignal) => Promise<number>
  readonly ranOutOfMemory: (id: string) => Promise<boolean>
  /** SIGTERM, and SIGKILL after the grace. */
  readonly stop: (id: string, graceSeconds: number) => Promise<void>
  readonly kill: (id: string) => Promise<void>
  /** stdout and stderr, interleaved; follows until the container ends. */
  readonly followLogs: (id: string, onBytes: (bytes: Uint8Array) => void, signal: AbortSignal) => Promise<void>
  readonly lastLogs: (id: string, lines: number, onBytes: (bytes: Uint8Array) => void) => Promise<void>
  /** Containers, running or not, and volumes that carry this label. */
  readonly list: (label: string, signal: AbortSignal) => Promise<readonly EngineObject[]>
  readonly remove: (object: Pick<EngineObject, 'kind' | 'id'>) => Promise<void>
}
