import type { AgentStatus } from '../../shared/contract/agent.ts'
import type { Ceilings } from '../../shared/contract/device.ts'
import { WindfallError } from '../../shared/errors.ts'
import { meteredEnergy } from './format.ts'
import type { DeviceMeasure } from './measure.ts'

/** What a person is shown of a machine. */
export interface Shown {
  readonly devices: readonly Device[]
  readonly seen: readonly AgentStatus['seen'][number][]
}

type Device = AgentStatus['devices'][number]

const METHOD: Readonly<Record<Device['method'], string>> = {
  counter: 'by its own energy counter',
  'power-average': 'by power readings that the card averages',
  'power-instant': 'by momentary power readings, ten a second',
  rapl: 'by the energy counter of the processor',
  mixed: 'by counter and power readings together',
  estimate: 'estimated from how busy it is; no sensor can be read',
}

const GIB = 1_073_741_824

/** One device that a person named by a part of its name or the beginning of its id. Error: `input.invalid`, naming the choices. */
export function pickDevice(devices: readonly Device[], text: string): Device {
  const wanted = text.toLowerCase()
  const exact = devices.filter(({ name, deviceId }) => name.toLowerCase() === wanted || deviceId === wanted)
  const [found, ...others] =
    exact.length > 0 ? exact : devices.filter(({ name, deviceId }) => name.toLowerCase().includes(wanted) || deviceId.startsWith(wanted))
  const choices = (among: readonly Device[]) => among.map(({ name, deviceId }) => `${name} (${shortId(deviceId)})`).join(', ')
  if (!found) throw new WindfallError('input.invalid', `No device is called “${text}”. There are: ${choices(devices)}.`)
  if (others.length > 0)
    throw new WindfallError('input.invalid', `“${text}” could be ${choices([found, ...others])}. Say more of the name, or the beginning of the id.`)
  return found
}

const shortId = (deviceId: string): string => deviceId.slice(0, 8)

const STATE: Readonly<Record<Exclude<Device['state'], 'ok'>, string>> = {
  lost: 'fell off the bus',
  asleep: 'asleep',
  unavailable: 'does not answer now',
}

/** `172 W, 61 °C`; an estimate says so, and a device that says nothing why. */
function doingOf({ state, watts, temperatureC, method }: Device): string {
  if (state !== 'ok') return STATE[state]
  const parts = [
    watts === null ? null : `${method === 'estimate' ? '≈ ' : ''}${watts.toFixed(1)} W`,
    temperatureC === null ? null : `${Math.round(temperatureC)} °C`,
  ]
  return parts.filter((part) => part !== null).join(', ') || 'not read yet'
}

const ceilingsOf = ({ temperatureC, watts }: Ceilings): string | null =>
  [temperatureC === null ? null : `${temperatureC} °C`, watts === null ? null : `${watts} W`].filter((part) => part !== null).join(' and ') || null

/** One line per device, for `windfall status`. */
export const deviceLine = (device: Device): string =>
  `device        ${device.name}: ${doingOf(device)}, ${meteredEnergy(device.energyToday.joules, device.method)} today${device.held ? ` – ${device.held.message}` : ''}`

/** Everything about the devices of a machine, for people. */
export function describeDevices({ devices, seen }: Shown): string[] {
  return [
    ...devices.flatMap(describeDevice),
    ...(seen.length > 0 ? ['', 'seen, not used:'] : []),
    ...seen.flatMap(({ name, busId, advice }) => [`  ${name}${busId ? ` at ${busId}` : ''}`, `    ${advice}`]),
  ]
}

function describeDevice(device: Device): string[] {
  const { name, deviceId, enabled, driver, busId, vramBytes, powerLimitW, instances, energyToday, method, reader, sensor, ceilings, idleW, held } = device
  const about = [
    driver,
    busId,
    vramBytes === null ? null : `${(vramBytes / GIB).toFixed(1)} GiB`,
    powerLimitW === null ? null : `limit ${powerLimitW.toFixed(0)} W`,
    instances === null ? null : `in ${instances} parts`,
  ]
  const limits = ceilingsOf(ceilings)
  return [
    `${name}  ${enabled ? 'on' : 'OFF'}  ${doingOf(device)}`,
    `  id        ${shortId(deviceId)}…  ${about.filter((part) => part !== null).join(', ')}`,
    `  today     ${meteredEnergy(energyToday.joules, method)}, of that ${meteredEnergy(energyToday.jobJoules, method)} for jobs${idleW === null ? '' : `; quiet it draws ${idleW.toFixed(1)} W`}`,
    `  measured  ${METHOD[method]} (${reader}), within ± ${sensor.uncertaintyPct} %: ${sensor.basis}`,
    `  ceilings  ${limits ?? 'none'}`,
    ...(held ? [`  rests     ${held.message}`] : []),
  ]
}

const joules = (value: number | null): string => (value === null ? 'not available' : `${value.toFixed(2)} J`)

/** What someone with a new card needs to see, to trust the meter or to report it. */
export const describeMeasure = (measure: DeviceMeasure): string[] => {
  const { name, driver, method, reader, latencyMs } = measure
  return [
    `${name}, ${driver}`,
    `  method       ${METHOD[method as Device['method']]} (${reader})`,
    `  energy       ${method === 'estimate' ? '≈ ' : ''}${measure.joules.toFixed(2)} J in ${measure.seconds.toFixed(1)} s: mean ${measure.meanW.toFixed(2)} W, peak ${measure.peakW.toFixed(2)} W`,
    `  counter      ${joules(measure.counterJ)}`,
    `  power        ${joules(measure.powerJ)}${measure.ratio === null ? '' : `, integrated over the same stretches; power ÷ counter = ${measure.ratio.toFixed(4)}`}`,
    `  samples      ${measure.samples}${measure.failed > 0 ? `, and ${measure.failed} looks without a reading` : ''}; one takes ${latencyMs.median.toFixed(2)} ms (p95 ${latencyMs.p95.toFixed(2)}, longest ${latencyMs.longest.toFixed(2)})`,
    `  uncertainty  ± ${measure.uncertaintyPct.toFixed(1)} %: ${measure.uncertaintyBasis}`,
  ]
}
