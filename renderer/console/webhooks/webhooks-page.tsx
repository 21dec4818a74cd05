import { type DeliveryView, WebhookKind, type WebhookView } from '../../../shared/contract/webhook.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Sub } from '../../ui/ledger-table.tsx'
import { Page } from '../../ui/page.tsx'
import prose from '../../ui/prose.module.css'
import { type FilterKinds, useFilters } from '../filters.ts'
import { useMay } from '../me.ts'
import { Act, Acts } from '../order/acts.tsx'
import { Part } from '../order/part.tsx'
import { useServices } from '../services.ts'
import type { DataColumn } from '../table/data-column.ts'
import { DataTable } from '../table/data-table.tsx'
import { useRows } from '../table/use-rows.ts'
import { useAct } from '../use-act.ts'
import { useNow } from '../use-now.ts'
import { Utc } from '../utc.tsx'
import { word } from '../words.ts'
import { AddWebhook, RemoveWebhook } from './webhook-dialogs.tsx'

const FILTERS = { of: { maxLength: 64 } } as const satisfies FilterKinds
const keyOf = ({ webhookId }: WebhookView): string => webhookId
const deliveryKey = ({ deliveryId }: DeliveryView): string => deliveryId

/** Addresses that are told what happens. */
export function WebhooksPage() {
  const { client } = useServices()
  const mayWrite = useMay('webhooks.write')
  const filters = useFilters(FILTERS)
  const webhooks = useRows({ queryKey: ['webhooks', 'list'], fetchPage: (page) => client.call('listWebhooks', page), keyOf })
  const chosen = filters.one('of')
  return (
    <Page title="Webhooks">
      <p className={prose['lead']}>
        Be told of jobs, receipts and deposits without asking. Messages follow Standard Webhooks: check their signature with the secret that is shown once.
      </p>
      {mayWrite ? (
        <Acts>
          <Act label="Add a webhook…" look="primary">
            {add}
          </Act>
        </Acts>
      ) : null}
      <DataTable
        what="webhooks"
        source={webhooks}
        columns={webhookColumns(useNow(), mayWrite, (id) => filters.set('of', [id]))}
        keyOf={keyOf}
        empty={{ title: 'No webhooks yet.', text: `Add an https address of yours. It may be told of ${WebhookKind.options.length} kinds of things.` }}
      />
      {chosen === null ? null : <Deliveries webhookId={chosen} mayWrite={mayWrite} />}
    </Page>
  )
}

const add = (close: () => void) => <AddWebhook close={close} />
const remove = (of: WebhookView) => (close: () => void) => <RemoveWebhook of={of} close={close} />

const STATE = { active: word('leaf', 'check', 'Active'), paused: word('slate', 'bars', 'Paused'), disabled: word('honey', 'bang', 'Disabled') } as const
const DELIVERY = {
  waiting: word('slate', 'half', 'Waiting'),
  delivered: word('leaf', 'check', 'Delivered'),
  failed: word('madder', 'cross', 'Failed'),
} as const

const webhookColumns = (now: number, mayWrite: boolean, choose: (webhookId: string) => void): readonly DataColumn<WebhookView>[] => [
  {
    name: 'Address',
    cell: ({ url, description, webhookId }) => (
      <>
        <Button look="quiet" onClick={() => choose(webhookId)}>
          {url}
        </Button>
        {description === '' ? null : <Sub>{description}</Sub>}
      </>
    ),
    text: ({ url }) => url,
  },
  { name: 'Of', show: 'wide', cell: ({ requesterId }) => requesterId, text: ({ requesterId }) => requesterId },
  {
    name: 'State',
    cell: ({ state, reason, failingSince }) => (
      <>
        <Badge state={STATE[state]} />
        {reason === null ? null : (
          <Sub>
            {reason}
            {failingSince === null ? null : (
              <>
                , since <Utc at={failingSince} now={now} />
              </>
            )}
          </Sub>
        )}
      </>
    ),
    text: ({ state }) => state,
  },
  { name: 'Told of', show: 'wide', cell: ({ kinds }) => kinds.join(', '), text: ({ kinds }) => kinds.join(' ') },
  { name: 'Waiting', align: 'end', cell: ({ waiting }) => waiting, text: ({ waiting }) => String(waiting) },
  { name: 'Added', hidden: true, cell: ({ createdAt }) => <Utc at={createdAt} now={now} />, text: ({ createdAt }) => createdAt },
  ...(mayWrite ? [{ name: 'Acts', cell: (webhook: WebhookView) => <WebhookActs of={webhook} />, text: () => '' }] : []),
]

function WebhookActs({ of }: { readonly of: WebhookView }) {
  const { client } = useServices()
  const { webhookId, state } = of
  const flip = useAct({
    run: () => client.call(state === 'active' ? 'pauseWebhook' : 'resumeWebhook', { webhookId }),
    changes: ['webhooks'],
    done: (view) => (view.state === 'active' ? 'It is told of things again; what waited is on its way.' : 'It is paused. What happens meanwhile waits.'),
  })
  const test = useAct({
    run: () => client.call('testWebhook', { webhookId }),
    changes: ['webhooks'],
    done: () => 'A test message is on its way: look at its deliveries.',
  })
  return (
    <Acts>
      <Button look="quiet" onClick={() => test.mutate()} unavailable={test.isPending} aria-label={`Test ${of.url}`}>
        Test
      </Button>
      <Button look="quiet" onClick={() => flip.mutate()} unavailable={flip.isPending} aria-label={`${state === 'active' ? 'Pause' : 'Resume'} ${of.url}`}>
        {state === 'active' ? 'Pause' : 'Resume'}
      </Button>
      <Act label="Remove…" about={of.url} look="quiet">
        {remove(of)}
      </Act>
    </Acts>
  )
}

/** What one webhook was sent or is to be sent. */
function Deliveries({ webhookId, mayWrite }: { readonly webhookId: string; readonly mayWrite: boolean }) {
  const { client } = useServices()
  const deliveries = useRows({
    queryKey: ['webhooks', 'deliveries', webhookId],
    fetchPage: (page) => client.call('listDeliveries', { ...page, webhookId, state: null }),
    keyOf: deliveryKey,
  })
  const resend = useAct({
    run: () => client.call('resendFailed', { webhookId }),
    changes: ['webhooks'],
    done: ({ resent }) => `${resent} ${resent === 1 ? 'message is' : 'messages are'} sent again.`,
  })
  const acts = mayWrite ? (
    <Button onClick={() => resend.mutate()} unavailable={resend.isPending}>
      Send what failed again
    </Button>
  ) : null
  return (
    <Part title="Deliveries" acts={acts}>
      <DataTable
        what="deliveries"
        source={deliveries}
        columns={deliveryColumns(useNow())}
        keyOf={deliveryKey}
        empty={{ title: 'Nothing was sent yet.', text: 'Send a test message to see whether it arrives.' }}
      />
    </Part>
  )
}

const deliveryColumns = (now: number): readonly DataColumn<DeliveryView>[] => [
  { name: 'Message', cell: ({ kind }) => kind, text: deliveryKey },
  { name: 'State', cell: ({ state }) => <Badge state={DELIVERY[state]} />, text: ({ state }) => state },
  { name: 'Tries', align: 'end', cell: ({ attempts }) => attempts, text: ({ attempts }) => String(attempts) },
  { name: 'Answer', cell: ({ lastStatus, reason }) => reason ?? lastStatus ?? '–', text: ({ lastStatus, reason }) => reason ?? String(lastStatus ?? '') },
  { name: 'Made', cell: ({ createdAt }) => <Utc at={createdAt} now={now} />, text: ({ createdAt }) => createdAt },
  { name: 'Last try', cell: ({ lastAt }) => <Utc at={lastAt} now={now} />, text: ({ lastAt }) => lastAt ?? '' },
  { name: 'Next try', show: 'wide', cell: ({ nextAt }) => <Utc at={nextAt} now={now} />, text: ({ nextAt }) => nextAt ?? '' },
]
