import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { stateSentence, statusSpeech } from '../../lib/status-text.ts'
import { useStatus } from '../queries.ts'
import { useServices } from '../services.ts'
import { useWindow } from '../window-state.ts'

const QUIET_MS = 10_000

/** The one voice of the window for a screen reader: changes of state only, at most one in ten seconds, never a live number; and all there is to say when somebody asks. */
export function Announcer() {
  const { clock } = useServices()
  const { data: status } = useStatus()
  const said = useRef<{ readonly display: string; readonly at: number } | null>(null)
  const [text, setText] = useState('')
  useEffect(() => {
    if (!status) return
    const say = () => {
      said.current = { display: status.display, at: clock.now() }
      setText(stateSentence(status, clock.now()))
    }
    if (said.current === null) {
      said.current = { display: status.display, at: Number.NEGATIVE_INFINITY }
      return
    }
    if (said.current.display === status.display) return
    return clock.after(Math.max(0, said.current.at + QUIET_MS - clock.now()), say)
  }, [status, clock])
  useAnswerAloud(setText)
  return <output className="sr-only">{text}</output>
}

function useAnswerAloud(setText: (text: string) => void): void {
  const { clock } = useServices()
  const { data: status } = useStatus()
  const { askedAloud } = useWindow()
  const answer = useEffectEvent(() => {
    // The same words are read out again only if something about them is another.
    if (status) setText(`${statusSpeech(status, clock.now())}${askedAloud % 2 === 0 ? '\u00a0' : ''}`)
  })
  useEffect(() => {
    if (askedAloud > 0) answer()
  }, [askedAloud])
}
