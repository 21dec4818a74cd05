import { useState } from 'react'
import type { ApprovalView } from '../../../shared/contract/approval.ts'
import { permissions } from '../../../shared/domain/permissions.ts'
import { useMe } from '../me.ts'
import { Act, Acts } from '../order/acts.tsx'
import { OrderDialog } from '../order/order-dialog.tsx'
import { Fields, NO_REASON, TextField } from '../order/order-field.tsx'
import { useServices } from '../services.ts'
import { actorText, isOwn } from './approval-words.ts'

/** All that an approved act may change. */
const CHANGES = ['approvals', 'ledger', 'members', 'requesters', 'decisions', 'acts'] as const

/** What may be done about one that waits: who asked may only take it back, and who may not do it themselves lets nobody else. */
export function Decide({ approval }: { readonly approval: ApprovalView }) {
  const me = useMe()
  if (me.may['approvals.write'] === undefined) return <>Somebody who may approve</>
  if (isOwn(approval, me))
    return (
      <Acts>
        <span>Nobody approves what they asked for themselves.</span>
        <Act label="Take back…" about={approval.summary}>
          {(close) => <Reject approval={approval} isOwnOne close={close} />}
        </Act>
      </Acts>
    )
  if (me.may[approval.permission] === undefined) return <>Only who may {permissions[approval.permission]}</>
  return (
    <Acts>
      <Act label="Approve…" look="primary" about={approval.summary}>
        {(close) => <Approve approval={approval} close={close} />}
      </Act>
      <Act label="Reject…" about={approval.summary}>
        {(close) => <Reject approval={approval} isOwnOne={false} close={close} />}
      </Act>
    </Acts>
  )
}

interface DecideProps {
  readonly approval: ApprovalView
  readonly close: () => void
}

function Approve({ approval: { approvalId, summary, askedBy }, close }: DecideProps) {
  const { client } = useServices()
  return (
    <OrderDialog
      title="Let this happen?"
      verb="Approve: do it now"
      run={() => client.call('approve', { approvalId })}
      done={() => `Approved and done: ${summary}.`}
      changes={CHANGES}
      close={close}
    >
      <p>
        <strong>{summary}</strong>
      </p>
      <p>
        Asked for by {actorText(askedBy)}, whose words stand after the colon, if there is one. It happens at once and once, in your name and theirs, and is in
        the log of decisions.
      </p>
    </OrderDialog>
  )
}

function Reject({ approval: { approvalId, summary }, isOwnOne, close }: DecideProps & { readonly isOwnOne: boolean }) {
  const { client } = useServices()
  const [reason, setReason] = useState('')
  return (
    <OrderDialog
      title={isOwnOne ? 'Take back what you asked for?' : 'Reject this?'}
      verb={isOwnOne ? 'Take it back' : 'Reject'}
      missing={reason.trim() === '' ? NO_REASON : null}
      run={() => client.call('rejectApproval', { approvalId, reason: reason.trim() })}
      done={() => (isOwnOne ? 'Taken back. Nothing has happened.' : 'Rejected. Nothing has happened.')}
      changes={CHANGES}
      close={close}
    >
      <p>
        <strong>{summary}</strong>
      </p>
      <p>It does not happen. Whoever wants it has to ask again.</p>
      <Fields>
        <TextField label="Reason" value={reason} change={setReason} />
      </Fields>
    </OrderDialog>
  )
}
