/** A provider that is played in process, and that fails as providers do. */
import { type LiveSlot, liveSignal, nextIssue } from '../../main/coordinator/grid/live-signal.ts'
import type { GridProvider, ProviderId, SignalQuery } from '../../main/coordinator/grid/provider.ts'
import type { Clock } from '../../main/kernel/clock.ts'
import { sha256Hex } from '../../main/kernel/signing.ts'
import type { Signal, SignalKind } from '../../shared/contract/wire.ts'
import { WindfallError } from '../../shared/errors.ts'
import { type EpochMs, HALF_HOUR_MS } from '../../shared/units.ts'
import { chance, happening } from './chance.ts'
import { DAY_MS, HOUR_MS } from './series.ts'

interface Script {
  readonly id: ProviderId
  readonly kind: SignalKind
  readonly zones: readonly string[]
  readonly basis: Signal['basis']
  readonly price?: Signal['price']
  readonly estimated?: boolean
  /** What it knows at `now`. */
  readonly slots: (query: SignalQuery, now: number) => readonly (LiveSlot & { readonly provisional?: boolean })[]
}

interface Stage {
  readonly clock: Clock
  readonly seed: number
}

const ODDS = { error: 0.08, hang: 0.03, elsewhen: 0.02, nothing: 0.02, stale: 0.04, crash: 0.02 }
const OUTAGE = 0.03

/** One thing goes wrong at a time, for twenty minutes; on some days everything fails for half of the day. */
const faultOf = ({ id }: Script, { seed }: Stage, now: number) =>
  chance('outage', seed, id, Math.floor(now / (DAY_MS / 2))) < OUTAGE ? 'error' : happening(ODDS, chance('fault', seed, id, Math.floor(now / 1_200_000)))

/** The older of two entries for one slot comes first in the answer, and is wrong. */
const withDuplicates = (id: string, slots: readonly LiveSlot[]): readonly LiveSlot[] =>
  slots.flatMap((slot) => (chance('twice', id, slot.from) < 0.05 ? [{ ...slot, value: (slot.value ?? 0) + 77 }, slot] : [slot]))

function answer(script: Script, query: SignalQuery, { knownAt, receivedAt }: { knownAt: number; receivedAt: EpochMs }): Signal | null {
  const slots = script.slots(query, knownAt)
  return liveSignal(query, {
    zone: query.zone,
    kind: query.kind,
    basis: script.basis,
    price: script.price ?? null,
    source: `Scripted ${script.id}, ${query.kind}`,
    estimated: script.estimated ?? slots.some(({ provisional }) => provisional),
    attribution: `Nobody owns what ${script.id} says`,
    issuedAt: knownAt,
    slots: withDuplicates(script.id, slots),
    answers: [{ sha256: sha256Hex(JSON.stringify([script.id, query.zone, query.kind, knownAt, slots])), receivedAt }],
  })
}

/** Plays `script` on a clock that others move. Errors are those of any provider, and some that no provider should throw. */
export function scriptedProvider(script: Script, stage: Stage): GridProvider {
  const { clock } = stage
  const failing = (words: string) => new WindfallError('grid.unavailable', `The scripted ${script.id} ${words}`)
  const read: GridProvider['read'] = async (query, abort) => {
    const now = clock.now()
    const fault = faultOf(script, stage, now)
    if (fault === 'error') throw failing('answered with error 500.')
    if (fault === 'crash') throw new TypeError('Cannot read properties of undefined')
    if (fault === 'hang') {
      await clock.sleep(8_000, abort)
      throw failing('did not answer within 8 s.')
    }
    if (fault === 'nothing') return null
    if (fault === 'elsewhen') return answer(script, { ...query, from: query.from - DAY_MS, to: query.to - DAY_MS }, { knownAt: now, receivedAt: now })
    return answer(script, query, { knownAt: fault === 'stale' ? now - 3 * HOUR_MS : now, receivedAt: now })
  }
  return {
    id: script.id,
    name: `The scripted ${script.id}`,
    serves: (zone, kind) => kind === script.kind && script.zones.includes(zone),
    read,
    nextIssueAt: (_, at) => nextIssue(at, HALF_HOUR_MS),
  }
}
