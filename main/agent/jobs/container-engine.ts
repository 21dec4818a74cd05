import type { Readable } from 'node:stream'
import type { EpochMs } from '../../../shared/units.ts'
import type { ContainerSpec } from './container-spec.ts'
import type { EngineFacts } from './engine-facts.ts'
import type { ImageFacts } from './image-facts.ts'
import type { PrepareProgress } from './runtime.ts'

/** What an engine knows of one container, times in epoch milliseconds. */
export interface ContainerFacts {
  readonly id: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly imageId: string
  readonly state: 'created' | 'running' | 'paused' | 'ended'
  readonly startedAt: EpochMs | null
  readonly endedAt: EpochMs | null
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
  /** Takes one name of an image away, and with its last name the image; one that a container uses stays. */
  readonly removeImage: (reference: string) => Promise<'gone' | 'in-use'>
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
  readonly inspectContainer: (name: string, signal: AbortSignal) => Promise<ContainerFacts | null>
  /** SIGTERM. A frozen container does not hear it. */
  readonly terminate: (id: string) => Promise<void>
  /** Works on a frozen container too. */
  readonly kill: (id: string) => Promise<void>
  /** Stops a container's processes where they stand (`docker pause`); what they hold, GPU memory included, stays. A container that has ended stays so. */
  readonly freeze: (id: string) => Promise<void>
  readonly thaw: (id: string) => Promise<void>
  /** How many CPUs' worth of time the container gets from now on (`docker update`). */
  readonly setCpus: (id: string, cpus: number) => Promise<void>
  /** stdout and stderr, interleaved, from the start or from now on; follows until the container ends. */
  readonly followLogs: (
    log: { readonly id: string; readonly from: 'start' | 'now' },
    onBytes: (bytes: Uint8Array) => void,
    signal: AbortSignal,
  ) => Promise<void>
  readonly lastLogs: (id: string, lines: number, onBytes: (bytes: Uint8Array) => void) => Promise<void>
  /** Containers, running or not, and volumes that carry this label. */
  readonly list: (label: string, signal: AbortSignal) => Promise<readonly EngineObject[]>
  readonly remove: (object: Pick<EngineObject, 'kind' | 'id'>) => Promise<void>
}
