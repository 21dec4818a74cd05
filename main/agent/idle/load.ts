import { type Objection, type ObjectionInput, objection } from './objection.ts'
import type { GpuUse } from './signals/gpu-use.ts'
import type { Reading } from './signals/reading.ts'

/** A reading of a GPU older than this is of no use. */
const STALE_MS = 10_000
/** So long after a job of ours nobody can have measured the mean load of others. */
const AFTER_JOB_MS = 45_000

/** Whether somebody else uses a GPU that jobs may get. The load of our own job never counts. */
export const gpuUse = (input: ObjectionInput): Objection[] => input.signals.gpus.flatMap((gpu) => used(gpu, input) ?? doubtful(gpu, input) ?? [])

function used({ value, at }: Reading<GpuUse>, { config }: ObjectionInput): Objection | null {
  if (value.verdict !== 'used') return null
  const [user] = value.users
  if (!user) return objection('gpu-in-use', `Something else keeps the GPU ${percent(value.othersBusy ?? 0)}% busy.`, at, { restS: config.cooldownS })
  return objection('gpu-in-use', `${user.name?.slice(0, 60) ?? `Process ${user.pid}`} is using the GPU.`, at, { restS: config.gameCooldownS })
}

function doubtful({ value, ageMs }: Reading<GpuUse>, { mono, config, jobRunning, sinceJobMs }: ObjectionInput): Objection | null {
  if (value.verdict !== 'unknown' || config.dedicated) return null
  // A driver that names no programs cannot tell ours from others while ours runs; input, games and screens are watched all the same.
  const isOurs = ageMs <= STALE_MS && (jobRunning || (sinceJobMs !== null && sinceJobMs < AFTER_JOB_MS))
  if (isOurs) return null
  return objection('gpu-in-use', 'Windfall cannot tell yet whether something else uses the GPU.', mono, { effect: 'soften' })
}

/** Whether others need the processor. Nobody knowing is no harm to a job that runs: it only gets what the owner leaves. */
export function processorUse({ mono, signals: { cpuOthers }, config, jobRunning }: ObjectionInput): Objection[] {
  if (config.dedicated) return []
  if (cpuOthers === 'unknown')
    return jobRunning ? [] : [objection('cpu-in-use', 'Windfall cannot tell yet how busy the processor is.', mono, { effect: 'soften' })]
  if (cpuOthers.value < config.othersBelowShare) return []
  return [
    objection('cpu-in-use', `Other programs keep the processor ${percent(cpuOthers.value)}% busy.`, cpuOthers.at, {
      effect: 'soften',
      restS: config.cooldownS,
    }),
  ]
}

const percent = (share: number): number => Math.round(share * 100)
