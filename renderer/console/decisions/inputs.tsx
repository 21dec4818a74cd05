import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import type { DecisionView } from '../../../shared/contract/decision.ts'
import { browserVerifyPort } from '../../lib/verify-port.ts'
import { OUTCOME_WORD } from '../../lib/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { CopyId } from '../../ui/copy-id.tsx'
import { LedgerTable } from '../../ui/ledger-table.tsx'
import { Answered } from '../answered.tsx'
import { useMay } from '../me.ts'
import { useServices } from '../services.ts'
import { isInput } from './check-decision.ts'
import css from './decision.module.css'

type Input = DecisionView['inputs'][number]

const sizeText = (bytes: number | null): string => (bytes === null ? 'No longer kept' : `${new Intl.NumberFormat('en-GB').format(bytes)} bytes`)

/** What a decision was made on. Its texts hold the jobs of everybody, so only who may read everything may ask for them. */
export function Inputs({ decision: { record, inputs } }: { readonly decision: DecisionView }) {
  const mayRead = useMay('audit.read')
  const [open, setOpen] = useState<string | null>(null)
  const shown = inputs.find(({ name }) => name === open)
  const id = useId()
  return (
    <section className={css['part']} aria-label="Inputs">
      <h2>What it was made on</h2>
      {inputs.length === 0 ? (
        <p>Nothing but what it is about.</p>
      ) : (
        <LedgerTable
          caption="Inputs"
          columns={[{ name: 'Input' }, { name: 'Size', align: 'end' }, { name: 'SHA-256' }, ...(mayRead ? [{ name: 'Text' }] : [])]}
          rows={inputs.map((input) => ({
            key: input.name,
            cells: [
              input.name,
              sizeText(input.bytes),
              <CopyId key="hash" value={input.sha256} what={`hash of ${input.name}`} />,
              <Verb key="text" {...{ input, open, setOpen, id }} />,
            ],
          }))}
        />
      )}
      {mayRead ? null : (
        <p className={css['note']}>The texts are for auditors of this coordinator: they hold the jobs of everybody that were decided on together.</p>
      )}
      <div id={id}>{shown ? <InputText key={shown.sha256} seq={record.seq} input={shown} /> : null}</div>
    </section>
  )
}

interface VerbProps {
  readonly input: Input
  readonly open: string | null
  readonly setOpen: (name: string | null) => void
  /** Where the text is. */
  readonly id: string
}

function Verb({ input: { name, bytes }, open, setOpen, id }: VerbProps) {
  if (bytes === null) return <>–</>
  const isOpen = open === name
  return (
    <Button
      look="quiet"
      aria-expanded={isOpen}
      aria-controls={id}
      aria-label={`${isOpen ? 'Hide' : 'Show'} ${name}`}
      onClick={() => setOpen(isOpen ? null : name)}
    >
      {isOpen ? 'Hide' : 'Show'}
    </Button>
  )
}

/** More would only make the page slow; the whole of it can be copied by the command line. */
const MAX_SHOWN = 200_000

function InputText({ seq, input: { name, sha256 } }: { readonly seq: number; readonly input: Input }) {
  const { client } = useServices()
  const answer = useQuery({
    queryKey: ['decisions', 'input', seq, sha256],
    staleTime: Infinity,
    queryFn: async () => {
      const { text } = await client.call('getDecisionInput', { seq, sha256 })
      return { text, holds: await isInput(text, sha256, browserVerifyPort.sha256).catch(() => null) }
    },
  })
  return (
    <Answered query={answer} what={name} lines={4}>
      {({ text, holds }) => (
        <div className={css['part']}>
          <p>
            {name}: <Badge state={OUTCOME_WORD[holds === null ? 'skipped' : holds ? 'passed' : 'failed']} />{' '}
            {holds === false ? 'This text is not what was hashed.' : 'Its SHA-256, computed in this browser, against the decision.'}
          </p>
          {/* Scrolls, so the keyboard must be able to reach it. */}
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
          <section className={css['text']} aria-label={`Text of ${name}`} tabIndex={0}>
            {text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}… (${text.length - MAX_SHOWN} more characters)` : text}
          </section>
        </div>
      )}
    </Answered>
  )
}
