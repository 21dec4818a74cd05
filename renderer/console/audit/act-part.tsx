import { useQuery } from '@tanstack/react-query'
import { ActDetails } from '../../../shared/contract/audit.ts'
import { Button } from '../../ui/button.tsx'
import { CopyId } from '../../ui/copy-id.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Answered } from '../answered.tsx'
import { Part } from '../order/part.tsx'
import { hrefOf } from '../routes.ts'
import { useServices } from '../services.ts'
import css from './audit.module.css'

/** One act: from where, what was asked, and what it changed, as far as it is still kept. */
export function ActPart({ seq, close }: { readonly seq: number; readonly close: () => void }) {
  const { client } = useServices()
  const act = useQuery({ queryKey: ['acts', seq], queryFn: () => client.call('getAct', { seq }) })
  return (
    <Part
      title={`Act ${seq}`}
      acts={
        <Button look="quiet" onClick={close}>
          Close
        </Button>
      }
    >
      <Answered query={act} what="this act" lines={4}>
        {({ record, details }) => (
          <>
            <Facts
              rows={{
                Call: record.kind,
                Hash: <CopyId value={record.hash} what="hash" />,
                'Hash of the one before': <CopyId value={record.prevHash} what="hash of the record before" />,
              }}
            />
            {details === null ? (
              <EmptyState title="Its details are no longer kept.">
                Their time is over, or somebody they were about has been erased. The record itself, and its place in the log, stay.
              </EmptyState>
            ) : (
              <Details text={details} />
            )}
          </>
        )}
      </Answered>
    </Part>
  )
}

function Details({ text }: { readonly text: string }) {
  const details = readDetails(text)
  if (details === null)
    return <EmptyState title="The details cannot be read here.">They are of another version: windfall audit show has them as they were written.</EmptyState>
  const { network, credential, input, changes } = details
  return (
    <>
      <Facts
        rows={{
          From: network,
          By: credential === null ? null : <code>{credential}</code>,
          Changed:
            changes.length === 0
              ? 'nothing that is in the log of decisions'
              : changes.map(({ decision, kind }) => (
                  <a key={decision} className={css['change']} href={hrefOf({ page: 'decision', seq: String(decision) })}>
                    {kind} ({decision})
                  </a>
                )),
        }}
      />
      {/* Scrolls, so the keyboard must be able to reach it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className={css['input']} tabIndex={0} aria-label="What was asked">
        {JSON.stringify(input, null, 2)}
      </pre>
    </>
  )
}

function readDetails(text: string): ActDetails | null {
  try {
    return ActDetails.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}
