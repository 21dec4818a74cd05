import { useEffect, useRef } from 'react'
import { type Route, hrefOf } from '../../lib/router.ts'
import { useFirstRun } from './setup-queries.ts'
import { opensOnSteps } from './setup-words.ts'

/** A window that opens on Home before its owner has set anything up shows them the steps instead, once. */
export function useFirstSteps(route: Route | null): void {
  const { data: state } = useFirstRun()
  const asked = useRef(false)
  const isHome = route?.page === 'home'
  useEffect(() => {
    if (!state || asked.current) return
    asked.current = true
    if (isHome && opensOnSteps(state)) location.replace(hrefOf({ page: 'welcome' }))
  }, [state, isHome])
}
