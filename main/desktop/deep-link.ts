import type { Errand } from '../../shared/contract/shell.ts'
import { t } from '../../shared/i18n/translate.ts'

/** An identifier as the window's addresses know it. */
const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/
const MONTH = /^\d{4}-(?:0[1-9]|1[0-2])$/

/** The pages a link may lead to. `detail`: what may stand behind the page's name; `alone`: whether the name is enough. */
export const LINK_PAGES: Readonly<Record<string, { readonly detail: RegExp | null; readonly alone: boolean }>> = {
  home: { detail: null, alone: true },
  day: { detail: null, alone: true },
  jobs: { detail: ID, alone: true },
  earnings: { detail: ID, alone: true },
  statements: { detail: MONTH, alone: false },
  receipts: { detail: ID, alone: true },
  payouts: { detail: ID, alone: true },
  grid: { detail: null, alone: true },
  machine: { detail: null, alone: true },
  settings: { detail: null, alone: true },
}

/** `windfall://receipts/<id>` to the letter: no query, no fragment, no escapes, and nothing before or behind. */
const LINK = /^windfall:\/\/(?:(?<page>[a-z]{1,20})(?:\/(?<detail>[A-Za-z0-9_-]{1,64}))?\/?)?$/
const SCHEME = /^windfall:/i

/**
 * Where a link from outside leads. Anybody can make somebody click one, so it opens a page and does nothing else: it pauses, claims
 * and changes nothing, whatever it says.
 */
export function errandOfLink(link: string): Errand {
  const match = LINK.exec(link.slice(0, 256).replace(SCHEME, 'windfall:'))
  const hash = match && link.length <= 256 ? hashOf(match.groups ?? {}) : null
  return hash === null ? { do: 'explain', message: t('Windfall could not follow this link: it names no page of this version.') } : { do: 'go', hash }
}

function hashOf({ page = 'home', detail }: Readonly<Record<string, string | undefined>>): string | null {
  const known = Object.hasOwn(LINK_PAGES, page) ? LINK_PAGES[page] : undefined
  if (!known) return null
  if (detail === undefined) return known.alone ? `#/${page === 'home' ? '' : page}` : null
  return known.detail?.test(detail) ? `#/${page}/${detail}` : null
}
