import type { Reason } from '../../../shared/contract/agent.ts'
import { type EpochMs, toIso } from '../../../shared/units.ts'
import type { PolicyConfig } from './policy-config.ts'
import type { InputIdle } from './signals/input-idle.ts'
import type { PowerSupply } from './signals/power-supply.ts'
import { readSchedule } from './signals/schedule.ts'

/** Everything the policy looks at, as read at one moment. */
export interface Signals {
  readonly inputIdle: InputIdle
  readonly powerSupply: PowerSupply
  /** Hottest GPU; `null` if none tells, which is no objection. */
  readonly temperatureC: number | null
  /** What other parts of the agent object to, such as the carbon gate or a shutdown. */
  readonly others: readonly Reason[]
}

export interface ObjectionInput {
  readonly now: EpochMs
  readonly signals: Signals
  readonly config: PolicyConfig
  readonly jobRunning: boolean
}

/** All reasons why no job may run now, in the order in which an owner would want to read them. */
export const objections = (input: ObjectionInput): Reason[] => [
  ...presence(input),
  ...battery(input),
  ...heat(input),
  ...schedule(input),
  ...input.signals.others,
]

function presence({ now, signals: { inputIdle }, config }: ObjectionInput): Reason[] {
  if (config.dedicated) return []
  if (inputIdle === 'unknown')
    return [
      {
        code: 'presence-unknown',
        message: 'Windfall cannot tell whether someone is using this machine. If nobody does, declare it a dedicated machine.',
        until: null,
      },
    ]
  if (inputIdle >= config.idleStartS) return []
  const until = toIso(now + Math.ceil((config.idleStartS - inputIdle) * 1000))
  return [{ code: 'owner-present', message: 'You are using this machine.', until }]
}

function battery({ signals: { powerSupply }, config }: ObjectionInput): Reason[] {
  if (config.allowBattery || powerSupply === 'mains' || powerSupply === 'none') return []
  const message = powerSupply === 'battery' ? 'This machine runs on battery.' : 'Windfall cannot tell whether this machine runs on battery.'
  return [{ code: 'battery', message, until: null }]
}

/** Two thresholds, so that a card at the edge does not stop and start. */
function heat({ signals: { temperatureC }, config, jobRunning }: ObjectionInput): Reason[] {
  if (temperatureC === null || (jobRunning ? temperatureC <= config.stopAboveC : temperatureC < config.startBelowC)) return []
  return [{ code: 'heat', message: `The GPU is at ${Math.round(temperatureC)} °C and has to cool down first.`, until: null }]
}

function schedule({ now, config }: ObjectionInput): Reason[] {
  if (!config.schedule) return []
  const { allowed, until } = readSchedule(config.schedule, now)
  return allowed ? [] : [{ code: 'schedule', message: 'Your weekly schedule does not allow work now.', until: until === null ? null : toIso(until) }]
}
