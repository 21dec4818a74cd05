import { useId, useState } from 'react'
import type { AgentStatus } from '../../../shared/contract/agent.ts'
import type { DeviceKey } from '../../../shared/contract/device.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { ALGORITHM_WORD, EVIDENCE_WORD, type Word } from '../../lib/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { CopyId } from '../../ui/copy-id.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Foreign } from '../../ui/foreign.tsx'
import prose from '../../ui/prose.module.css'
import keyCss from './key.module.css'
import css from './machine.module.css'
import { NewKeyDialog } from './new-key-dialog.tsx'

const sealedWord = (sealed: boolean): Word =>
  sealed ? { tone: 'leaf', glyph: 'check', word: t('Sealed') } : { tone: 'honey', glyph: 'bang', word: t('Not sealed') }

interface KeyCardProps {
  readonly node: AgentStatus['node']
  readonly closedNote: string | null
}

/** The key that signs what this machine measures: where it is, how safe that is, and a new one. */
export function KeyCard({ node: { key, nodeId }, closedNote }: KeyCardProps) {
  const id = useId()
  const [asking, setAsking] = useState(false)
  const [done, setDone] = useState(false)
  const close = (made: boolean) => {
    setAsking(false)
    if (made) setDone(true)
  }
  const ask = () => {
    setDone(false)
    setAsking(true)
  }
  return (
    <Card title={t('Signing key')}>
      <div className={css['device']}>
        <p className={prose['small']}>
          {t('Every energy proof is signed with it, so that others can tell your measurements from forgeries. It holds no money: payouts go to your address.')}
        </p>
        {key.next === null ? null : <NextKey id={id} next={key.next} />}
        <Facts rows={keyFacts(key, nodeId)} />
        <p className={keyCss['newKey']}>
          <Button
            aria-haspopup="dialog"
            disabled={closedNote !== null || key.next !== null}
            aria-describedby={closedNote ?? (key.next === null ? undefined : id)}
            onClick={ask}
          >
            {t('Make a new key…')}
          </Button>
          <output>{done ? <Done {...key} /> : null}</output>
        </p>
        {asking ? <NewKeyDialog current={key} close={close} /> : null}
      </div>
    </Card>
  )
}

/** A key that was made and does not sign yet. Until it does there is no other to be made. */
const NextKey = ({ id, next }: { id: string; next: NonNullable<DeviceKey['next']> }) => (
  <Banner tone="slate" glyph="half">
    <strong id={id}>{t('A new key is made and waits.')}</strong> <Foreign>{next.message}</Foreign> {t('Until then the present key signs.')}{' '}
    <CopyId value={next.keyId} what={t('id of the new key')} />
  </Banner>
)

const Done = ({ next }: DeviceKey) =>
  next === null ? (
    t('Done. This machine signs with a new key now, and is still the same node.')
  ) : (
    <>
      {t('The new key is made.')} <Foreign>{next.message}</Foreign>
    </>
  )

const keyFacts = (key: DeviceKey, nodeId: string) => ({
  [t('Kept in')]: <Foreign>{key.keptIn}</Foreign>,
  [t('Protection')]: (
    <>
      <Badge state={sealedWord(key.sealed)} /> <small>{protectionText(key)}</small>
    </>
  ),
  [t('Made by')]: (
    <>
      {EVIDENCE_WORD[key.evidence].name} <small>{EVIDENCE_WORD[key.evidence].means}</small>
    </>
  ),
  [t('Signature')]: ALGORITHM_WORD[key.alg],
  [t('Key id')]: (
    <>
      <CopyId value={key.keyId} what={t('key id')} /> <small>{changesText(key.rotations)}</small>
    </>
  ),
  [t('Node id')]: (
    <>
      <CopyId value={nodeId} what={t('node id')} /> <small>{t('stays the same when the key changes')}</small>
    </>
  ),
})

const protectionText = ({ sealed, evidence }: DeviceKey): string => {
  if (!sealed) return t('Protected only by your user account: any program that runs as you could copy it.')
  return evidence === 'tpm' ? t('Useless outside this computer.') : t('Stored encrypted; a copy of the file alone is useless.')
}

const changesText = (rotations: number): string =>
  t('{rotations, plural, =0 {the first key of this node} one {the key was changed once} other {the key was changed # times}}', { rotations })
