import { explorerUrl } from '../../lib/explorer.ts'
import { shortId } from '../../lib/format.ts'
import { CopyId } from '../../ui/copy-id.tsx'

interface SignatureLinkProps {
  readonly signature: string | null
  readonly cluster: string
}

/** A transaction, and where anybody can look it up; on a cluster that nobody else sees, only to be copied. */
export function SignatureLink({ signature, cluster }: SignatureLinkProps) {
  if (signature === null) return <>–</>
  const href = explorerUrl(signature, cluster)
  if (href === null) return <CopyId value={signature} what="signature" />
  return (
    <a href={href} target="_blank" rel="noreferrer noopener" title={signature}>
      {shortId(signature)} ↗<span className="sr-only"> on the Solana explorer, in a new tab</span>
    </a>
  )
}
