import { z } from 'zod'
import { messageOf } from '../../shared/errors.ts'
import type { EngineSurroundings } from '../agent/jobs/engine-address.ts'
import { getFromEngine } from './engine-http.ts'
import { type EngineCandidate, engineCandidates } from './engine-socket.ts'

const text = z.string().max(4_096)
const texts = z
  .array(text)
  .max(1_000)
  .nullish()
  .transform((list) => list ?? [])
const flag = z.boolean().default(false)

const Info = z.object({
  ServerVersion: text,
  OSType: text.default(''),
  OperatingSystem: text.default(''),
  Architecture: text.default(''),
  Driver: text.default(''),
  DockerRootDir: text.default(''),
  CgroupVersion: text.default('1'),
  CgroupDriver: text.default(''),
  MemoryLimit: flag,
  PidsLimit: flag,
  CpuCfsQuota: flag,
  SecurityOptions: texts,
  LiveRestoreEnabled: flag,
  DefaultRuntime: text.default(''),
  Runtimes: z.record(z.string(), z.unknown()).nullish(),
  CDISpecDirs: texts,
})
const Version = z.object({ ApiVersion: text, Components: z.array(z.object({ Name: text })).nullish() })

/** What an engine says of itself. */
export interface EngineFigures {
  readonly candidate: EngineCandidate
  readonly isPodman: boolean
  readonly isDesktop: boolean
  readonly apiVersion: string
  readonly info: z.infer<typeof Info>
}

export interface SilentEngine {
  readonly candidate: EngineCandidate
  /** Such as `EACCES`; `null` if it is no system error. */
  readonly code: string | null
  readonly message: string
}

export interface EngineLook {
  /** The engine that jobs use, if it answers. */
  readonly found: EngineFigures | null
  /** Another one that answers. */
  readonly other: EngineCandidate | null
  /** Every place that was tried in vain, the one that jobs use first. */
  readonly silent: readonly SilentEngine[]
}

/** Takes apart `GET /info` and `GET /version`. Throws a ZodError if they are not an engine's. */
export function engineFigures(candidate: EngineCandidate, answers: { readonly info: unknown; readonly version: unknown }): EngineFigures {
  const info = Info.parse(answers.info)
  const { ApiVersion, Components } = Version.parse(answers.version)
  return {
    candidate,
    isPodman: (Components ?? []).some(({ Name }) => Name.startsWith('Podman')),
    isDesktop: info.OperatingSystem === 'Docker Desktop',
    apiVersion: ApiVersion,
    info,
  }
}

/** Asks the engine that jobs use, and if it does not answer, every other place where one may listen. Never rejects. */
export async function lookAtEngine(around: Partial<EngineSurroundings>, signal: AbortSignal): Promise<EngineLook> {
  const silent: SilentEngine[] = []
  for (const candidate of engineCandidates(around)) {
    const figures = await figuresOf(candidate, signal)
    if ('info' in figures) return silent.length === 0 ? { found: figures, other: null, silent } : { found: null, other: candidate, silent }
    silent.push(figures)
  }
  return { found: null, other: null, silent }
}

async function figuresOf(candidate: EngineCandidate, signal: AbortSignal): Promise<EngineFigures | SilentEngine> {
  try {
    const [info, version] = await Promise.all(['/info', '/version'].map((path) => getFromEngine(candidate.address, path, signal)))
    return engineFigures(candidate, { info, version })
  } catch (error) {
    const { code } = error as { code?: unknown }
    return { candidate, code: typeof code === 'string' ? code : null, message: messageOf(error) }
  }
}
