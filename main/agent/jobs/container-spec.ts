import { WindfallError } from '../../../shared/errors.ts'
import { type EpochMs, epochMs, toIso } from '../../../shared/units.ts'
import type { EngineFacts } from './engine-facts.ts'
import { cdiNamesOf } from './engine-cdi.ts'
import { type ImageFacts, variableName, volumesToCover } from './image-facts.ts'
import { JOB_UID } from './job-archive.ts'
import type { RunRequest } from './runtime.ts'
import { SECCOMP_PROFILE } from './seccomp.ts'

export const AGENT_LABEL = 'dev.windfall.agent'
export const ATTEMPT_LABEL = 'dev.windfall.attempt'

const DEADLINE_LABEL = 'dev.windfall.deadline'

/** Between SIGTERM and SIGKILL. Short, because a stopped GPU job gives its memory back to whoever wants to play. */
export const GRACE_MS = 1_500
/** How often a job that can go on elsewhere is asked to save where it is. */
const CHECKPOINT_EVERY_S = 60
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
  readonly host: Pick<EngineFacts, 'cpus' | 'cdiDevices' | 'takesSeccomp'>
  /** How long a job is given to save its work when it has to go; 0: not at all. */
  readonly graceMs: number
  readonly startedAt: EpochMs
}

/** The name that an attempt's container and volume share. */
export const attemptName = (attemptId: string): string => `windfall-${attemptId}`

/** What marks a container or volume as ours. Every key is set, because an image's own labels merge with these. */
export function attemptLabels({ request, agentId, startedAt, deadline }: Pick<ContainerPlan, 'request' | 'agentId' | 'startedAt' | 'deadline'>) {
  return {
    [AGENT_LABEL]: agentId,
    [ATTEMPT_LABEL]: request.attemptId,
    'dev.windfall.job': request.jobId,
    'dev.windfall.lease': request.leaseId,
    'dev.windfall.started': toIso(startedAt),
    [DEADLINE_LABEL]: toIso(deadline),
  } satisfies Record<string, string>
}

/** A container inherits the labels of its image, and other programs on this machine act on labels: a proxy, an updater. They read nothing. */
const blankLabels = ({ labels }: ImageFacts): Record<string, string> => Object.fromEntries(labels.map((name) => [name, '']))

/** Whether container or volume belongs to this attempt of this agent. Label, attempt and name all have to agree: an image can carry our labels too. */
export const belongsTo = ({ name, labels }: { readonly name: string; readonly labels: Readonly<Record<string, string>> }, agentId: string, attemptId: string) =>
  labels[AGENT_LABEL] === agentId && labels[ATTEMPT_LABEL] === attemptId && name === attemptName(attemptId)

/** Until when a container of ours may run, by its own label; `null` if it does not say. */
export function deadlineOf(labels: Readonly<Record<string, string>>): EpochMs | null {
  const at = Date.parse(labels[DEADLINE_LABEL] ?? '')
  return at > 0 ? epochMs(at) : null
}

/**
 * The hardened container of one attempt, in the words of Docker's Engine API (`POST /containers/create`).
 * No network, no capability, no privilege to gain, read-only root, an unknown user, and a cap on everything that can be capped;
 * a seccomp profile of our own is the same on every engine. Errors: `runtime.image` if there is nothing to start, `input.invalid` for a forbidden variable.
 */
export function containerSpec(plan: ContainerPlan) {
  const { request, image } = plan
  return {
    Image: image.id,
    User: `${JOB_UID}:${JOB_UID}`,
    ...command(request.args, image),
    WorkingDir: image.workingDir || '/',
    Env: environment(plan),
    Labels: { ...blankLabels(image), ...attemptLabels(plan) },
    StopSignal: 'SIGTERM',
    StopTimeout: Math.ceil(plan.graceMs / 1_000),
    NetworkDisabled: true,
    Healthcheck: { Test: ['NONE'] },
    HostConfig: hostConfig(plan),
  }
}

function hostConfig(plan: ContainerPlan) {
  const { request, image, host } = plan
  // An engine refuses a larger share than it has.
  const cpus = Math.min(request.limits.cpus, host.cpus)
  const memory = Math.max(request.limits.memoryBytes, MIN_MEMORY_BYTES)
  return {
    NetworkMode: 'none',
    ReadonlyRootfs: true,
    Privileged: false,
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges:true', ...(host.takesSeccomp ? [`seccomp=${SECCOMP_PROFILE}`] : [])],
    PidsLimit: 256,
    Memory: memory,
    MemorySwap: memory,
    NanoCpus: Math.round(cpus * 1e9),
    CpuShares: 2,
    OomScoreAdj: 800,
    IpcMode: 'private',
    CgroupnsMode: 'private',
    ShmSize: 64 * 1_048_576,
    Ulimits: [
      { Name: 'nofile', Soft: 1024, Hard: 1024 },
      { Name: 'core', Soft: 0, Hard: 0 },
      cpuSeconds(request.limits.wallSeconds * Math.ceil(cpus)),
      { Name: 'fsize', Soft: WORKSPACE_BYTES, Hard: WORKSPACE_BYTES },
    ],
    Tmpfs: { '/tmp': TMP_OPTIONS, ...Object.fromEntries(volumesToCover(image).map((path) => [path, VOLUME_OPTIONS])) },
    Mounts: [{ Type: 'volume' as const, Source: attemptName(request.attemptId), Target: '/job', VolumeOptions: { NoCopy: true } }],
    // Two files, because with one whoever follows the log of a job that writes fast hears nothing more once it is full.
    LogConfig: { Type: 'json-file', Config: { 'max-size': '512k', 'max-file': '2' } },
    AutoRemove: false,
    DeviceRequests: deviceRequests(plan),
  }
}

/** The kernel keeps this limit also when nobody watches: a program that computes on after its agent died ends. */
function cpuSeconds(granted: number) {
  const limit = granted + 60
  return { Name: 'cpu', Soft: limit, Hard: limit }
}

/**
 * CDI before the toolkit's hook, because no program of the host then reads what an image says about itself.
 * @see https://docs.docker.com/build/building/cdi/
 */
function deviceRequests({ request: { gpuUuids }, host: { cdiDevices } }: ContainerPlan) {
  if (gpuUuids.length === 0) return []
  const names = cdiNamesOf(gpuUuids, cdiDevices)
  if (names) return [{ Driver: 'cdi', DeviceIDs: [...names], Capabilities: [] }]
  return [{ Driver: 'nvidia', DeviceIDs: [...gpuUuids], Capabilities: [['gpu', 'compute', 'utility']] }]
}

/** As `docker run IMAGE ARGS`: the image's entry point, then the job's arguments or else the image's own. Both are set, so nothing is inherited. */
function command(args: readonly string[], image: ImageFacts): { readonly Entrypoint: string[]; readonly Cmd: string[] } {
  const cmd = args.length > 0 ? args : image.cmd
  if (image.entrypoint.length + cmd.length === 0)
    throw new WindfallError('runtime.image', 'This image does not say which program to start. Ask the requester to set an entry point or arguments.')
  return { Entrypoint: [...image.entrypoint], Cmd: [...cmd] }
}

/** A bare name takes a variable of the image away. Everything of NVIDIA's and of ours is ours to say, whatever image or requester wrote. */
function environment({ request, image, graceMs, host: { cdiDevices } }: ContainerPlan): string[] {
  const forbidden = Object.keys(request.env).find((name) => /^(?:LD_|NVIDIA_|WINDFALL_)/.test(name))
  if (forbidden) throw new WindfallError('input.invalid', `The job sets ${forbidden}, which a job must not. Remove it from the job's env.`)
  const inherited = image.env.map(variableName).filter((name) => /^(?:NVIDIA|WINDFALL)_/.test(name) && name !== 'NVIDIA_VISIBLE_DEVICES')
  // What CDI has injected, the toolkit's hook must not inject again, and a processor job gets nothing at all.
  const byHook = cdiNamesOf(request.gpuUuids, cdiDevices) ? [] : request.gpuUuids
  const ours = [
    `NVIDIA_VISIBLE_DEVICES=${byHook.length > 0 ? byHook.join(',') : 'void'}`,
    'WINDFALL_IN=/job/in',
    'WINDFALL_OUT=/job/out',
    'WINDFALL_CKPT=/job/ckpt',
    `WINDFALL_CKPT_EVERY_S=${CHECKPOINT_EVERY_S}`,
    `WINDFALL_GRACE_MS=${graceMs}`,
  ]
  const taken = new Set(ours.map(variableName))
  return [...inherited.filter((name) => !taken.has(name)), ...ours, ...Object.entries(request.env).map(([name, value]) => `${name}=${value}`)]
}
