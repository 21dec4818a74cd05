import { t } from '../../../shared/i18n/translate.ts'
import { rich } from '../../lib/rich.tsx'
import { hrefOf } from '../../lib/router.ts'
import { Banner } from '../../ui/banner.tsx'
import { useFirstRun } from './setup-queries.ts'
import { PHASE_NAME, STEP_NAME, reminderOf, stepNumber } from './setup-words.ts'

/** On Home: setting up is not finished, or the first receipt is on its way. Nothing for whoever has both behind them. */
export function SetupBanner() {
  const { data: state } = useFirstRun()
  const reminder = state ? reminderOf(state) : null
  if (!state || reminder === null) return null
  if (reminder === 'first-receipt')
    return (
      <Banner tone="slate" glyph="half" action={<a href={hrefOf({ page: 'welcome' })}>{t('Follow it')}</a>}>
        {rich('{title} It is at: {phase}.', { title: <strong>{t('Your first receipt is on its way.')}</strong>, phase: PHASE_NAME[state.first.phase] })}
      </Banner>
    )
  return (
    <Banner tone="slate" glyph="half" action={<a href={hrefOf({ page: 'welcome' })}>{t('Go on')}</a>}>
      {rich('{title} Step {number} of {count}: {step}. Nothing runs before you have agreed to it.', {
        title: <strong>{t('Setup is not finished.')}</strong>,
        number: stepNumber(state.step),
        count: Object.keys(STEP_NAME).length,
        step: STEP_NAME[state.step],
      })}
    </Banner>
  )
}
