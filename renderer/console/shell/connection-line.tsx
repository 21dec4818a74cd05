import { useSyncExternalStore } from 'react'
import type { LinkState } from '../../lib/link.ts'
import type { Word } from '../../lib/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import css from '../../ui/shell.module.css'
import { useServices } from '../services.ts'
import { useNow } from '../use-now.ts'
import { formatUtc } from '../utc.tsx'
import { word } from '../words.ts'
import own from './console-shell.module.css'

export function useLinkState(): LinkState {
  const { link } = useServices().coordinator
  return useSyncExternalStore(link.subscribe, link.get)
}

/** Whether what is on screen is as things are now. */
export function ConnectionLine() {
  const state = useLinkState()
  const now = useNow()
  const { link } = useServices().coordinator
  const { short, more } = saidOf(state, now)
  return (
    <div className={css['connection']}>
      <output>
        <Badge state={short} />
        {more === null ? null : <> {more}</>}
      </output>
      {state.state === 'lost' ? (
        <Button look="quiet" className={own['again']} onClick={link.retry}>
          Try now
        </Button>
      ) : null}
    </div>
  )
}

function saidOf(state: LinkState, now: number): { readonly short: Word; readonly more: string | null } {
  switch (state.state) {
    case 'open':
      return { short: word('leaf', 'drop', 'Live'), more: null }
    case 'connecting':
      return { short: word('plain', 'ring', 'Connecting…'), more: null }
    case 'lost':
      return { short: word('honey', 'bang', 'Not live'), more: `since ${formatUtc(state.since, now)}. What is shown is from before.` }
    case 'refused':
      return { short: word('honey', 'bang', 'Not live'), more: state.message }
  }
}
