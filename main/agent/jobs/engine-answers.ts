import { z } from 'zod'
import { type EpochMs, epochMs } from '../../../shared/units.ts'
import type { ContainerFacts, EngineObject } from './container-engine.ts'
import type { EngineFacts } from './engine-facts.ts'
import type { ImageFacts } from './image-facts.ts'

const texts = z
  .array(z.string().max(65_536))
  .max(1_024)
  .nullish()
  .transform((list) => list ?? [])
const entrypoint = z.union([texts, z.string().transform((one) => [one])])
const Labels = z
  .record(z.string(), z.string())
  .nullish()
  .transform((labels) => labels ?? {})

const Info = z.object({
  ServerVersion: z.string().max(100),
  OSType: z.string().max(40),
  NCPU: z.number().int().min(1),
  MemoryLimit: z.boolean().default(false),
  PidsLimit: z.boolean().default(false),
  SecurityOptions: texts,
  CDISpecDirs: texts,
  BuildahVersion: z.string().optional(),
  DiscoveredDevices: z.array(z.object({ Source: z.string(), ID: z.string().max(300) })).nullish(),
})

/** `GET /info`. Docker from 25 on names the folders of CDI specifications, from 28.2 on also the devices in them. */
export function engineFacts(answer: unknown): EngineFacts & { readonly cdiFolders: readonly string[] } {
  const info = Info.parse(answer)
  const seccomp = info.SecurityOptions.some((option) => option.includes('seccomp'))
  const needs = { 'memory limits': info.MemoryLimit, 'process limits': info.PidsLimit, seccomp }
  return {
    version: info.ServerVersion,
    os: info.OSType,
    cpus: info.NCPU,
    missing: Object.entries(needs).flatMap(([name, present]) => (present ? [] : [name])),
    cdiDevices: (info.DiscoveredDevices ?? []).flatMap(({ Source, ID }) => (Source === 'cdi' ? [ID] : [])),
    cdiFolders: info.CDISpecDirs,
    takesSeccomp: info.BuildahVersion === undefined,
  }
}

/** From `GET /info`: the folder in which the engine keeps containers and volumes. */
export const engineFolder = (answer: unknown): string => z.object({ DockerRootDir: z.string().min(1).max(4_096) }).parse(answer).DockerRootDir

const ImageConfig = z.object({
  Entrypoint: entrypoint,
  Cmd: texts,
  Env: texts,
  Volumes: z.record(z.string(), z.unknown()).nullish(),
  WorkingDir: z.string().max(4_096).nullish(),
  Labels,
})
const Image = z.object({
  Id: z.string(),
  Os: z.string().max(40),
  RepoDigests: texts,
  RepoTags: texts,
  Size: z.number().min(0).default(0),
  Config: ImageConfig.nullish(),
})

/** `GET /images/{name}/json`. */
export function imageFacts(answer: unknown): ImageFacts {
  const image = Image.parse(answer)
  return {
    id: image.Id,
    os: image.Os,
    repoDigests: image.RepoDigests,
    tags: image.RepoTags,
    bytes: image.Size,
    entrypoint: image.Config?.Entrypoint ?? [],
    cmd: image.Config?.Cmd ?? [],
    env: image.Config?.Env ?? [],
    volumes: Object.keys(image.Config?.Volumes ?? {}),
    workingDir: image.Config?.WorkingDir ?? '',
    labels: Object.keys(image.Config?.Labels ?? {}),
  }
}

const Container = z.object({
  Id: z.string(),
  Name: z.string(),
  Image: z.string(),
  Config: z.object({ Labels }),
  State: z.object({ Status: z.string(), StartedAt: z.string().nullish(), FinishedAt: z.string().nullish() }),
})

const STATES: Readonly<Record<string, ContainerFacts['state']>> = {
  created: 'created',
  configured: 'created',
  initialized: 'created',
  running: 'running',
  paused: 'paused',
}

/** An engine writes the year 1 for what has not happened. */
function happened(at: string | null | undefined): EpochMs | null {
  const ms = Date.parse(at ?? '')
  return ms > 0 ? epochMs(ms) : null
}

/** `GET /containers/{id}/json`. */
export function containerFacts(answer: unknown): ContainerFacts {
  const { Id, Name, Image: imageId, Config, State } = Container.parse(answer)
  return {
    id: Id,
    name: Name.replace(/^\//, ''),
    labels: Config.Labels,
    imageId,
    state: STATES[State.Status] ?? 'ended',
    startedAt: happened(State.StartedAt),
    endedAt: happened(State.FinishedAt),
  }
}

const Containers = z.array(z.object({ Id: z.string(), Names: texts, Labels }))
const Volumes = z.object({ Volumes: z.array(z.object({ Name: z.string(), Labels })).nullish() })

/** `GET /containers/json` and `GET /volumes`. */
export function engineObjects(containers: unknown, volumes: unknown): EngineObject[] {
  return [
    ...Containers.parse(containers).map(
      ({ Id, Names, Labels }): EngineObject => ({ kind: 'container', id: Id, name: (Names[0] ?? '').replace(/^\//, ''), labels: Labels }),
    ),
    ...(Volumes.parse(volumes).Volumes ?? []).map(({ Name, Labels }): EngineObject => ({ kind: 'volume', id: Name, name: Name, labels: Labels })),
  ]
}

/** Takes Docker's multiplexed log stream apart: 8 byte header (stream, 0, 0, 0, big-endian length), then that many bytes. */
export function createDemux(onBytes: (bytes: Uint8Array) => void): (chunk: Uint8Array) => void {
  let header = Buffer.alloc(0)
  let left = 0
  return (chunk) => {
    for (let rest = chunk; rest.length > 0; ) {
      const taken = rest.subarray(0, left > 0 ? left : 8 - header.length)
      rest = rest.subarray(taken.length)
      if (left > 0) {
        left -= taken.length
        onBytes(taken)
      } else {
        header = Buffer.concat([header, taken])
        if (header.length === 8) {
          left = header.readUInt32BE(4)
          header = Buffer.alloc(0)
        }
      }
    }
  }
}
