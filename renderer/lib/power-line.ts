import type { PowerReading } from '../../shared/contract/device.ts'

export interface PowerLine {
  /** Points of an SVG polyline in a box of 1000 × 100, top is the scale's upper end. */
  readonly points: string
  /** Upper end of the scale, watts: the next 1, 2 or 5 times a power of ten. */
  readonly scaleW: number
  readonly lowW: number
  readonly highW: number
  readonly lastW: number
  readonly spanMs: number
}

const STEPS = [1, 2, 5, 10]

function roundUp(watts: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, watts)))
  return power * (STEPS.find((step) => step * power >= watts) ?? 10)
}

/** Lays readings (oldest first, at least one) out in time. The scale begins at 0 W, so that the height is the power. */
export function powerLine(readings: readonly PowerReading[]): PowerLine {
  const watts = readings.map((reading) => reading.watts)
  const times = readings.map(({ at }) => Date.parse(at))
  const first = times[0] ?? 0
  const spanMs = (times.at(-1) ?? first) - first
  const scaleW = roundUp(Math.max(...watts))
  const points = readings.map((reading, index) => {
    const x = spanMs === 0 ? 1_000 : (((times[index] ?? first) - first) / spanMs) * 1_000
    return `${x.toFixed(1)},${(100 - (reading.watts / scaleW) * 100).toFixed(1)}`
  })
  return { points: points.join(' '), scaleW, lowW: Math.min(...watts), highW: Math.max(...watts), lastW: watts.at(-1) ?? 0, spanMs }
}
