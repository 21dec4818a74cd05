import type { AgentStatus, Reason } from '../../../shared/contract/agent.ts'
import { Banner } from '../../ui/banner.tsx'
import css from './home.module.css'

interface Advice {
  readonly title: string
  readonly steps: readonly string[]
}

const TRY_ANYWAY = 'If you know better, choose “Run jobs all the same”.'

const VRAM: Advice = {
  title: 'A job is gone, but your GPU has not given its memory back.',
  steps: [
    'Wait a little: Windfall looks again every few seconds, and goes on by itself once the memory is free.',
    'If a game or another program is short of memory now, restart the computer. That always frees it.',
    TRY_ANYWAY,
  ],
}

const OTHER: Advice = {
  title: 'A job left something behind.',
  steps: ['Windfall goes on by itself once that is gone. If it stays, restart the computer.', TRY_ANYWAY],
}

/** Whether the first reason is one that {@link Alarm} is about. */
export const isAlarm = ({ policy, reasons }: Pick<AgentStatus, 'policy' | 'reasons'>): boolean => policy === 'fault' && reasons.length > 0

/** A job has ended badly enough that no other one starts: what happened, what Windfall does, what the owner can do. */
export function Alarm({ status }: { status: Pick<AgentStatus, 'policy' | 'reasons'> }) {
  const [cause] = status.reasons
  if (!isAlarm(status) || cause === undefined) return null
  const { title, steps } = adviceOn(cause)
  return (
    <Banner tone="madder" glyph="bang">
      <strong>{title}</strong> Until that is put right, no other job starts. What you have earned is not touched.
      <ol className={css['steps']} aria-label="What to do">
        {steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
    </Banner>
  )
}

const adviceOn = ({ code }: Reason): Advice => (code === 'vram' ? VRAM : OTHER)
