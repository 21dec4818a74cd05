import { spokenLanguage } from '../../shared/i18n/translate.ts'

/** What is in English whatever the reader's language, such as the name of a source: marked, so that it is read aloud as that (WCAG 2.2, 3.1.2). */
export const English = ({ children }: { children: string }) => (spokenLanguage() === 'en' ? children : <span lang="en">{children}</span>)
