import { t } from '../../../shared/i18n/translate.ts'
import { cx } from '../../lib/cx.ts'
import { type DayGroup, type DayRow, DAY_MS, barRows } from '../../lib/day-rows.ts'
import { dayTitle } from './day-words.ts'
import css from './day.module.css'

const WIDTH = 1_000
const HEIGHT = 100
/** A minute is still to be seen. */
const THINNEST = 1.5
const QUARTERS = [0, 6, 12, 18, 24]

interface Piece {
  readonly row: DayRow
  readonly x: number
  readonly width: number
}

/** Pieces side by side, each as wide as its share of 24 hours. */
function piecesOf(rows: readonly DayRow[]): readonly Piece[] {
  let x = 0
  return barRows(rows).map((row) => {
    const piece = { row, x, width: (row.ms / DAY_MS) * WIDTH }
    x += piece.width
    return piece
  })
}

/** 24 hours as one bar. The length of each piece is its time; its place is not. For the eye alone: words and figures stand below. */
export const DayBar = ({ rows }: { rows: readonly DayRow[] }) => (
  <div className={css['chart']} aria-hidden="true">
    <svg className={css['bar']} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" focusable="false">
      <rect className={css['rest']} width={WIDTH} height={HEIGHT} />
      {piecesOf(rows).map(({ row: { code, group, time }, x, width }) => (
        <rect key={code} className={cx(css['piece'], css[group])} x={x} width={Math.max(THINNEST, width)} height={HEIGHT}>
          <title>{t('{name}: {time}', { name: dayTitle(code), time })}</title>
        </rect>
      ))}
    </svg>
    <div className={css['scale']}>
      {QUARTERS.map((hours) => (
        <span key={hours}>{hours} h</span>
      ))}
    </div>
  </div>
)

/** The colour of a group; `null` is the part of the day that has not come yet. */
export const Swatch = ({ group }: { group: DayGroup | null }) => (
  <svg className={css['swatch']} viewBox="0 0 10 10" aria-hidden="true" focusable="false">
    <rect className={group === null ? css['rest'] : cx(css['piece'], css[group])} width="10" height="10" />
  </svg>
)
