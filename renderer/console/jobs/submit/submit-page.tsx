import { useQuery } from '@tanstack/react-query'
import { useEffect, useEffectEvent } from 'react'
import { EmptyState } from '../../../ui/empty-state.tsx'
import { Page } from '../../../ui/page.tsx'
import prose from '../../../ui/prose.module.css'
import { type FilterKinds, useFilters } from '../../filters.ts'
import { useMe } from '../../me.ts'
import { hrefOf } from '../../routes.ts'
import { useServices } from '../../services.ts'
import { useTold } from '../../told.ts'
import { DraftEditor } from './draft-editor.tsx'
import { useDraft } from './draft-store.ts'
import { EXAMPLES } from './examples.ts'
import { PlanPanel } from './plan-panel.tsx'
import { draftText, readDraft } from './read-draft.ts'
import { Sources, againDraft, templateWords } from './sources.tsx'
import { SubmitBar } from './submit-bar.tsx'
import css from './submit.module.css'
import { templateDraft } from './template-draft.ts'

/** A job is written, planned while it is written, and submitted. */
export function SubmitPage() {
  const { requesterId } = useMe()
  return (
    <Page title="Submit a job" above={<a href={hrefOf({ page: 'jobs' })}>All jobs</a>}>
      {requesterId === null ? (
        <EmptyState title="You have no account that a job could be paid from.">Ask an operator for one, or use an API key of a requester.</EmptyState>
      ) : (
        <Writing of={requesterId} />
      )}
    </Page>
  )
}

function Writing({ of }: { readonly of: string }) {
  const { clock } = useServices()
  const { tell } = useTold()
  const draft = useDraft(of, () => draftText(EXAMPLES.wasm.make(clock.now())))
  const read = readDraft(draft.text)
  const begin = (text: string, what: string) => {
    draft.begin(text)
    tell({ text: `The draft is now ${what}.`, isProblem: false, undo: draft.restore })
  }
  useAddress(begin)
  return (
    <>
      <p className={prose['lead']}>The draft stays in this tab. The plan beside it shows where and when the job would run before anything is paid.</p>
      <Sources begin={begin} />
      <div className={css['sides']}>
        <DraftEditor text={draft.text} read={read} setText={draft.setText} />
        <div className={css['side']}>
          <PlanPanel spec={read.spec} />
          <SubmitBar jobId={draft.jobId} spec={read.spec} problems={read.problems.length} renew={draft.renew} done={draft.forget} />
        </div>
      </div>
    </>
  )
}

const FILTERS = { from: { maxLength: 64 }, template: { maxLength: 63 } } as const satisfies FilterKinds

/** Takes the job or the template that the address names, once: what is changed afterwards is not taken back by loading the page anew. */
function useAddress(begin: (text: string, what: string) => void): void {
  const { client, clock } = useServices()
  const { tell } = useTold()
  const filters = useFilters(FILTERS)
  const [from, template] = [filters.one('from'), filters.one('template')]
  const wanted = useQuery({
    queryKey: ['me', 'draft', from, template],
    enabled: from !== null || template !== null,
    staleTime: 0,
    queryFn: async () => {
      if (from !== null) {
        const { spec, submittedAt } = await client.call('getJob', { jobId: from })
        return { text: againDraft(spec, { submittedAt, deadline: spec.deadline }, clock.now()), what: `a copy of the job ${from}` }
      }
      const found = await client.call('getTemplate', { name: template ?? '', version: null })
      return { text: draftText(templateDraft(found, clock.now())), what: templateWords(found) }
    },
  })
  const take = useEffectEvent(() => {
    if (wanted.data) begin(wanted.data.text, wanted.data.what)
    else if (wanted.error) tell({ text: wanted.error.message, isProblem: true })
    filters.clear()
  })
  const { data, error } = wanted
  useEffect(() => {
    if (data !== undefined || error !== null) take()
  }, [data, error])
}
