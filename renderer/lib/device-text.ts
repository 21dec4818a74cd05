/** Devices in sentences. */
import type { AgentStatus } from '../../shared/contract/agent.ts'
import type { Device, SeenDevice } from '../../shared/contract/device.ts'
import { t } from '../../shared/i18n/translate.ts'
import { formatMemory, formatMoment, formatUncertainty, formatWatts, midSentence } from './format.ts'
import { DEVICE_KIND, MEASURED, METHOD_WORD, NO_READING, SEEN_WORD, deviceWord } from './words.ts'

const STALE_MS = 60_000

/** A processor whose power is worked out has none. */
export const hasDriver = (driver: string): boolean => driver !== '' && driver !== 'none'

/** `GPU by NVIDIA, 12 GiB, driver 595.10`. */
export const whatItIs = ({ kind, vendor, vramBytes, driver }: Device): string =>
  [
    t('{kind} by {vendor}', { kind: DEVICE_KIND[kind], vendor }),
    ...(vramBytes === null ? [] : [formatMemory(vramBytes)]),
    ...(hasDriver(driver) ? [t('driver {version}', { version: driver })] : []),
  ].join(', ')

const BY_ITSELF = /[.!?]$/

/** How the figures come to be and how far off they may be, k = 2. */
export const worthOf = ({ method, sensor: { uncertaintyPct } }: Pick<Device, 'method' | 'sensor'>): string =>
  t('{measured} Within about {uncertainty}.', { measured: MEASURED[method], uncertainty: formatUncertainty(uncertaintyPct) })

/** The basis of an estimate says itself that it is one, and that was said already. */
export function basisOf({ sensor: { basis } }: Pick<Device, 'sensor'>): string | null {
  const rest = basis.replace(/^not measured: /, '')
  return rest === '' ? null : `${rest}${BY_ITSELF.test(rest) ? '' : '.'}`
}

export type PowerNow = { readonly watts: string; readonly since: string | null } | { readonly missing: string }

/** Watts with the time of the reading if it is old, or why there are none. */
export function powerNow({ state, watts, at, method }: Device, now: number): PowerNow {
  if (state !== 'ok') return { missing: NO_READING[state] }
  if (at === null) return { missing: t('Not read yet.') }
  if (watts === null) return { missing: t('The next reading brings it, or this device does not tell.') }
  const old = now - Date.parse(at) > STALE_MS
  return { watts: `${method === 'estimate' ? '≈ ' : ''}${formatWatts(watts)}`, since: old ? t('from {time}', { time: formatMoment(at, now) }) : null }
}

/** Devices that stand back for now, although their owner lets jobs use them. */
export const restingDevices = (devices: readonly Device[]) =>
  devices.flatMap(({ name, enabled, held }) => (enabled && held && held.code !== 'off' ? [{ name, message: held.message }] : []))

/** Why the switch of a processor stays on. */
export const ALWAYS_NEEDED = t('Every job needs the processor, so it cannot be left alone. Pause Windfall to keep it free.')

/** What leaving a device alone would stop, as its owner reads it before doing so; `null` if no job would notice. */
export function stopsText({ deviceId }: Device, { running, busyDevices }: Pick<AgentStatus, 'running' | 'busyDevices'>): string | null {
  if (!busyDevices.includes(deviceId)) return null
  const job = running.find(({ deviceIds }) => deviceIds.includes(deviceId))
  return job
    ? t('“{name}” runs on this device. Switching it off stops that job within two seconds.', { name: job.name })
    : t('A job runs on this device. Switching it off stops that job within two seconds.')
}

/** A device in a few words: what it is, how it is read, and if it does not simply work, why. */
export function inBrief(device: Device): string {
  const { name, kind, method, powerLimitW } = device
  const usable = device.state === 'ok' && device.enabled && device.held === null
  const facts = [
    kind === 'gpu' ? t('GPU') : t('CPU'),
    METHOD_WORD[method].short,
    ...(powerLimitW === null ? [] : [t('at most {watts}', { watts: formatWatts(powerLimitW) })]),
    ...(usable ? [] : [midSentence(deviceWord(device).word)]),
  ]
  return `${name} (${facts.join(', ')})`
}

/** All devices in one or two sentences, with what they draw together. */
export function together(devices: readonly Device[]): string {
  const read = devices.filter(({ state, watts }) => state === 'ok' && watts !== null)
  const about = read.some(({ method }) => method === 'estimate') ? '≈\u00a0' : ''
  const watts = `${about}${formatWatts(read.reduce((sum, device) => sum + (device.watts ?? 0), 0))}`
  const draw = t('{count, plural, one {It draws {watts} now.} other {Together {watts} now.}}', { count: devices.length, watts })
  return read.length === 0 ? metered(devices) : `${metered(devices)} ${draw}`
}

function metered(devices: readonly Device[]): string {
  const count = devices.length
  const alone = devices.filter(({ enabled }) => !enabled).length
  if (alone === 0) return t('{count, plural, one {One device} other {# devices}} that can be metered.', { count })
  if (alone === count) return t('{count, plural, one {One device} other {# devices}} that can be metered, all left alone.', { count })
  return t('{count, plural, one {One device} other {# devices}} that can be metered, {alone} left alone.', { count, alone })
}

const seenKey = ({ kind, vendor, name, busId }: SeenDevice): string => JSON.stringify([kind, vendor, name, busId])

/** What a second look has brought, in one line. */
export function foundText(before: Pick<AgentStatus, 'devices' | 'seen'>, after: Pick<AgentStatus, 'devices' | 'seen'>): string {
  const had = new Set([...before.devices.map(({ deviceId }) => deviceId), ...before.seen.map(seenKey)])
  const has = new Set([...after.devices.map(({ deviceId }) => deviceId), ...after.seen.map(seenKey)])
  const found = [
    ...after.devices.filter(({ deviceId }) => !had.has(deviceId)).map(({ name }) => name),
    ...after.seen
      .filter((seen) => !had.has(seenKey(seen)))
      .map(({ name, reason }) => t('{name} (not used: {why})', { name, why: midSentence(SEEN_WORD[reason].word) })),
  ]
  const stillThere = new Set([...after.devices, ...after.seen].map(({ name }) => name))
  const gone = [...before.devices.filter(({ deviceId }) => !has.has(deviceId)), ...before.seen.filter((seen) => !has.has(seenKey(seen)))].filter(
    ({ name }) => !stillThere.has(name),
  )
  const sentences = [
    ...(found.length === 0 ? [] : [t('Found {found}.', { found: found.join(', ') })]),
    ...(gone.length === 0 ? [] : [t('No longer there: {gone}.', { gone: gone.map(({ name }) => name).join(', ') })]),
  ]
  return sentences.length === 0 ? t('Nothing new.') : sentences.join(' ')
}
