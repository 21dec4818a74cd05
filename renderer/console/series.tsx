import { useId } from 'react'
import { DataDetails } from '../ui/data-details.tsx'
import prose from '../ui/prose.module.css'
import css from './series.module.css'

interface SeriesProps {
  /** Under which the page remembers that the table is open. */
  readonly name: string
  /** What it shows, in a sentence that stands above the picture and for it. */
  readonly summary: string
  /** Names of the two columns of the table behind it. */
  readonly head: readonly [string, string]
  readonly points: readonly { readonly name: string; readonly value: number | null; readonly text: string; readonly marked?: boolean }[]
}

const HEIGHT = 48

/** A small row of bars, and the same as a table. A bar that is marked differs by its pattern, not by its colour alone. */
export function Series({ name, summary, head, points }: SeriesProps) {
  const caption = useId()
  const top = Math.max(1e-9, ...points.map(({ value }) => value ?? 0))
  return (
    <div className={css['series']}>
      <p id={caption} className={prose['small']}>
        {summary}
      </p>
      <svg
        className={css['chart']}
        viewBox={`0 0 ${Math.max(1, points.length) * 6} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-labelledby={caption}
        focusable="false"
      >
        {points.map(({ name: at, value, text, marked = false }, index) => {
          const height = value === null ? 0 : Math.max(1, (value / top) * HEIGHT)
          return (
            <rect key={at} className={marked ? css['marked'] : css['bar']} x={index * 6} y={HEIGHT - height} width="5" height={height}>
              <title>{`${at}: ${text}`}</title>
            </rect>
          )
        })}
      </svg>
      <DataDetails name={name} summary="Show as a table" head={[...head]} rows={points.map((point) => [point.name, point.text])} />
    </div>
  )
}
