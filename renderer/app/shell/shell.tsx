import type { ReactNode } from 'react'
import { t } from '../../../shared/i18n/translate.ts'
import { cx } from '../../lib/cx.ts'
import { isMac } from '../../lib/platform.ts'
import { type PageName, hrefOf } from '../../lib/router.ts'
import { SHORTCUTS, ariaKeys, ariaPageKeys, keysOf } from '../../lib/shortcuts.ts'
import { Button } from '../../ui/button.tsx'
import { Keys } from '../../ui/keys.tsx'
import { useLink } from '../hooks.ts'
import { Toast } from '../toast.tsx'
import { useWindow } from '../window-state.ts'
import { Announcer } from './announcer.tsx'
import { Banners } from './banners.tsx'
import { ConnectionLine } from './connection-line.tsx'
import { MENU } from './menu.ts'
import css from '../../ui/shell.module.css'

const toContent = () => document.getElementById('content')?.focus()

/** Menu at the side (on top where it is narrow), the page beside it. */
export const Shell = ({ page, children }: { page: PageName | null; children: ReactNode }) => (
  <div className={css['shell']}>
    <Button className={css['skip']} onClick={toContent}>
      {t('Skip to content')}
    </Button>
    <header className={css['side']}>
      <p className={css['brand']}>
        <Mark />
        Windfall
      </p>
      <Find />
      <nav aria-label={t('Main')}>
        <ul className={css['menu']}>
          {MENU.map(({ route, label, pages }, index) => (
            <li key={label}>
              <a
                href={hrefOf(route)}
                aria-keyshortcuts={ariaPageKeys(index + 1, isMac())}
                aria-current={page !== null && pages.includes(page) ? 'page' : undefined}
              >
                {label}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <Help />
      <ConnectionLine />
    </header>
    <Content>{children}</Content>
    <Toast />
    <Announcer />
  </div>
)

/** Everything the window can do, from every page. */
function Find() {
  const { setOverlay } = useWindow()
  const find = SHORTCUTS.find(({ is }) => is === 'palette')
  return (
    <Button className={css['find']} onClick={() => setOverlay('palette')} aria-haspopup="dialog" aria-keyshortcuts={ariaKeys('palette', isMac())}>
      {t('Find…')}
      {find ? <Keys keys={keysOf(find, isMac())} /> : null}
    </Button>
  )
}

/** Help with the keyboard, in the same place on every page. */
function Help() {
  const { setOverlay } = useWindow()
  return (
    <Button look="quiet" className={css['help']} onClick={() => setOverlay('shortcuts')} aria-haspopup="dialog" aria-keyshortcuts={ariaKeys('help', isMac())}>
      {t('Keyboard shortcuts')}
    </Button>
  )
}

/** The page. While the agent is out of reach everything on it is from before, and loses its colour. */
function Content({ children }: { children: ReactNode }) {
  const link = useLink()
  return (
    <main className={css['main']} id="content" tabIndex={-1}>
      <Banners />
      <div className={cx(css['page'], (link.state === 'lost' || link.state === 'refused') && css['past'])}>{children}</div>
    </main>
  )
}

/** An apple that has just come down. */
const Mark = () => (
  <svg className={css['mark']} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
    <path d="M8 3.6c-.2-1.2.3-2.3 1.6-3 .3 1.2-.2 2.3-1.6 3ZM8 4.6c1-.7 2-.9 3-.6 2 .6 2.8 2.7 2.3 5.1-.6 3-2.4 5.9-4 5.9-.6 0-.9-.3-1.3-.3s-.7.3-1.3.3c-1.6 0-3.4-2.9-4-5.9C2.2 6.7 3 4.6 5 4c1-.3 2-.1 3 .6Z" />
  </svg>
)
