import { useEffect, useId, useRef, useState } from 'react'
import type { JobView } from '../../../shared/contract/job.ts'
import { messageOf } from '../../../shared/errors.ts'
import { saveFile } from '../../lib/save-file.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import field from '../../ui/field.module.css'
import { countOf } from '../picks/each.ts'
import { useNow } from '../use-now.ts'
import { formatUtc } from '../utc.tsx'
import { attemptWord } from './job-words.ts'
import css from './jobs.module.css'
import type { LogLine } from './log-text.ts'
import { useJobLog } from './use-job-log.ts'

/** As many lines as are shown at once, the newest; the file has all. */
const SHOWN = 2_000

/** What a job of one's own says, while it runs and afterwards. */
export function JobLogCard({ job }: { readonly job: Pick<JobView, 'jobId' | 'attempts'> }) {
  const [chosen, setChosen] = useState<string | null>(null)
  const attemptId = chosen ?? job.attempts.at(-1)?.attemptId ?? null
  return (
    <Card title="What it says">
      {attemptId === null ? (
        <p>Nothing yet: no attempt has begun.</p>
      ) : (
        <>
          {job.attempts.length > 1 ? <AttemptChoice attempts={job.attempts} chosen={attemptId} choose={setChosen} /> : null}
          <Log key={attemptId} jobId={job.jobId} attemptId={attemptId} />
        </>
      )}
    </Card>
  )
}

interface AttemptChoiceProps {
  readonly attempts: JobView['attempts']
  readonly chosen: string
  readonly choose: (attemptId: string) => void
}

function AttemptChoice({ attempts, chosen, choose }: AttemptChoiceProps) {
  const id = useId()
  return (
    <p className={css['line']}>
      <label htmlFor={id}>Attempt</label>
      <select id={id} className={field['field']} value={chosen} onChange={(event) => choose(event.target.value)}>
        {attempts.map(({ attemptId, state }, index) => (
          <option key={attemptId} value={attemptId}>
            {index + 1}, {attemptWord(state).word.toLowerCase()}
          </option>
        ))}
      </select>
    </p>
  )
}

function Log({ jobId, attemptId }: { readonly jobId: string; readonly attemptId: string }) {
  const [isFollowed, setFollowed] = useState(true)
  const [search, setSearch] = useState('')
  const log = useJobLog(jobId, attemptId, isFollowed)
  const id = useId()
  const found = matching(log.lines, search)
  const save = () => saveFile({ name: `windfall-${jobId}-${attemptId}.log`, type: 'application/octet-stream', text: log.bytes() })
  return (
    <>
      <div className={css['line']}>
        <span>
          <label htmlFor={id}>Search in it</label>
          <input
            id={id}
            className={field['field']}
            type="search"
            value={search}
            maxLength={200}
            spellCheck={false}
            onChange={(event) => setSearch(event.target.value)}
          />
        </span>
        {log.isOver ? null : <Button onClick={() => setFollowed(!isFollowed)}>{isFollowed ? 'Pause following' : 'Follow again'}</Button>}
        <Button unavailable={log.lines.length === 0} onClick={() => (log.lines.length === 0 ? undefined : save())}>
          Save as a file
        </Button>
      </div>
      <LogState log={log} isFollowed={isFollowed} found={search === '' ? null : found.length} />
      <Lines lines={found} isFollowed={isFollowed && search === ''} />
    </>
  )
}

/** Lines with this text, whatever its case. */
const matching = (lines: readonly LogLine[], search: string): readonly LogLine[] => {
  const wanted = search.toLowerCase()
  return wanted === '' ? lines : lines.filter(({ text, isGap }) => !isGap && text.toLowerCase().includes(wanted))
}

interface LogStateProps {
  readonly log: Pick<ReturnType<typeof useJobLog>, 'error' | 'isOver' | 'isNew' | 'expiresAt' | 'lines'>
  readonly isFollowed: boolean
  readonly found: number | null
}

/** How far it is read, and for how long it is kept. */
function LogState({ log, isFollowed, found }: LogStateProps) {
  const now = useNow()
  return (
    <>
      {log.error ? <p role="alert">More of it could not be read; it is tried again. {messageOf(log.error)}</p> : null}
      <p>
        <output>
          {found === null ? stateText(log, isFollowed) : `${countOf(found, 'line')} of ${log.lines.length} with this text.`}
          {log.isOver && log.expiresAt !== null ? ` It is kept until ${formatUtc(log.expiresAt, now)}.` : ''}
        </output>{' '}
        <small>stdout and stderr as they came, in one stream; the newest 4 MiB of each attempt are kept.</small>
      </p>
    </>
  )
}

function stateText({ isNew, isOver, lines }: LogStateProps['log'], isFollowed: boolean): string {
  if (isNew) return 'Reading…'
  const count = countOf(lines.length, 'line')
  if (isOver) return lines.length === 0 ? 'It said nothing.' : `${count}. It has said all.`
  return isFollowed ? `${count} so far. What comes is shown as it comes.` : `${count}. Paused: what comes is not shown.`
}

function Lines({ lines, isFollowed }: { readonly lines: readonly LogLine[]; readonly isFollowed: boolean }) {
  const place = useRef<HTMLElement>(null)
  useEffect(() => {
    if (isFollowed && lines.length > 0 && place.current) place.current.scrollTop = place.current.scrollHeight
  }, [isFollowed, lines])
  const first = Math.max(0, lines.length - SHOWN)
  if (lines.length === 0) return null
  return (
    // Scrolls, so the keyboard must be able to reach it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section ref={place} className={css['log']} aria-label="Log" tabIndex={0}>
      {first === 0 ? null : <p className={css['gap']}>{countOf(first, 'earlier line')}: in the file.</p>}
      <pre>
        {lines.slice(first).map(({ text, isGap }, index) => (
          <span key={first + index} className={isGap ? css['gap'] : undefined}>
            {isGap ? `— ${text} —` : text}
            {'\n'}
          </span>
        ))}
      </pre>
    </section>
  )
}
