import { shortId } from '../../lib/format.ts'
import { Linked, type LinkedPage } from '../order/linked.tsx'
import { hrefOf } from '../routes.ts'

const ID = /^[A-Za-z0-9_-]{1,64}$/

/** The page about whoever an account belongs to; `null` for those of which there is none. */
function pageAbout(kind: string, id: string): LinkedPage | null {
  if (kind === 'node') return { page: 'node', nodeId: id }
  return kind === 'job' || kind === 'dispute' ? { page: 'job', jobId: id } : null
}

/** The name of an account, with the way to whom it belongs to, or to what else was booked there. The id of somebody else is left out for whoever is no operator. */
export function AccountLink({ account }: { readonly account: string }) {
  const [kind = '', id = '', ...rest] = account.split(':')
  if (id === '') return <>somebody else’s {rest.join(':')}</>
  const text = [kind, shortId(id), ...rest].join(':')
  if (!ID.test(id)) return <>{text}</>
  const page = pageAbout(kind, id)
  if (page !== null)
    return (
      <Linked to={page} title={account}>
        {text}
      </Linked>
    )
  const query = new URLSearchParams({ account: kind === 'requester' ? `requester:${id}` : account })
  return (
    <a href={hrefOf({ page: 'ledger' }, query)} title={account}>
      {text}
    </a>
  )
}
