import type { SeenDevice } from '../../../shared/contract/device.ts'
import type { LaunchChild } from '../../kernel/child.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type Finder, type Found, NOTHING_FOUND } from './found.ts'
import type { Environment } from './environment.ts'
import { createFollowing } from './nvidia-following.ts'
import type { Listed, LookFailed, NvidiaReader, Surroundings } from './nvidia-look.ts'
import type { NvidiaSource } from './nvidia.ts'
import { NvmlCode, nvmlAdvice } from './nvml-codes.ts'
import { createSmiReader } from './nvidia-smi-reader.ts'
import { createNvmlReader } from './nvml-reader.ts'
import { NVIDIA, type PciDevice, pciIdText } from './pci.ts'

export interface NvidiaFinderDeps {
  readonly clock: Clock
  readonly environment: Environment
  readonly launch: LaunchChild
}

interface State {
  readonly nvml: NvidiaReader
  readonly smi: NvidiaReader
  readonly following: (found: readonly NvidiaSource[]) => NvidiaSource[]
  /** What the last look that succeeded found. */
  known: readonly NvidiaSource[]
  /** Looks in a row at which the library did not answer. */
  downs: number
}

/** Drivers that keep NVIDIA's own away from a card. */
const OTHER_DRIVERS = new Set(['vfio-pci', 'pci-stub', 'nouveau', 'nova_core'])
const ASLEEP = 'It sleeps to save power and is not woken to be looked at. Use it once, then look again.'
const KEPT_UNREAD = 'Another NVIDIA card sleeps, and to look at this one would wake it. Use the other card once, then look again.'
const UNLISTED = 'The NVIDIA driver does not list it: it fell off the bus, or this program may not use it. If it should be there, restart the machine.'
const DOWNS_UNTIL_FALLBACK = 3
const NO_METER = 'The card reports neither energy nor power, so work on it cannot be metered.'

/**
 * Finds NVIDIA cards, by UUID, and joins them to the PCI bus. The driver's library is asked
 * first, `nvidia-smi` only if that cannot be loaded. While any card sleeps nothing
 * is opened, because that wakes them all; sources of an earlier look stay, and their `sample` does wake them. The sources are
 * {@link NvidiaSource}, and live until `signal` aborts.
 */
export function createNvidiaFinder(deps: NvidiaFinderDeps, signal: AbortSignal): Finder {
  const state: State = { nvml: createNvmlReader(deps, signal), smi: createSmiReader(deps, signal), following: createFollowing(), known: [], downs: 0 }
  return { find: (pci, callSignal) => find(state, pci, callSignal) }
}

async function find(state: State, pci: readonly PciDevice[], signal: AbortSignal): Promise<Found> {
  const cards = pci.filter((card) => card.kind === 'gpu' && card.vendorId === NVIDIA && !OTHER_DRIVERS.has(card.driver ?? ''))
  const served = cards.filter(({ driver }) => driver !== null)
  if (!state.nvml.installed() && !state.smi.installed()) return withoutReader(state, served)
  if (served.some(({ asleep }) => asleep)) return leaveAsleep(state, served)
  const looked = await look(state, surroundings(served), signal)
  return 'failed' in looked ? explain(state, looked, cards) : settle(state, looked, served)
}

/** A library that once worked and is down may only be restarting; one that never did, or stays down, is as good as none. */
async function look(state: State, at: Surroundings, signal: AbortSignal): Promise<Listed | LookFailed> {
  const looked = await state.nvml.look(at, signal)
  if (!('failed' in looked)) {
    state.downs = 0
    return looked
  }
  if (looked.failed === 'down') state.downs++
  const mayReturn = looked.failed === 'down' && state.known.length > 0 && state.downs < DOWNS_UNTIL_FALLBACK
  if (looked.failed === 'refused' || mayReturn || !state.smi.installed()) return looked
  return state.smi.look(at, signal)
}

const surroundings = (served: readonly PciDevice[]): Surroundings => ({
  busIds: served.map(({ busId }) => busId),
  sleeps: served.some(({ sleeps }) => sleeps),
})

function withoutReader(state: State, served: readonly PciDevice[]): Found {
  state.known = []
  return served.length === 0 ? NOTHING_FOUND : about(served, 'driver-failed', nvmlAdvice(NvmlCode.libraryNotFound))
}

function leaveAsleep(state: State, served: readonly PciDevice[]): Found {
  const present = new Set(served.map(({ busId }) => busId))
  const sources = state.known.filter(({ device }) => device.busId !== null && present.has(device.busId))
  const known = new Set(sources.map(({ device }) => device.busId))
  const seen = served.filter(({ busId }) => !known.has(busId)).map((card) => seenCard(card, 'asleep', card.asleep ? ASLEEP : KEPT_UNREAD))
  return { sources, seen, covered: present }
}

/** A reader that is down for a moment does not make its cards go away; one that says what is wrong does. */
function explain(state: State, { failed, advice }: LookFailed, cards: readonly PciDevice[]): Found {
  const onBus = new Set(cards.map(({ busId }) => busId))
  state.known = failed === 'down' ? state.known.filter(({ device }) => onBus.size === 0 || (device.busId !== null && onBus.has(device.busId))) : []
  const known = new Set(state.known.map(({ device }) => device.busId))
  const rest = about(
    cards.filter(({ busId }) => !known.has(busId)),
    'driver-failed',
    advice,
  )
  return { sources: state.known, seen: rest.seen, covered: onBus }
}

function settle(state: State, { sources, unmetered }: Listed, served: readonly PciDevice[]): Found {
  state.known = state.following(sources)
  const listed = new Set([...state.known.map(({ device }) => device.busId), ...unmetered.map(({ busId }) => busId)].filter((busId) => busId !== null))
  const unlisted = about(
    served.filter(({ busId }) => !listed.has(busId)),
    'driver-failed',
    UNLISTED,
  )
  const withoutMeter = unmetered.map(({ name, busId }): SeenDevice => ({ kind: 'gpu', vendor: 'NVIDIA', name, busId, reason: 'no-meter', advice: NO_METER }))
  return { sources: state.known, seen: [...withoutMeter, ...unlisted.seen], covered: listed.union(unlisted.covered) }
}

const about = (cards: readonly PciDevice[], reason: SeenDevice['reason'], advice: string): Found => ({
  sources: [],
  seen: cards.map((card) => seenCard(card, reason, advice)),
  covered: new Set(cards.map(({ busId }) => busId)),
})

const seenCard = (card: PciDevice, reason: SeenDevice['reason'], advice: string): SeenDevice => ({
  kind: 'gpu',
  vendor: 'NVIDIA',
  name: `NVIDIA GPU ${pciIdText(card)}`,
  busId: card.busId,
  reason,
  advice,
})
