import { t } from '../../shared/i18n/translate.ts'

/** How the window may look, each named alone and among others of its kind. */
export const THEMES = [
  { theme: 'system', label: t('Theme: like the system'), short: t('Like the system') },
  { theme: 'light', label: t('Theme: light'), short: t('Light') },
  { theme: 'dark', label: t('Theme: dark'), short: t('Dark') },
] as const
