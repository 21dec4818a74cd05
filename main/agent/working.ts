import { join } from 'node:path'
import type { Clock } from '../kernel/clock.ts'
import type { DeviceKeys } from '../kernel/device-key.ts'
import { createIds } from '../kernel/ids.ts'
import type { Logger } from '../kernel/log.ts'
import type { AgentConfig } from './config.ts'
import { type FollowingSession, createFollowingSession } from './following-session.ts'
import type { GiveBack } from './give-back.ts'
import type { GridWatch } from './grid-watch.ts'
import type { Hardware } from './hardware.ts'
import { createCheckpoints } from './jobs/checkpoints.ts'
import { createLiveLogs } from './jobs/live-logs.ts'
import type { OpenSandbox } from './jobs/sandbox-program.ts'
import type { News } from './news.ts'
import type { OwnerChoices } from './owner-choices.ts'
import { createReceiptFolder } from './receipt-folder.ts'
import { type ProbedRuntime, createRuntimeProbes, createRuntimes } from './runtimes.ts'
import type { SolarWatch } from './solar/solar-watch.ts'
import type { AgentStores } from './stores.ts'
import { type Work, createWork } from './work.ts'

export interface WorkingDeps extends Pick<OwnerChoices, 'rules' | 'tariff'>, Pick<GiveBack, 'policy' | 'forRunner'> {
  readonly config: AgentConfig
  readonly stores: AgentStores
  readonly keys: DeviceKeys
  readonly clock: Clock
  readonly log: Logger
  /** What WebAssembly jobs are locked up in. */
  readonly sandbox: OpenSandbox
  readonly hardware: Pick<Hardware, 'inventory' | 'meter' | 'devices' | 'sampleLog'>
  readonly grid: GridWatch
  readonly solar: SolarWatch
  readonly news: News
}

/** What this machine does for others, and for whom. */
export interface Working {
  readonly work: Work
  readonly session: FollowingSession
  readonly probeRuntimes: (signal: AbortSignal) => Promise<readonly ProbedRuntime[]>
  /** Keeps what runtimes leave lying about in order. */
  readonly upkeep: readonly ((signal: AbortSignal) => Promise<void>)[]
}

/** Joins jobs, what runs them, and the coordinator that they come from. */
export function openWorking(deps: WorkingDeps): Working {
  const { config, stores, keys, clock, hardware } = deps
  const checkpoints = createCheckpoints({ directory: join(config.dataDirectory, 'checkpoints'), store: stores.checkpoints, clock })
  const runtimes = createRuntimes({
    agentId: keys.nodeId,
    clock,
    stores,
    checkpoints,
    images: config.images,
    graceMs: () => deps.rules.current().graceMs,
    sandbox: deps.sandbox,
  })
  const ids = createIds(clock)
  const shared = { ...deps, ...hardware, checkpoints, logs: createLiveLogs({ clock, ids }) }
  const work = createWork({ ...shared, nodeId: keys.nodeId, signer: keys.signer, ids, runtimes, solar: deps.solar.take, giveBack: deps.forRunner })
  const probeRuntimes = createRuntimeProbes(runtimes, clock)
  const session = createFollowingSession({
    ...shared,
    probeRuntimes,
    sampleLog: async (proofId) => {
      const attemptId = stores.proofs.attemptOf(proofId)
      return attemptId === null ? null : hardware.sampleLog(attemptId)
    },
    work,
    receipts: createReceiptFolder(config.dataDirectory),
  })
  return { work, session, probeRuntimes, upkeep: [...runtimes.values()].flatMap((runtime) => runtime.upkeep ?? []) }
}
