import { useEffect, useRef, useState } from 'react'
import type { AgentStatus } from '../../../shared/contract/agent.ts'
import { displayWord } from '../../lib/words.ts'
import { useStatus } from '../queries.ts'
import { useServices } from '../services.ts'

const QUIET_MS = 10_000

const sentence = (status: AgentStatus, now: number): string =>
  [`Windfall: ${displayWord(status, now).word}.`, ...status.reasons.map((reason) => reason.message)].join(' ')

/** The one voice of the window for a screen reader: changes of state only, at most one in ten seconds, never a live number. */
export function Announcer() {
  const { clock } = useServices()
  const { data: status } = useStatus()
  const said = useRef<{ readonly display: string; readonly at: number } | null>(null)
  const [text, setText] = useState('')
  useEffect(() => {
    if (!status) return
    const say = () => {
      said.current = { display: status.display, at: clock.now() }
      setText(sentence(status, clock.now()))
    }
    if (said.current === null) {
      said.current = { display: status.display, at: Number.NEGATIVE_INFINITY }
      return
    }
    if (said.current.display === status.display) return
    return clock.after(Math.max(0, said.current.at + QUIET_MS - clock.now()), say)
  }, [status, clock])
  return <output className="sr-only">{text}</output>
}
