import { z } from 'zod'
import type { EngineFacts, EngineObject } from './container-engine.ts'
import type { ImageFacts } from './image-facts.ts'
import type { PrepareProgress } from './runtime.ts'

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
})

/** `GET /info`. */
export function engineFacts(answer: unknown): EngineFacts {
  const info = Info.parse(answer)
  const seccomp = info.SecurityOptions.some((option) => option.includes('seccomp'))
  const needs = { 'memory limits': info.MemoryLimit, 'process limits': info.PidsLimit, seccomp }
  return {
    version: info.ServerVersion,
    os: info.OSType,
    cpus: info.NCPU,
    missing: Object.entries(needs).flatMap(([name, present]) => (present ? [] : [name])),
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
})
const Image = z.object({ Id: z.string(), Os: z.string().max(40), RepoDigests: texts, Config: ImageConfig.nullish() })

/** `GET /images/{name}/json`. */
export function imageFacts(answer: unknown): ImageFacts {
  const image = Image.parse(answer)
  return {
    id: image.Id,
    os: image.Os,
    repoDigests: image.RepoDigests,
    entrypoint: image.Config?.Entrypoint ?? [],
    cmd: image.Config?.Cmd ?? [],
    env: image.Config?.Env ?? [],
    volumes: Object.keys(image.Config?.Volumes ?? {}),
    workingDir: image.Config?.WorkingDir ?? '',
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

const StreamEvent = z.object({
  id: z.string().optional(),
  error: z.string().optional(),
  progressDetail: z.object({ current: z.number().optional(), total: z.number().optional() }).optional(),
})

/**
 * Reads the JSON lines that a load or pull answers with. The HTTP status is 200 even if it fails: the failure is one of the lines.
 * Rejects with the engine's words.
 */
export async function followOperation(stream: AsyncIterable<unknown>, onProgress: (progress: PrepareProgress) => void): Promise<void> {
  const layers = new Map<string, { current: number; total: number }>()
  for await (const line of jsonLines(stream)) {
    const event = StreamEvent.parse(line)
    if (event.error !== undefined) throw new Error(event.error)
    const { current, total } = event.progressDetail ?? {}
    if (event.id === undefined || current === undefined || total === undefined) continue
    layers.set(event.id, { current, total })
    const all = [...layers.values()]
    onProgress({ receivedBytes: all.reduce((sum, layer) => sum + layer.current, 0), totalBytes: all.reduce((sum, layer) => sum + layer.total, 0) })
  }
}

async function* jsonLines(stream: AsyncIterable<unknown>): AsyncGenerator {
  const decoder = new TextDecoder()
  let pending = ''
  for await (const chunk of stream) {
    const lines = (pending + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n')
    pending = lines.pop() ?? ''
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line)
  }
  if (pending.trim() !== '') yield JSON.parse(pending)
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
