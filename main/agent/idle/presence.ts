import { monotonicMs, toIso } from '../../../shared/units.ts'
import { type Objection, type ObjectionInput, objection } from './objection.ts'

/** Whether the owner is at the machine, by keyboard, pointer and game pad. */
export function presence(input: ObjectionInput): Objection[] {
  const { now, mono, signals, config, jobRunning, anyway } = input
  if (config.dedicated || anyway || mayDisturb(input)) return []
  const { inputIdle } = signals
  if (inputIdle === 'unknown')
    return [
      objection('presence-unknown', 'Windfall cannot tell whether someone is using this machine. If nobody does, declare it a dedicated machine.', mono, {
        effect: 'soften',
      }),
    ]
  const waitS = jobRunning ? Math.min(config.quietAfterInputS, idleWaitOf(input)) : idleWaitOf(input)
  if (inputIdle.value >= waitS) return []
  const until = toIso(now + Math.ceil((waitS - inputIdle.value) * 1_000))
  const touchedAt = monotonicMs(Math.max(0, inputIdle.at - inputIdle.value * 1_000))
  return [objection('owner-present', 'You are using this machine.', touchedAt, { effect: 'soften', until })]
}

/** A locked screen shortens the wait; what the flap guard adds stays. */
function idleWaitOf({ signals: { locked }, config, idleWaitS }: ObjectionInput): number {
  if (locked === 'unknown' || !locked.value || config.idleLockedS >= config.idleStartS) return idleWaitS
  return idleWaitS - config.idleStartS + config.idleLockedS
}

/** The owner allows work beside theirs, but only on mains. */
function mayDisturb({ config, signals: { power } }: ObjectionInput): boolean {
  return config.alsoWhenPresent && power !== 'unknown' && (power.value === 'mains' || power.value === 'none')
}
