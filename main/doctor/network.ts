import { coordinatorContract } from '../../shared/contract/coordinator.ts'
import { type Client, connect } from '../../shared/contract/define.ts'
import type { Clock } from '../kernel/clock.ts'
import { createHttpTransport } from '../kernel/contract-http.ts'
import { readInstance } from '../kernel/instance-file.ts'
import { packageVersion } from '../kernel/paths.ts'
import { type Check, type Examined, type Finding, fail, ok, single, skipped, warn } from './check.ts'
import { messageOf } from '../../shared/errors.ts'

/** Requests older than a minute are refused by a coordinator. */
const WORKS_MS = 50_000
const GOOD_MS = 5_000

/** `aheadMs`: this machine's clock less the coordinator's; the way there and back took `roundTripMs`. */
export function judgeSkew(aheadMs: number, roundTripMs: number): Finding {
  const off = Math.abs(aheadMs)
  const evidence = `this clock is ${(off / 1_000).toFixed(1)} s ${aheadMs < 0 ? 'behind' : 'ahead of'} the coordinator’s (±${(roundTripMs / 2_000).toFixed(1)} s)`
  const fix = 'Set the clock by the network: sudo timedatectl set-ntp true (Windows: Settings, Time, Sync now).'
  if (off - roundTripMs / 2 > WORKS_MS) return fail(evidence, `${fix} The coordinator refuses what is signed at another time.`)
  return off - roundTripMs / 2 > GOOD_MS ? warn(evidence, fix) : ok(evidence)
}

export interface Health {
  readonly status: string
  readonly version: string
  readonly time: string
}

export function judgeReach(url: string, { status, version }: Health, roundTripMs: number): Finding {
  const evidence = `${withoutSecrets(url)} answers in ${Math.round(roundTripMs)} ms: ${status}, version ${version}`
  if (status !== 'ok') return warn(evidence, 'Wait a minute and look again; if it stays so, tell who runs the coordinator.')
  const [theirs, ours] = [version, packageVersion].map((text) => text.split('.')[0])
  return theirs === ours ? ok(evidence) : warn(evidence, `This is Windfall ${packageVersion}: bring both to the same major version.`)
}

/** An address without the user name and password it may hold. */
export const withoutSecrets = (url: string): string => url.replace(/^(\w+:\/\/)[^/@]*@/, '$1')

const inSettings = ({ facts }: Pick<Examined, 'facts'>): string | null => {
  const settings = facts.settings()
  return 'coordinatorUrl' in settings ? settings.coordinatorUrl : null
}

/** The coordinator this machine works for: what the settings say, or the one that ran here last. */
const coordinatorUrl = (machine: Examined): string | null => inSettings(machine) ?? readInstance(machine.dataDirectory)?.coordinator?.url ?? null

/** The finding about the coordinator's address, or that there is none. */
export const ofCoordinator = (code: string, look: (url: string, machine: Examined, signal: AbortSignal) => Promise<Finding> | Finding): Check =>
  single(code, (machine, signal) => {
    const url = coordinatorUrl(machine)
    return url === null ? skipped('no coordinator is set for this data directory') : look(url, machine, signal)
  })

const clientOf = (url: string): Client<typeof coordinatorContract> =>
  connect(coordinatorContract, createHttpTransport(coordinatorContract, { baseUrl: url, authorize: async () => ({}), timeoutMs: 10_000 }))

/** Asks after the coordinator's health, and how long that took. Rejects if it cannot be reached. */
async function askHealth(url: string, clock: Clock): Promise<{ readonly health: Health; readonly roundTripMs: number; readonly aheadMs: number }> {
  const [startedAt, began] = [clock.now(), clock.monotonic()]
  const health = await clientOf(url).call('health', {})
  const roundTripMs = clock.monotonic() - began
  return { health, roundTripMs, aheadMs: startedAt + roundTripMs / 2 - Date.parse(health.time) }
}

async function reach(url: string, machine: Examined): Promise<Finding> {
  try {
    const { health, roundTripMs } = await askHealth(url, machine.clock)
    return judgeReach(url, health, roundTripMs)
  } catch (error) {
    // What ran here may have been ended since.
    if (inSettings(machine) === null) return warn('the coordinator of this data directory does not run', 'Start it with: windfall up')
    return fail(withoutSecrets(messageOf(error)), 'Check the address in settings.json or --coordinator, this machine’s network, its firewall and its proxy.')
  }
}

async function skew(url: string, { clock }: Examined): Promise<Finding> {
  try {
    // The first answer includes finding the address and greeting; only the second says how late it is there.
    await askHealth(url, clock)
    const { aheadMs, roundTripMs } = await askHealth(url, clock)
    return judgeSkew(aheadMs, roundTripMs)
  } catch {
    return skipped('the coordinator does not answer')
  }
}

export const NETWORK_CHECKS: readonly Check[] = [ofCoordinator('coordinator-reach', reach), ofCoordinator('clock-skew', skew)]
