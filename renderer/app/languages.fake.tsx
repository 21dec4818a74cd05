import { page } from 'vitest/browser'
import { expect } from 'vitest'
import type { Language } from '../../shared/i18n/languages.ts'
import { type Catalogue, speak } from '../../shared/i18n/translate.ts'

/** Every kind of page that a window with sample data can show. */
export const ADDRESSES = ['#/', '#/day', '#/jobs', '#/machine', '#/receipts', '#/earnings', '#/payouts', '#/grid', '#/settings'] as const

/** A text of at least two words, without places: enough to be recognised on a page. */
const isTelling = (message: string): boolean => /\p{L}{2,} .*\p{L}{2,}/u.test(message) && !message.includes('{')

/** What a page shows in the reader's language; a text that is marked as English is not asked to be. */
function shownText(): string {
  const copy = document.body.cloneNode(true) as HTMLElement
  for (const element of copy.querySelectorAll('[lang="en"]')) element.remove()
  const names = [...copy.querySelectorAll('[aria-label], [title]')].map(
    (element) => `${element.getAttribute('aria-label') ?? ''}\n${element.getAttribute('title') ?? ''}`,
  )
  return [copy.textContent, ...names].join('\n')
}

/** Opens a page in a language, waits until it shows what it has, and says which English texts are left on it. */
export async function leftInEnglish(language: Language, catalogue: Catalogue, address: string): Promise<readonly string[]> {
  speak(language, catalogue)
  // Texts are made when their module is, so nothing that has any is loaded before the language is chosen.
  const { openWindow } = await import('./window.fake.tsx')
  const { screen } = await openWindow({ address })
  await expect.poll(() => document.querySelector('main h1') !== null && document.querySelector('[aria-busy="true"]') === null).toBe(true)
  expect(Object.values(catalogue)).toContain(document.querySelector('main h1')?.textContent)
  const text = shownText()
  await screen.unmount()
  return Object.entries(catalogue).flatMap(([english, own]) => (english !== own && isTelling(english) && text.includes(english) ? [english] : []))
}

/** Opens a page at the width of a small phone, and says by how many pixels it is too wide. */
export async function tooWideBy(language: Language, catalogue: Catalogue, address: string): Promise<number> {
  await page.viewport(320, 800)
  speak(language, catalogue)
  const { openWindow } = await import('./window.fake.tsx')
  await openWindow({ address })
  await expect.poll(() => document.querySelector('main h1') !== null && document.querySelector('[aria-busy="true"]') === null).toBe(true)
  return document.documentElement.scrollWidth - document.documentElement.clientWidth
}
