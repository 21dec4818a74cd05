import { type SyntheticEvent, useId, useState } from 'react'
import { LANGUAGE_NAMES, Language, pickLanguage } from '../../../shared/i18n/languages.ts'
import { t } from '../../../shared/i18n/translate.ts'
import type { PreferenceChange, Preferences } from '../../lib/shell-link.ts'
import { THEMES } from '../../lib/themes.ts'
import { Button } from '../../ui/button.tsx'
import { Choices } from '../../ui/choices.tsx'
import field from '../../ui/field.module.css'
import prose from '../../ui/prose.module.css'
import { useChangePreferences, usePreferences } from '../shell-queries.ts'
import { useUndo } from '../use-undo.ts'
import css from './settings.module.css'
import { SettingRow, ShellSection } from './shell-section.tsx'
import { SHELL_UNDO, useRefusal } from './use-shell-settings.ts'

/** How the window looks and which language it speaks; a browser keeps both for this address. */
export function AppearanceSection() {
  const { data: preferences } = usePreferences()
  return <ShellSection id="appearance">{preferences ? <Appearance preferences={preferences} /> : null}</ShellSection>
}

function Appearance({ preferences }: { preferences: Preferences }) {
  const { language, theme } = preferences
  const { mutateAsync } = useChangePreferences()
  const undo = useUndo()
  const refused = useRefusal()
  const prefer = (change: PreferenceChange) => mutateAsync(change).catch(refused)
  const makeTheme = async (wanted: Preferences['theme']) => {
    await mutateAsync({ theme: wanted })
    const text = THEMES.find((one) => one.theme === wanted)?.label ?? ''
    undo.make({ about: SHELL_UNDO, text, undo: () => void prefer({ theme }) })
  }
  const setTheme = (wanted: Preferences['theme']) => void makeTheme(wanted).catch(refused)
  return (
    <>
      <SettingRow name={t('Language')} isChanged={language !== null} reset={() => void prefer({ language: null })}>
        <LanguageForm key={language} preferences={preferences} choose={(wanted) => void prefer({ language: wanted })} />
      </SettingRow>
      <SettingRow name={t('Theme')} isChanged={theme !== 'system'} reset={() => setTheme('system')}>
        <div className={css['choice']}>
          <span aria-hidden="true">{t('Theme')}</span>
          <Choices
            name="theme"
            label={t('Theme')}
            options={THEMES.map((one) => ({ value: one.theme, label: one.short }))}
            chosen={theme}
            choose={(wanted) => setTheme(wanted)}
          />
        </div>
      </SettingRow>
    </>
  )
}

interface LanguageFormProps {
  readonly preferences: Pick<Preferences, 'language' | 'preferred'>
  readonly choose: (language: Language | null) => void
}

/** Chosen first and made to hold after, because the window opens anew for it (WCAG 3.2.2). */
function LanguageForm({ preferences: { language, preferred }, choose }: LanguageFormProps) {
  const id = useId()
  const [draft, setDraft] = useState(language)
  const use = (event: SyntheticEvent) => {
    event.preventDefault()
    if (draft !== language) choose(draft)
  }
  return (
    <form className={css['choice']} onSubmit={use}>
      <label htmlFor={id}>{t('Language')}</label>
      <select
        id={id}
        className={field['field']}
        value={draft ?? ''}
        aria-describedby={`${id}-note`}
        onChange={(event) => setDraft(Language.safeParse(event.currentTarget.value).data ?? null)}
      >
        <option value="">{t('Like the system: {name}', { name: LANGUAGE_NAMES[pickLanguage(preferred)] })}</option>
        {Language.options.map((one) => (
          <option key={one} value={one} lang={one}>
            {LANGUAGE_NAMES[one]}
          </option>
        ))}
      </select>
      <Button type="submit" unavailable={draft === language}>
        {t('Use this language')}
      </Button>
      <p id={`${id}-note`} className={prose['small']}>
        {t('The window opens anew in it. Jobs go on meanwhile. Numbers and dates follow it, too.')}
      </p>
    </form>
  )
}
