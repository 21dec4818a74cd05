import type { DecisionSubject } from '../../../shared/contract/decision.ts'
import { shortId } from '../../lib/format.ts'
import { CopyId } from '../../ui/copy-id.tsx'
import { Linked, type LinkedPage } from '../order/linked.tsx'

/** The page about a subject; `null` where there is none. */
function pageAbout({ kind, id }: DecisionSubject): LinkedPage | null {
  if (kind === 'job') return { page: 'job', jobId: id }
  if (kind === 'node') return { page: 'node', nodeId: id }
  return kind === 'incident' ? { page: 'incident', incidentId: id } : null
}

/** What a decision is about, with the way there. */
export function SubjectLink({ subject }: { readonly subject: DecisionSubject }) {
  const page = pageAbout(subject)
  if (page === null)
    return (
      <>
        {subject.kind} <CopyId value={subject.id} what={`id of the ${subject.kind}`} />
      </>
    )
  return (
    <Linked to={page} title={subject.id}>
      {subject.kind} {shortId(subject.id)}
    </Linked>
  )
}
