import type { AgentStatus } from '../../shared/contract/agent.ts'
import { messageOf } from '../../shared/errors.ts'
import type { AgentConfig } from '../agent/config.ts'
import { type Detection, detectSources } from '../agent/gpu/detect.ts'
import { readAgentConfig } from '../agent/read-config.ts'
import { type EngineLook, lookAtEngine } from './engine-look.ts'
import type { Place } from './place.ts'
import { type SignalLook, lookAtSignals } from './signal-look.ts'

/** What several checks need to know. Each is found out when the first one asks, and then kept. */
export interface Facts {
  readonly engine: () => Promise<EngineLook>
  readonly hardware: () => Promise<Pick<Detection, 'sources' | 'seen'>>
  /** `null` if no agent runs on this data directory. Rejects if one should run and does not answer. */
  readonly status: () => Promise<AgentStatus | null>
  readonly settings: () => AgentConfig | { readonly problem: string }
  readonly signals: () => Promise<SignalLook>
}

/** What starts here ends with `signal`. `status` asks the agent of this data directory. */
export function createFacts(place: Place, status: Facts['status'], signal: AbortSignal): Facts {
  const { clock, dataDirectory, environment, platform, sysRoot, procRoot } = place
  return {
    engine: once(() => lookAtEngine({ environment, platform }, signal)),
    hardware: once(() => detectSources({ clock, environment, sysRoot, procRoot }, signal)),
    status: once(status),
    settings: once(() => {
      try {
        return readAgentConfig({ dataDirectory, environment })
      } catch (error) {
        return { problem: messageOf(error) }
      }
    }),
    signals: once(() => lookAtSignals(place, signal)),
  }
}

function once<T>(ask: () => T): () => T {
  let kept: { readonly answer: T } | null = null
  return () => (kept ??= { answer: ask() }).answer
}
