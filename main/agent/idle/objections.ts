import { toIso } from '../../../shared/units.ts'
import { type Objection, type ObjectionInput, asSet, objection } from './objection.ts'
import { gpuUse, processorUse } from './load.ts'
import { presence } from './presence.ts'
import { programs } from './programs.ts'
import { readSchedule } from './signals/schedule.ts'

/** All reasons why no job may start now, each once, in the order in which an owner would want to read them. */
export function objections(input: ObjectionInput): Objection[] {
  const others = input.signals.others.map((reason) => ({ ...objection(reason.code, reason.message, input.mono), until: reason.until }))
  return asSet([
    // What only the owner can give comes before what passes.
    ...others.filter(({ code }) => code === 'consent'),
    ...presence(input),
    ...programs(input),
    ...gpuUse(input),
    ...processorUse(input),
    ...sleep(input),
    ...battery(input),
    ...heat(input),
    ...schedule(input),
    ...others,
  ])
}

function sleep({ mono, signals }: ObjectionInput): Objection[] {
  return signals.sleep.suspending ? [objection('sleep', 'This machine is going to sleep.', mono)] : []
}

function battery({ mono, signals: { power }, config }: ObjectionInput): Objection[] {
  if (config.allowBattery) return []
  if (power === 'unknown' || power.value === 'unknown')
    return [objection('battery', 'Windfall cannot tell whether this machine runs on battery.', mono, { effect: 'soften' })]
  return power.value === 'battery' ? [objection('battery', 'This machine runs on battery.', power.at)] : []
}

/** Two thresholds, so that a card at the edge does not stop and start. */
function heat({ mono, signals: { temperatureC }, config, jobRunning }: ObjectionInput): Objection[] {
  if (temperatureC === null || (jobRunning ? temperatureC <= config.stopAboveC : temperatureC < config.startBelowC)) return []
  return [objection('heat', `The GPU is at ${Math.round(temperatureC)} °C and has to cool down first.`, mono)]
}

function schedule({ now, mono, config, anyway }: ObjectionInput): Objection[] {
  if (!config.schedule || anyway) return []
  const { allowed, until } = readSchedule(config.schedule, now)
  if (allowed) return []
  return [objection('schedule', 'Your weekly schedule does not allow work now.', mono, { until: until === null ? null : toIso(until) })]
}
