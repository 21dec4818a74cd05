import type { NodeFault } from '../contract/node-fault.ts'

/** What counts against a node, as its owner and operators read it after a number. */
export const FAULT_WORDS: Readonly<Record<NodeFault, string>> = {
  'wrong-result': 'wrong results of jobs that another machine did right',
  'forged-samples': 'proofs whose samples do not bear them out',
  'refused-proof': 'energy proofs that were refused',
  unanswered: 'questions about proofs that it did not answer',
  failed: 'failures at jobs that another machine did',
  silent: 'jobs it went silent with that another machine did',
}
