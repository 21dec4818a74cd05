import { useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { cx } from '../../lib/cx.ts'
import { Button } from '../../ui/button.tsx'
import css from '../../ui/shell.module.css'
import { nameOf, useMe } from '../me.ts'
import { PAGE_ENTRIES } from '../pages.tsx'
import { forgetPerson } from '../queries.ts'
import { type PageName, type Route, hrefOf } from '../routes.ts'
import { useServices } from '../services.ts'
import { ConnectionLine, useLinkState } from './connection-line.tsx'
import own from './console-shell.module.css'
import { Toast } from './toast.tsx'

const toContent = () => document.getElementById('content')?.focus()

/** Menu at the side (on top where it is narrow), the page beside it. */
export const Shell = ({ page, children }: { readonly page: PageName | null; readonly children: ReactNode }) => (
  <div className={css['shell']}>
    <Button className={css['skip']} onClick={toContent}>
      Skip to content
    </Button>
    <header className={css['side']}>
      <p className={css['brand']}>Windfall console</p>
      <Menu page={page} />
      <Person />
      <ConnectionLine />
    </header>
    <Content>{children}</Content>
    <Toast />
  </div>
)

/** Pages that whoever has signed in may see. */
function Menu({ page }: { readonly page: PageName | null }) {
  const { may } = useMe()
  const entries = Object.entries(PAGE_ENTRIES).flatMap(([name, entry]) =>
    entry.label === null || may[entry.needs] === undefined ? [] : [{ name: name as PageName, label: entry.label, below: entry.pages ?? [] }],
  )
  return (
    <nav aria-label="Main">
      <ul className={css['menu']}>
        {entries.map(({ name, label, below }) => (
          <li key={name}>
            <a href={hrefOf({ page: name } as Route)} aria-current={page === name || (page !== null && below.includes(page)) ? 'page' : undefined}>
              {label}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function Person() {
  const { client, credential } = useServices()
  const me = useMe()
  const queries = useQueryClient()
  const leave = async () => {
    // A key is forgotten here; a session ends there, also if the answer is lost.
    if (me.kind === 'member') await client.call('signOut', {}).catch(() => undefined)
    credential.use(null)
    forgetPerson(queries)
  }
  return (
    <div className={own['person']}>
      <span>{nameOf(me)}</span>
      <span className={own['role']}>{me.member?.role ?? (me.kind === 'key' ? 'API key' : '')}</span>
      <Button look="quiet" onClick={() => void leave()}>
        {me.kind === 'key' ? 'Forget this key' : 'Sign out'}
      </Button>
    </div>
  )
}

/** The page. While the coordinator is out of reach everything on it is from before, and loses its colour. */
function Content({ children }: { readonly children: ReactNode }) {
  const { state } = useLinkState()
  return (
    <main className={cx(css['main'], own['wide'])} id="content" tabIndex={-1}>
      <div className={cx(css['page'], (state === 'lost' || state === 'refused') && css['past'])}>{children}</div>
    </main>
  )
}
