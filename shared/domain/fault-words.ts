import type { NodeFault } from '../contract/node-fault.ts'
import { t } from '../i18n/translate.ts'

type Counted = (values: { readonly count: string }) => string

const WORDS: Readonly<Record<NodeFault, Counted>> = {
  'wrong-result': (values) => t('{count} wrong results of jobs that another machine did right', values),
  'forged-samples': (values) => t('{count} proofs whose samples do not bear them out', values),
  'refused-proof': (values) => t('{count} energy proofs that were refused', values),
  unanswered: (values) => t('{count} questions about proofs that it did not answer', values),
  failed: (values) => t('{count} failures at jobs that another machine did', values),
  silent: (values) => t('{count} jobs it went silent with that another machine did', values),
}

/** What counts against a node, as its owner and operators read it: how often, a number as text, and what. */
export const faultText = (fault: NodeFault, count: string): string => WORDS[fault]({ count })
