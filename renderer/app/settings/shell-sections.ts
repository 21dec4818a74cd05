import { t } from '../../../shared/i18n/translate.ts'

/** Settings of the window and the shell around it, beside the rules for work. */
export type SectionId = 'coordinator' | 'appearance' | 'login' | 'closing' | 'awake' | 'notifications' | 'updates' | 'shortcuts'

interface Section {
  readonly id: SectionId
  readonly title: string
  /** What else it is looked for by. */
  readonly words: string
}

export const SHELL_SECTIONS: readonly Section[] = [
  { id: 'coordinator', title: t('Coordinator'), words: t('address token operator server connect offline') },
  { id: 'appearance', title: t('Appearance'), words: t('language theme light dark colours') },
  { id: 'login', title: t('Start at login'), words: t('autostart sign in begin by itself') },
  { id: 'closing', title: t('Closing the window'), words: t('close quit tray keep running background') },
  { id: 'awake', title: t('Keeping this computer awake'), words: t('sleep standby suspend') },
  { id: 'notifications', title: t('Notifications'), words: t('messages alerts tell payout update') },
  { id: 'updates', title: t('Updates'), words: t('version new restart') },
  { id: 'shortcuts', title: t('Keyboard'), words: t('shortcuts keys single character') },
]

/** Those that a browser does not have. */
export const NEEDS_SHELL: readonly SectionId[] = ['login', 'closing', 'awake', 'notifications', 'updates']

/** Every word that is looked for is in the section’s title or among its words. */
export function findSections(search: string): ReadonlySet<SectionId> {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const found = SHELL_SECTIONS.filter((section) => words.every((word) => `${section.title} ${section.words}`.toLowerCase().includes(word)))
  return new Set(found.map(({ id }) => id))
}

/** The address of a section or rule of the settings, for an `href`. */
export const settingHref = (id: string): string => `#/settings?rule=${encodeURIComponent(id)}`

/** The id of the element that holds a section or rule. */
export const settingId = (id: string): string => `setting-${id}`
