import { useState } from 'react'
import { WebhookKind, type WebhookView } from '../../../shared/contract/webhook.ts'
import css from '../keys/keys.module.css'
import { NewKey } from '../keys/new-key.tsx'
import { newId } from '../order/new-id.ts'
import { OrderDialog } from '../order/order-dialog.tsx'
import { Fields, TextField } from '../order/order-field.tsx'
import { useServices } from '../services.ts'

/** Adds a webhook, and shows the secret by which its receiver knows us, once. */
export function AddWebhook({ close }: { readonly close: () => void }) {
  const { client } = useServices()
  // Made once, so that a second try after a lost answer does not make a second one.
  const [webhookId] = useState(newId)
  const [url, setUrl] = useState('')
  const [description, setDescription] = useState('')
  const [kinds, setKinds] = useState<ReadonlySet<WebhookKind>>(new Set(['job.completed', 'job.failed', 'job.expired', 'receipt.issued']))
  const flip = (kind: WebhookKind) => setKinds(kinds.has(kind) ? new Set([...kinds].filter((one) => one !== kind)) : new Set([...kinds, kind]))
  const missing = !URL.canParse(url.trim())
    ? 'Give an address such as https://example.org/windfall.'
    : kinds.size === 0
      ? 'Tick at least one kind of thing.'
      : null
  const make = async () => {
    const { secret } = await client.call('addWebhook', { webhookId, url: url.trim(), description: description.trim(), kinds: [...kinds] })
    return { apiKey: secret }
  }
  return (
    <NewKey title="Add a webhook" what="secret" verb="Add it" missing={missing} make={make} changes={['webhooks']} close={close}>
      <Fields>
        <TextField label="Address" value={url} change={setUrl} hint="https, of a machine that this coordinator reaches" maxLength={2_048} />
        <TextField label="What it is for" value={description} change={setDescription} maxLength={120} />
        <fieldset className={css['rights']}>
          <legend>What it is told of</legend>
          {WebhookKind.options.map((kind) => (
            <label key={kind}>
              <input type="checkbox" checked={kinds.has(kind)} onChange={() => flip(kind)} /> <code>{kind}</code>
            </label>
          ))}
        </fieldset>
      </Fields>
    </NewKey>
  )
}

export function RemoveWebhook({ of: { webhookId, url, waiting }, close }: { readonly of: WebhookView; readonly close: () => void }) {
  const { client } = useServices()
  return (
    <OrderDialog
      title="Remove this webhook?"
      verb="Remove it"
      run={() => client.call('removeWebhook', { webhookId })}
      done={() => `${url} is told of nothing any more.`}
      changes={['webhooks']}
      close={close}
    >
      <p>
        {url} is forgotten, with its secret and what it was sent.
        {waiting === 0 ? '' : ` ${waiting} ${waiting === 1 ? 'message that waits is' : 'messages that wait are'} lost.`}
      </p>
    </OrderDialog>
  )
}
