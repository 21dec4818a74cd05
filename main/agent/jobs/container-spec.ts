import { WindfallError } from '../../../shared/errors.ts'
import { type EpochMs, toIso } from '../../../shared/units.ts'
import { type ImageFacts, variableName, volumesToCover } from './image-facts.ts'
import { JOB_UID } from './job-archive.ts'
import type { RunRequest } from './runtime.ts'

export const AGENT_LABEL = 'dev.windfall.agent'
export const ATTEMPT_LABEL = 'dev.windfall.attempt'

/** Seconds between SIGTERM and SIGKILL. Short, because a stopped GPU job gives its memory back to whoever wants to play. */
export const STOP_GRACE_SECONDS = 2
/** Docker refuses less. */
const MIN_MEMORY_BYTES = 6 * 1_048_576
/** No single file may grow beyond this; the sum is watched while the job runs. */
export const WORKSPACE_BYTES = 256 * 1_048_576
const TMP_OPTIONS = 'rw,noexec,nosuid,nodev,size=64m,mode=1777'
const VOLUME_OPTIONS = 'rw,noexec,nosuid,nodev,size=16m,mode=1777'

export type ContainerSpec = ReturnType<typeof containerSpec>

export interface ContainerPlan {
  readonly request: RunRequest
  readonly image: ImageFacts
  readonly agentId: string
  readonly deadline: EpochMs
  /** How many CPUs the engine has; it refuses a larger share. */
  readonly hostCpus: number
}

/** The name that an attempt's container and volume share. */
export const attemptName = (attemptId: string): string => `windfall-${attemptId}`

/** What marks a container or volume as ours. Every key is set, because an image's own labels merge with these. */
export function attemptLabels({ request, agentId, deadline }: Pick<ContainerPlan, 'request' | 'agentId' | 'deadline'>): Record<string, string> {
  return {
    [AGENT_LABEL]: agentId,
    [ATTEMPT_LABEL]: request.attemptId,
    'dev.windfall.job': request.jobId,
    'dev.windfall.lease': request.leaseId,
    'dev.windfall.deadline': toIso(deadline),
  }
}

/**
 * The hardened container of one attempt, in the words of Docker's Engine API (`POST /containers/create`).
 * No network, no capability, no privilege to gain, read-only root, an unknown user, and a cap on everything that can be capped;
 * Docker's own seccomp profile stays on. Errors: `runtime.image` if there is nothing to start, `input.invalid` for a forbidden variable.
 */
export function containerSpec(plan: ContainerPlan) {
  const { request, image } = plan
  return {
    Image: image.id,
    User: `${JOB_UID}:${JOB_UID}`,
    ...command(request.args, image),
    WorkingDir: image.workingDir || '/',
    Env: environment(request, image),
    Labels: attemptLabels(plan),
    StopSignal: 'SIGTERM',
    StopTimeout: STOP_GRACE_SECONDS,
    NetworkDisabled: true,
    Healthcheck: { Test: ['NONE'] },
    HostConfig: hostConfig(plan),
  }
}

function hostConfig({ request, image, hostCpus }: ContainerPlan) {
  const memory = Math.max(request.limits.memoryBytes, MIN_MEMORY_BYTES)
  return {
    NetworkMode: 'none',
    ReadonlyRootfs: true,
    Privileged: false,
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges:true'],
    PidsLimit: 256,
    Memory: memory,
    MemorySwap: memory,
    NanoCpus: Math.round(Math.min(request.limits.cpus, hostCpus) * 1e9),
    CpuShares: 2,
    OomScoreAdj: 800,
    IpcMode: 'private',
    CgroupnsMode: 'private',
    ShmSize: 64 * 1_048_576,
    Ulimits: [
      { Name: 'nofile', Soft: 1024, Hard: 1024 },
      { Name: 'core', Soft: 0, Hard: 0 },
      { Name: 'fsize', Soft: WORKSPACE_BYTES, Hard: WORKSPACE_BYTES },
    ],
    Tmpfs: { '/tmp': TMP_OPTIONS, ...Object.fromEntries(volumesToCover(image).map((path) => [path, VOLUME_OPTIONS])) },
    Mounts: [{ Type: 'volume' as const, Source: attemptName(request.attemptId), Target: '/job' }],
    LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '1' } },
    AutoRemove: false,
    DeviceRequests: request.gpuUuids.length > 0 ? [{ Driver: 'nvidia', DeviceIDs: [...request.gpuUuids], Capabilities: [['gpu', 'compute', 'utility']] }] : [],
  }
}

/** As `docker run IMAGE ARGS`: the image's entry point, then the job's arguments or else the image's own. Both are set, so nothing is inherited. */
function command(args: readonly string[], image: ImageFacts): { readonly Entrypoint: string[]; readonly Cmd: string[] } {
  const cmd = args.length > 0 ? args : image.cmd
  if (image.entrypoint.length + cmd.length === 0)
    throw new WindfallError('runtime.image', 'This image does not say which program to start. Ask the requester to set an entry point or arguments.')
  return { Entrypoint: [...image.entrypoint], Cmd: [...cmd] }
}

/** A bare name takes a variable of the image away. Everything of NVIDIA's is ours to say, whatever image or requester wrote. */
function environment(request: RunRequest, image: ImageFacts): string[] {
  const forbidden = Object.keys(request.env).find((name) => /^(?:LD_|NVIDIA_)/.test(name))
  if (forbidden) throw new WindfallError('input.invalid', `The job sets ${forbidden}, which a job must not. Remove it from the job's env.`)
  const inherited = image.env.map(variableName).filter((name) => name.startsWith('NVIDIA_') && name !== 'NVIDIA_VISIBLE_DEVICES')
  return [
    ...inherited,
    `NVIDIA_VISIBLE_DEVICES=${request.gpuUuids.length > 0 ? request.gpuUuids.join(',') : 'void'}`,
    'WINDFALL_IN=/job/in',
    'WINDFALL_OUT=/job/out',
    'WINDFALL_CKPT=/job/ckpt',
    ...Object.entries(request.env).map(([name, value]) => `${name}=${value}`),
  ]
}
