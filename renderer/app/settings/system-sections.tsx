import { useId } from 'react'
import type { ShellState } from '../../../shared/contract/shell.ts'
import { t } from '../../../shared/i18n/translate.ts'
import prose from '../../ui/prose.module.css'
import css from './settings.module.css'
import { SettingRow, ShellSection } from './shell-section.tsx'
import { type ChangeShell, UNASKED } from './use-shell-settings.ts'

export interface ShellSectionProps {
  readonly shell: ShellState
  readonly change: ChangeShell
}

/** Whether Windfall is there without anybody opening it. */
export function LoginSection({ shell: { startsAtLogin }, change }: ShellSectionProps) {
  const set = (on: boolean) => change({ startsAtLogin: on }, on ? t('Windfall starts when you log in.') : t('Windfall no longer starts when you log in.'))
  return (
    <ShellSection id="login">
      {startsAtLogin === null ? (
        <p>{t('This system offers no way to start a program at login that Windfall could use. Its own settings may have one.')}</p>
      ) : (
        <SettingRow name={t('Start at login')} isChanged={startsAtLogin !== UNASKED.startsAtLogin} reset={() => set(UNASKED.startsAtLogin)}>
          <label className={css['toggle']}>
            <input type="checkbox" checked={startsAtLogin} onChange={(event) => set(event.currentTarget.checked)} />
            <span>{t('Start Windfall when I log in to this computer.')}</span>
          </label>
          <p className={prose['small']}>{t('It starts without a window and keeps your rules: no job runs earlier than they allow.')}</p>
        </SettingRow>
      )}
    </ShellSection>
  )
}

const CLOSING: readonly { readonly does: NonNullable<ShellState['onClose']>; readonly text: string; readonly done: string }[] = [
  { does: 'keep-running', text: t('Keep running in the tray.'), done: t('Closing the window leaves Windfall in the tray.') },
  { does: 'quit', text: t('Quit Windfall, which stops earning.'), done: t('Closing the window quits Windfall.') },
]

/** What closing the window does. */
export function ClosingSection({ shell: { hasTray, onClose }, change }: ShellSectionProps) {
  const chosen = onClose ?? UNASKED.onClose
  const set = (does: NonNullable<ShellState['onClose']>) => change({ onClose: does }, CLOSING.find((one) => one.does === does)?.done ?? '')
  return (
    <ShellSection id="closing">
      {hasTray ? (
        <SettingRow name={t('Closing the window')} isChanged={chosen !== UNASKED.onClose} reset={() => set(UNASKED.onClose)}>
          <Radios legend={t('When I close the window')} chosen={chosen} options={CLOSING.map(({ does, text }) => ({ value: does, text }))} choose={set} />
          {onClose === null ? <p className={prose['small']}>{t('The first time you close it, Windfall asks.')}</p> : null}
        </SettingRow>
      ) : (
        <p>{t('This desktop has no tray in which Windfall could stay, so closing the window quits it.')}</p>
      )}
    </ShellSection>
  )
}

const AWAKE: readonly { readonly when: ShellState['keepsAwake']; readonly text: string; readonly done: string }[] = [
  { when: 'never', text: t('Let it sleep, whether or not a job runs.'), done: t('Jobs no longer keep this computer awake.') },
  { when: 'on-mains', text: t('Keep it awake while a job runs, on mains power only.'), done: t('Jobs keep this computer awake on mains power.') },
  { when: 'always', text: t('Keep it awake while a job runs, also on battery.'), done: t('Jobs keep this computer awake, also on battery.') },
]

/** Whether the computer may fall asleep under a job. */
export function AwakeSection({ shell: { keepsAwake }, change }: ShellSectionProps) {
  const set = (when: ShellState['keepsAwake']) => change({ keepsAwake: when }, AWAKE.find((one) => one.when === when)?.done ?? '')
  return (
    <ShellSection id="awake">
      <SettingRow name={t('Keeping this computer awake')} isChanged={keepsAwake !== UNASKED.keepsAwake} reset={() => set(UNASKED.keepsAwake)}>
        <Radios
          legend={t('When this computer would fall asleep by itself')}
          chosen={keepsAwake}
          options={AWAKE.map(({ when, text }) => ({ value: when, text }))}
          choose={set}
        />
        <p className={prose['small']}>{t('Without a job, and when you send it to sleep or close its lid, it always sleeps as it would without Windfall.')}</p>
      </SettingRow>
    </ShellSection>
  )
}

interface RadiosProps<T extends string> {
  readonly legend: string
  readonly chosen: T
  readonly options: readonly { readonly value: T; readonly text: string }[]
  readonly choose: (value: T) => void
}

function Radios<T extends string>({ legend, chosen, options, choose }: RadiosProps<T>) {
  const name = useId()
  return (
    <fieldset className={css['gate']}>
      <legend>{legend}</legend>
      {options.map(({ value, text }) => (
        <div key={value}>
          <label className={css['toggle']}>
            <input type="radio" name={name} checked={value === chosen} onChange={() => choose(value)} />
            <span>{text}</span>
          </label>
        </div>
      ))}
    </fieldset>
  )
}
