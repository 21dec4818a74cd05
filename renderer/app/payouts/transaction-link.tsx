import { t } from '../../../shared/i18n/translate.ts'
import { explorerUrl } from '../../lib/explorer.ts'
import { CopyId } from '../../ui/copy-id.tsx'

/** A signature, and where anybody can look it up, if the cluster is a public one. */
export function TransactionLink({ signature, cluster }: { signature: string; cluster: string }) {
  const url = explorerUrl(signature, cluster)
  return (
    <>
      <CopyId value={signature} what={t('signature')} />{' '}
      {url === null ? null : (
        <a href={url} target="_blank" rel="noreferrer">
          {t('Open in the explorer')}
        </a>
      )}
    </>
  )
}
