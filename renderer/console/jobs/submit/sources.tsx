import { useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import type { TemplateView } from '../../../../shared/contract/job-template.ts'
import { toIso } from '../../../../shared/units.ts'
import field from '../../../ui/field.module.css'
import { FileField } from '../../../ui/file-field.tsx'
import { useFileDrop } from '../../../ui/use-file-drop.ts'
import { useServices } from '../../services.ts'
import { useTold } from '../../told.ts'
import { EXAMPLES } from './examples.ts'
import { MAX_DRAFT, draftText } from './read-draft.ts'
import { templateDraft } from './template-draft.ts'
import css from './submit.module.css'

interface SourcesProps {
  /** Takes a text in place of what was written. `what`: what it is, “the template render”. */
  readonly begin: (text: string, what: string) => void
}

/** What a job can begin with: an example, a template, a file. */
export function Sources({ begin }: SourcesProps) {
  const { client, clock } = useServices()
  const id = useId()
  const take = useTakeFile(begin)
  const templates = useQuery({ queryKey: ['jobs', 'templates'], queryFn: () => client.call('listTemplates', { after: null, limit: 200 }) })
  const choose = (value: string) => {
    const example = value === 'wasm' || value === 'docker' ? EXAMPLES[value] : undefined
    if (example) return begin(draftText(example.make(clock.now())), 'the example')
    const template = templates.data?.items.find(({ name }) => `template:${name}` === value)
    if (template) begin(draftText(templateDraft(template, clock.now())), templateWords(template))
  }
  return (
    <div className={css['line']}>
      <span className={css['row']}>
        <label htmlFor={id}>Begin with</label>
        <select id={id} className={field['field']} value="" onChange={(event) => choose(event.target.value)}>
          <option value="">What is written below</option>
          {Object.entries(EXAMPLES).map(([name, { label }]) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
          {templates.data?.items.map(({ name, version }) => (
            <option key={name} value={`template:${name}`}>
              Your template: {name}, version {version}
            </option>
          ))}
        </select>
      </span>
      <FileField label="Open a job file" accept=".json,application/json" onFile={take} />
    </div>
  )
}

/** What a template is called, with what is still to be written into it. */
export function templateWords({ name, parameters }: TemplateView): string {
  const open = parameters.filter((parameter) => parameter.default === null).map((parameter) => `{${parameter.name}}`)
  return open.length === 0 ? `the template ${name}` : `the template ${name}: write in place of ${open.join(', ')} what it is`
}

/** Takes a file that was chosen, or dropped anywhere on the page. */
function useTakeFile(begin: SourcesProps['begin']) {
  const { tell } = useTold()
  const take = async (file: File) => {
    if (file.size > 4 * MAX_DRAFT) return tell({ text: `${file.name} is too long for a job: at most 256 KiB. What was written stays.`, isProblem: true })
    begin(await file.text(), file.name)
  }
  const taken = (file: File) => void take(file)
  useFileDrop(taken)
  return taken
}

/** A job that was submitted, as a draft: with as long a deadline as it had. */
export const againDraft = (spec: object, times: { readonly submittedAt: string; readonly deadline: string }, now: number): string =>
  draftText({ ...spec, earliestStart: null, deadline: toIso(now + Date.parse(times.deadline) - Date.parse(times.submittedAt)) })
