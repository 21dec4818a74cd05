import { useState } from 'react'
import { type ApiKeyView, MAX_KEY_SECONDS } from '../../../shared/contract/api-key.ts'
import { type Permission, permissions } from '../../../shared/domain/permissions.ts'
import { useMe } from '../me.ts'
import { OrderDialog } from '../order/order-dialog.tsx'
import { ChoiceField, Fields, TextField } from '../order/order-field.tsx'
import { useServices } from '../services.ts'
import css from './keys.module.css'
import { NewKey } from './new-key.tsx'

const DAY_S = 86_400
const LIVES = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'One year' },
  { value: 'none', label: 'Not by itself' },
] as const
type Life = (typeof LIVES)[number]['value']

/** What a key may do: all that whoever makes it may, or what is ticked. */
function Rights({ chosen, change }: { readonly chosen: ReadonlySet<Permission> | null; readonly change: (chosen: ReadonlySet<Permission> | null) => void }) {
  const { may } = useMe()
  const own = Object.keys(may) as Permission[]
  const flip = (name: Permission) => change(chosen?.has(name) ? new Set([...chosen].filter((one) => one !== name)) : new Set([...(chosen ?? []), name]))
  return (
    <fieldset className={css['rights']}>
      <legend>What it may do</legend>
      <label>
        <input type="radio" name="rights" checked={chosen === null} onChange={() => change(null)} /> All that you may
      </label>
      <label>
        <input type="radio" name="rights" checked={chosen !== null} onChange={() => change(new Set(['self.read']))} /> Only this:
      </label>
      {chosen === null
        ? null
        : own.map((name) => (
            <label key={name} className={css['right']}>
              <input type="checkbox" checked={chosen.has(name)} onChange={() => flip(name)} />
              <span>
                <code>{name}</code> {permissions[name]}
              </span>
            </label>
          ))}
    </fieldset>
  )
}

export function MakeKey({ close }: { readonly close: () => void }) {
  const { client } = useServices()
  const [label, setLabel] = useState('')
  const [life, setLife] = useState<Life>('90')
  const [rights, setRights] = useState<ReadonlySet<Permission> | null>(new Set<Permission>(['self.read', 'jobs.read', 'jobs.write']))
  const make = () =>
    client.call('createApiKey', {
      label: label.trim(),
      own: false,
      ...(rights === null ? {} : { scopes: [...rights] }),
      ...(life === 'none' ? {} : { seconds: Math.min(MAX_KEY_SECONDS, Number(life) * DAY_S) }),
    })
  const missing =
    label.trim() === ''
      ? 'Give it a label: by that you know later which program has it.'
      : rights?.size === 0
        ? 'Tick at least one thing that it may do.'
        : null
  return (
    <NewKey title="Make a key" verb="Make it" missing={missing} make={make} changes={['keys']} close={close}>
      <Fields>
        <TextField label="Label" value={label} change={setLabel} hint="Which program, on which machine" maxLength={80} />
        <ChoiceField label="Good for" value={life} options={LIVES} change={setLife} />
        <Rights chosen={rights} change={setRights} />
      </Fields>
    </NewKey>
  )
}

const OVERLAPS = [
  { value: '0', label: 'Ends at once' },
  { value: '86400', label: 'Goes on for a day' },
  { value: '604800', label: 'Goes on for a week' },
  { value: 'none', label: 'Goes on until it is revoked or expires' },
] as const
type Overlap = (typeof OVERLAPS)[number]['value']

export function RotateKey({ of: { prefix, label }, close }: { readonly of: ApiKeyView; readonly close: () => void }) {
  const { client } = useServices()
  const [overlap, setOverlap] = useState<Overlap>('86400')
  const make = () => client.call('rotateApiKey', { prefix, ...(overlap === 'none' ? {} : { overlapSeconds: Number(overlap) }) })
  return (
    <NewKey title={`Rotate ${label ?? `wf_${prefix}`}`} verb="Make the new key" missing={null} make={make} changes={['keys']} close={close}>
      <p>A key like this one is made, with the same rights. Give it to the program before the old one ends.</p>
      <Fields>
        <ChoiceField label="The old key" value={overlap} options={OVERLAPS} change={setOverlap} />
      </Fields>
    </NewKey>
  )
}

export function RevokeKey({ of: { prefix, label }, close }: { readonly of: ApiKeyView; readonly close: () => void }) {
  const { client } = useServices()
  return (
    <OrderDialog
      title={`Revoke ${label ?? `wf_${prefix}`}?`}
      verb="Revoke this key"
      run={() => client.call('revokeApiKey', { prefix })}
      done={() => `wf_${prefix}… is revoked.`}
      changes={['keys']}
      close={close}
    >
      <p>Whatever uses it is refused from now on, at once and for good. To change a key without a stop, rotate it instead.</p>
    </OrderDialog>
  )
}
