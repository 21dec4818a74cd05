/** A signal as text that takes a tenth of its JSON: slots of one length that follow each other need no times of their own. */
import { Signal, type SignalPoint } from '../../../shared/contract/wire.ts'
import { fromIso, toIso } from '../../../shared/units.ts'

/** Slots that follow each other: start of the first (epoch ms), length of each (ms), whether they are forecasts, and their values. */
type Run = readonly [from: number, stepMs: number, forecast: boolean, values: readonly (number | null)[]]

function runsOf(points: readonly SignalPoint[]): readonly Run[] {
  const runs: { from: number; stepMs: number; forecast: boolean; values: (number | null)[]; to: number }[] = []
  for (const { from, to, value, forecast } of points) {
    const [start, end] = [fromIso(from), fromIso(to)]
    const last = runs.at(-1)
    if (last?.to === start && last.stepMs === end - start && last.forecast === forecast) {
      last.values.push(value)
      last.to = end
    } else runs.push({ from: start, stepMs: end - start, forecast, values: [value], to: end })
  }
  return runs.map(({ from, stepMs, forecast, values }) => [from, stepMs, forecast, values])
}

const pointsOf = ([start, stepMs, forecast, values]: Run): readonly SignalPoint[] =>
  values.map((value, index) => ({ from: toIso(start + index * stepMs), to: toIso(start + (index + 1) * stepMs), value, forecast }))

export const packSignal = ({ points, ...said }: Signal): string => JSON.stringify({ ...said, runs: runsOf(points) })

const parse = (text: string) => JSON.parse(text) as { runs: readonly Run[] } & Omit<Signal, 'points'>

export function unpackSignal(text: string): Signal {
  const { runs, ...said } = parse(text)
  return Signal.parse({ ...said, points: runs.flatMap(pointsOf) })
}

/** All but the points. */
export function unpackLabel(text: string): Omit<Signal, 'points'> {
  const { runs: _, ...said } = parse(text)
  const { points: __, ...label } = Signal.parse({ ...said, points: [] })
  return label
}
