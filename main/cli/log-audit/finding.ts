/** What an auditor looks at. */
export type Check = 'log-key' | 'tree-head' | 'consistency' | 'leaf' | 'root' | 'receipt' | 'proof' | 'anchor'

export interface Finding {
  readonly check: Check
  /** One sentence a person can read. */
  readonly detail: string
  /** The leaf it is about, if it is about one. */
  readonly leafIndex: number | null
}

/** Ends an audit: what was found shows that the log is not what it says it is. */
export class NotSound extends Error {
  readonly finding: Finding
  constructor(finding: Finding) {
    super(finding.detail)
    this.finding = finding
  }
}

export function notSound(check: Check, detail: string, leafIndex: number | null = null): never {
  throw new NotSound({ check, detail, leafIndex })
}
