import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Signal } from '../../shared/contract/wire.ts'
import { WindfallError } from '../../shared/errors.ts'
import { halfHourStarts } from '../../shared/domain/half-hours.ts'
import { gbZone, zoneNames } from '../../shared/domain/zones.ts'
import { HALF_HOUR_MS, toIso } from '../../shared/units.ts'
import { sha256Hex } from './signing.ts'

const FILE = join('grid', 'neso-gb-regions-2024-03-18.csv')
const RECORDED_FROM = Date.parse('2024-03-18T00:00:00.000Z')
const SLOTS = 96
const LENGTH_MS = SLOTS * HALF_HOUR_MS
const COLUMNS = Array.from({ length: 14 }, (_, index) => gbZone(index + 1))

/** A recorded forecast that can be played at any time. */
export interface Recording {
  /** Half hours over `[from, to)`, both on half-hour boundaries, epoch milliseconds; `null` for a zone that was not recorded. */
  readonly signal: (zone: string, from: number, to: number) => Signal | null
}

const damaged = (what: string): WindfallError =>
  new WindfallError('config.invalid', `The grid recording that ships with Windfall is damaged (${what}). Install Windfall again.`)

/** Values by zone, 96 half hours each. Error: `config.invalid` if the file is not the one that shipped. */
function parse(text: string): ReadonlyMap<string, readonly number[]> {
  const [header, ...lines] = text.trim().split(/\r?\n/)
  const titles = ['timestamp', ...COLUMNS.map((zone) => zoneNames.get(zone))].join(',')
  if (header !== titles || lines.length !== SLOTS) throw damaged('unknown columns or length')
  const rows = lines.map((line, index) => {
    const [time, ...cells] = line.split(',')
    if (
      time !== `${toIso(RECORDED_FROM + index * HALF_HOUR_MS).slice(0, 16)}Z` ||
      cells.length !== COLUMNS.length ||
      !cells.every((cell) => /^\d{1,4}$/.test(cell))
    )
      throw damaged(`line ${index + 2}`)
    return cells.map(Number)
  })
  return new Map(COLUMNS.map((zone, column) => [zone, rows.map((row) => row[column] ?? 0)]))
}

/**
 * Loads the two-day recording of the 14 regions of Great Britain and plays it round and round: `playFrom` is an instant that shows its
 * first half hour. By default that is the day it was made, so every moment shows the same time of day (UTC), odd and even days in
 * turn, and one moment has one value whenever it is asked for: a plan, its gate and its receipt agree.
 */
export function loadRecording(resources: string, playFrom: number = RECORDED_FROM): Recording {
  const bytes = readFileSync(join(resources, FILE))
  const values = parse(bytes.toString('utf8'))
  const bodySha256 = sha256Hex(bytes)
  const slotAt = (at: number): number => Math.floor((((at - playFrom) % LENGTH_MS) + LENGTH_MS) / HALF_HOUR_MS) % SLOTS
  return {
    signal(zone, from, to) {
      const recorded = values.get(zone)
      if (!recorded) return null
      return {
        zone,
        kind: 'average',
        basis: 'direct',
        unit: 'gCO2/kWh',
        price: null,
        source: 'NESO Carbon Intensity, regional forecast, recording of 18–19 March 2024',
        origin: 'recorded',
        recordedOn: '2024-03-18/19',
        issuedAt: toIso(RECORDED_FROM),
        estimated: true,
        bodySha256,
        attribution: 'Contains data of the National Energy System Operator (NESO), Carbon Intensity, CC BY 4.0',
        points: halfHourStarts(from, to).map((at) => ({ from: toIso(at), to: toIso(at + HALF_HOUR_MS), value: recorded[slotAt(at)] ?? null, forecast: true })),
      }
    },
  }
}
