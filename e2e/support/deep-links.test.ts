import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { LINK_PAGES, errandOfLink } from '../../main/desktop/deep-link.ts'
import { PAGE_OF } from '../../main/desktop/notification-rule.ts'

/** The window is compiled for browsers, apart from this. */
const ROUTER = join(import.meta.dirname, '..', '..', 'renderer', 'lib', 'router.ts')
const { routeOf } = (await import(pathToFileURL(ROUTER).href)) as { readonly routeOf: (hash: string) => object | null }

const SAMPLES = ['01J9Z3-abc_DEF', '2026-11']

test.each(Object.entries(LINK_PAGES))('a link to %s leads to a page that the window has', (page, { detail, alone }) => {
  const links = [...(alone ? [`windfall://${page}`] : []), ...SAMPLES.filter((sample) => detail?.test(sample)).map((sample) => `windfall://${page}/${sample}`)]
  expect(links).not.toEqual([])
  for (const link of links) {
    const errand = errandOfLink(link)
    expect(errand.do === 'go' ? routeOf(errand.hash) : null, link).not.toBeNull()
  }
})

test.each(Object.entries(PAGE_OF))('a click on a notification of %s leads to a page that the window has', (_kind, hash) => expect(routeOf(hash)).not.toBeNull())
