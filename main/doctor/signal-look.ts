import { cpus, freemem } from 'node:os'
import type { PowerSupply } from '../agent/idle/signals/power-supply.ts'
import { sumTimes } from '../agent/idle/signals/cpu-load.ts'
import { type SignalSources, createSignalSources } from '../agent/idle/signals/sources.ts'
import type { Place } from './place.ts'

/** What this process can see of the owner and the machine, as an agent started the same way would. */
export interface SignalLook {
  readonly inputIdle: number | 'unknown'
  readonly power: PowerSupply
  readonly network: 'metered' | 'free' | 'untold' | 'unknown'
  readonly states: readonly Pick<ReturnType<SignalSources['states']>[number], 'signal' | 'source' | 'state'>[]
}

/** A source that needs a connection first has its answer at the second look. */
const LOOKS = 3
const BETWEEN_MS = 300

const valueOf = <T>(signal: 'unknown' | { readonly value: T }): T | 'unknown' => (signal === 'unknown' ? signal : signal.value)

/** Asks every source of the idle policy once. Never rejects for lack of sources. Connections end with `signal`. */
export async function lookAtSignals({ clock, platform, environment, sysRoot, procRoot }: Place, signal: AbortSignal): Promise<SignalLook> {
  const sources = createSignalSources(
    {
      clock,
      platform,
      environment,
      uid: process.getuid?.() ?? 0,
      pid: process.pid,
      roots: { sys: sysRoot, proc: procRoot, dev: '/dev' },
      askWindows: null,
      jobRunning: () => true,
      isOwn: () => false,
      nameOf: () => null,
      gameRules: () => ({ also: [], never: [] }),
      dedicated: false,
      cpu: { times: () => sumTimes(cpus()), ownMs: () => 0 },
      availableRamBytes: freemem,
      polled: () => undefined,
    },
    signal,
  )
  for (let look = 0; look < LOOKS && (look === 0 || (await clock.sleep(BETWEEN_MS, signal))); look++) await sources.tick()
  const { inputIdle, power, network } = sources.read()
  return { inputIdle: valueOf(inputIdle), power: valueOf(power), network: valueOf(network), states: sources.states() }
}
