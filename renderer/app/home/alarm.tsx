import type { AgentStatus } from '../../../shared/contract/agent.ts'
import type { Reason } from '../../../shared/contract/policy.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { Banner } from '../../ui/banner.tsx'
import css from './home.module.css'

interface Advice {
  readonly title: string
  readonly steps: readonly string[]
}

const VRAM: Advice = {
  title: t('A job is gone, but your GPU has not given its memory back.'),
  steps: [
    t('Wait a little: Windfall looks again every few seconds, and goes on by itself once the memory is free.'),
    t('If a game or another program is short of memory now, restart the computer. That always frees it.'),
  ],
}

const OTHER: Advice = {
  title: t('A job left something behind.'),
  steps: [t('Windfall goes on by itself once that is gone. If it stays, restart the computer.')],
}

/** What a job left behind, so that no other one starts; it stands before all other reasons, the owner's own pause too. `null` without an alarm. */
export function alarmOf({ policy, reasons }: Pick<AgentStatus, 'policy' | 'reasons'>): Reason | null {
  const [first] = reasons
  if (first === undefined) return null
  return policy === 'fault' || (policy === 'off' && first.code !== 'user' && first.code !== 'consent') ? first : null
}

/** A job has ended badly enough that no other one starts: what happened, what Windfall does, what the owner can do. */
export function Alarm({ status }: { status: Pick<AgentStatus, 'policy' | 'reasons'> }) {
  const cause = alarmOf(status)
  if (cause === null) return null
  const { title, steps } = cause.code === 'vram' ? VRAM : OTHER
  const verb = status.policy === 'off' ? t('Resume') : t('Run jobs all the same')
  return (
    <Banner tone="madder" glyph="bang">
      <strong>{title}</strong> {t('Until that is put right, no other job starts. What you have earned is not touched.')}
      <ol className={css['steps']} aria-label={t('What to do')}>
        {[...steps, t('If you know better, choose “{verb}”.', { verb })].map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
    </Banner>
  )
}
