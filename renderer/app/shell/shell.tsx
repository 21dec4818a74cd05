import type { ReactNode } from 'react'
import { cx } from '../../lib/cx.ts'
import { type PageName, type Route, hrefOf } from '../../lib/router.ts'
import { Button } from '../../ui/button.tsx'
import { useLink } from '../hooks.ts'
import { Announcer } from './announcer.tsx'
import { Banners } from './banners.tsx'
import { ConnectionLine } from './connection-line.tsx'
import css from './shell.module.css'

const MENU: readonly { readonly route: Route; readonly label: string; readonly pages: readonly PageName[] }[] = [
  { route: { page: 'home' }, label: 'Home', pages: ['home'] },
  { route: { page: 'day' }, label: 'Day report', pages: ['day'] },
  { route: { page: 'jobs' }, label: 'Jobs', pages: ['jobs', 'job'] },
  { route: { page: 'earnings' }, label: 'Earnings', pages: ['earnings', 'earning', 'statement'] },
  { route: { page: 'receipts' }, label: 'Receipts', pages: ['receipts', 'receipt'] },
  { route: { page: 'payouts' }, label: 'Payouts', pages: ['payouts', 'payout'] },
  { route: { page: 'grid' }, label: 'Grid', pages: ['grid'] },
  { route: { page: 'machine' }, label: 'This machine', pages: ['machine'] },
  { route: { page: 'settings' }, label: 'Settings', pages: ['settings'] },
]

const toContent = () => document.getElementById('content')?.focus()

/** Menu at the side (on top where it is narrow), the page beside it. */
export const Shell = ({ page, children }: { page: PageName | null; children: ReactNode }) => (
  <div className={css['shell']}>
    <Button className={css['skip']} onClick={toContent}>
      Skip to content
    </Button>
    <header className={css['side']}>
      <p className={css['brand']}>
        <Mark />
        Windfall
      </p>
      <nav aria-label="Main">
        <ul className={css['menu']}>
          {MENU.map(({ route, label, pages }) => (
            <li key={label}>
              <a href={hrefOf(route)} aria-current={page !== null && pages.includes(page) ? 'page' : undefined}>
                {label}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <ConnectionLine />
    </header>
    <Content>{children}</Content>
    <Announcer />
  </div>
)

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
