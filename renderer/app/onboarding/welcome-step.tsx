import { t } from '../../../shared/i18n/translate.ts'
import { Button } from '../../ui/button.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import prose from '../../ui/prose.module.css'
import css from './onboarding.module.css'
import { StepFrame, type StepProps } from './step-frame.tsx'

const RUNS: readonly string[] = [
  t('One job at a time on each device that you lend, in a sandbox: no network, no administrator rights, nothing of yours in reach.'),
  t('Only while you do not need the computer. Touch it, start a game or unplug it, and the job makes room within two seconds.'),
  t('Only by your rules: hours, grid, temperature, watts. You can change every one of them at any time.'),
]
const NEVER: readonly string[] = [
  t('It never reads your files, passwords, screen, microphone or camera.'),
  t('It never works hidden: whatever runs, and why nothing runs, is in this window.'),
  t('It never asks for administrator rights, and never changes your virus scanner or power settings.'),
]

/** What runs, what never runs, and how it all goes away again. */
export const WelcomeStep = ({ moved, closed, go }: StepProps) => (
  <StepFrame
    title={t('Welcome')}
    moved={moved}
    verbs={
      <Button look="primary" disabled={closed} onClick={() => go('computer')}>
        {t('Next: This computer')}
      </Button>
    }
  >
    <p className={prose['lead']}>
      {t('Windfall pays you for hours in which nobody uses this computer, and runs them when the grid is green. Nothing runs before you have agreed to it.')}
    </p>
    <div className={css['pair']}>
      <Promises title={t('What runs')} glyph="check" items={RUNS} />
      <Promises title={t('What never happens')} glyph="cross" items={NEVER} />
    </div>
    <p>
      {t(
        'Uninstalling ends all of it: “windfall agent uninstall” also takes away Windfall’s own containers, images and services, and with --purge its data. What you earned stays yours.',
      )}
    </p>
    <p className={prose['small']}>{t('Five short steps. Leave at any time; you go on where you were.')}</p>
  </StepFrame>
)

const Promises = ({ title, glyph, items }: { title: string; glyph: 'check' | 'cross'; items: readonly string[] }) => (
  <div className={css['promises']}>
    <h3>{title}</h3>
    <ul>
      {items.map((item) => (
        <li key={item}>
          <Glyph name={glyph} />
          <span>{item}</span>
        </li>
      ))}
    </ul>
  </div>
)
