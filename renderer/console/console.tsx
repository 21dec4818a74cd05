import { type QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { Suspense, useState } from 'react'
import type { WhoAmI } from '../../shared/contract/member.ts'
import { WindfallError } from '../../shared/errors.ts'
import '../ui/global.css'
import { EmptyState } from '../ui/empty-state.tsx'
import { Navigated, Page } from '../ui/page.tsx'
import { Answered } from './answered.tsx'
import { MeContext, useMe, useWhoAmI } from './me.ts'
import { PAGE_ENTRIES } from './pages.tsx'
import { useLive } from './queries.ts'
import { type Route, useRoute } from './routes.ts'
import { type Services, ServicesContext } from './services.ts'
import { PageBoundary } from './shell/page-boundary.tsx'
import { Shell } from './shell/shell.tsx'
import { SignInPage } from './sign-in/sign-in-page.tsx'
import { ToldContext, useToldState } from './told.ts'

/** The console of one coordinator. */
export const Console = ({ services, queries }: { readonly services: Services; readonly queries: QueryClient }) => (
  <QueryClientProvider client={queries}>
    <ServicesContext value={services}>
      <Door />
    </ServicesContext>
  </QueryClientProvider>
)

/** Nothing is shown to whoever has not signed in, or no longer is. */
function Door() {
  const me = useWhoAmI()
  const isStranger = me.error instanceof WindfallError && (me.error.code === 'auth.required' || me.error.code === 'auth.refused')
  if (isStranger) return <SignInPage />
  return (
    <Answered query={me} what="who you are">
      {(known) => (
        <MeContext value={known}>
          <Inside key={personOf(known)} />
        </MeContext>
      )}
    </Answered>
  )
}

const personOf = ({ kind, requesterId, member }: WhoAmI): string => `${kind} ${member?.memberId ?? ''} ${requesterId ?? ''}`

function Inside() {
  useLive()
  const route = useRoute()
  const told = useToldState()
  const address = JSON.stringify(route)
  const [visit, setVisit] = useState({ address, navigated: false })
  if (visit.address !== address) setVisit({ address, navigated: true })
  return (
    <ToldContext value={told}>
      <Shell page={route?.page ?? null}>
        <PageBoundary key={address}>
          <Navigated value={visit.navigated}>
            <Suspense fallback={null}>
              <Shown route={route} />
            </Suspense>
          </Navigated>
        </PageBoundary>
      </Shell>
    </ToldContext>
  )
}

function Shown({ route }: { readonly route: Route | null }) {
  const { may } = useMe()
  const entry = route === null ? undefined : PAGE_ENTRIES[route.page]
  if (!route || !entry)
    return (
      <Page title="No such page">
        <EmptyState title="There is nothing at this address.">It may be from another version, or cut short. The menu leads on.</EmptyState>
      </Page>
    )
  if (may[entry.needs] === undefined)
    return (
      <Page title="Not for this role">
        <EmptyState title={`This page needs the permission ${entry.needs}.`}>
          Ask an owner of this coordinator for a role that has it, or sign in as somebody else.
        </EmptyState>
      </Page>
    )
  return entry.show(route)
}
