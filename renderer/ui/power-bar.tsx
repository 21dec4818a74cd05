import { cx } from '../lib/cx.ts'
import css from './power-bar.module.css'

interface PowerBarProps {
  readonly watts: number
  readonly limitW: number
  /** The owner's own limit, drawn as a mark. */
  readonly ceilingW: number | null
  readonly estimated: boolean
}

const percent = (watts: number, limitW: number): number => Math.min(100, Math.max(0, (watts / limitW) * 100))

/** Watts as a share of what the device may draw. The numbers stand beside it, so it is for the eye alone. */
export function PowerBar({ watts, limitW, ceilingW, estimated }: PowerBarProps) {
  const over = ceilingW !== null && watts > ceilingW
  const mark = ceilingW === null || ceilingW >= limitW ? null : percent(ceilingW, limitW)
  return (
    <svg className={css['bar']} viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <rect className={css['track']} width="100" height="10" />
      <rect className={cx(css['fill'], over && css['over'], estimated && css['estimate'])} width={percent(watts, limitW)} height="10" />
      {mark === null ? null : <line className={css['mark']} x1={mark} x2={mark} y1="0" y2="10" />}
    </svg>
  )
}
