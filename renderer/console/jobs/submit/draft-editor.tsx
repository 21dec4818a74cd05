import { useId, useRef } from 'react'
import { Button } from '../../../ui/button.tsx'
import { Card } from '../../../ui/card.tsx'
import field from '../../../ui/field.module.css'
import prose from '../../../ui/prose.module.css'
import { countOf } from '../../picks/each.ts'
import { FieldRow } from './field-row.tsx'
import { type Problem, type Raw, type ReadDraft, draftText, valueAt, withValue } from './read-draft.ts'
import { RuntimeFields } from './runtime-fields.tsx'
import { FIELD_GROUPS } from './spec-fields.ts'
import css from './submit.module.css'

interface DraftEditorProps {
  readonly text: string
  readonly read: ReadDraft
  readonly setText: (text: string) => void
}

/** One job, as fields and as text: both are the same, and each shows what the other has changed. */
export const DraftEditor = ({ text, read, setText }: DraftEditorProps) => (
  <div className={css['side']}>
    {read.raw === null ? (
      <p className={prose['refused']}>The fields are back once the text below is a job again.</p>
    ) : (
      <Groups raw={read.raw} problems={read.problems} setText={setText} />
    )}
    <TextCard text={text} problems={read.problems} setText={setText} />
  </div>
)

interface GroupsProps {
  readonly raw: Raw
  readonly problems: readonly Problem[]
  readonly setText: (text: string) => void
}

function Groups({ raw, problems, setText }: GroupsProps) {
  const change = (path: string, value: unknown) => setText(draftText(withValue(raw, path, value)))
  return FIELD_GROUPS.map(({ title, fields }, index) => (
    <Card key={title} title={title}>
      <div className={css['fields']}>
        {fields.map((spec) => (
          <FieldRow
            key={spec.path}
            field={spec}
            value={valueAt(raw, spec.path)}
            problem={problems.find(({ path }) => path === spec.path || path.startsWith(`${spec.path}.`))}
            change={(value) => change(spec.path, value)}
          />
        ))}
        {index === 0 ? <RuntimeFields raw={raw} problems={problems} change={(runtime) => change('runtime', runtime)} /> : null}
      </div>
    </Card>
  ))
}

/** The whole job as text, with what is wrong by its line. */
function TextCard({ text, problems, setText }: Omit<GroupsProps, 'raw'> & { readonly text: string }) {
  const id = useId()
  const area = useRef<HTMLTextAreaElement>(null)
  const lines = text.split('\n')
  const goTo = (line: number) => {
    const from = lines.slice(0, line - 1).reduce((sum, { length }) => sum + length + 1, 0)
    area.current?.focus()
    area.current?.setSelectionRange(from, from + (lines[line - 1]?.length ?? 0))
  }
  return (
    <Card title="As text" aside="all of it, as windfall job submit reads it">
      <label className="sr-only" htmlFor={id}>
        The job as JSON
      </label>
      <textarea
        ref={area}
        id={id}
        className={`${field['field']} ${css['text']}`}
        rows={18}
        spellCheck={false}
        autoComplete="off"
        value={text}
        aria-invalid={problems.length > 0}
        aria-describedby={`${id}-state`}
        onChange={(event) => setText(event.target.value)}
      />
      <p id={`${id}-state`} className={prose['small']}>
        {problems.length === 0 ? 'Nothing is missing or wrong.' : `${countOf(problems.length, 'thing')} to mend:`}
      </p>
      <ul className={css['problems']}>
        {problems.map(({ path, line, message }) => (
          <li key={`${path} ${line} ${message}`} className={css['problem']}>
            <Button look="quiet" onClick={() => goTo(line)}>
              Line {line}
            </Button>{' '}
            {path === '' ? null : <code>{path}</code>} {message}
          </li>
        ))}
      </ul>
    </Card>
  )
}
