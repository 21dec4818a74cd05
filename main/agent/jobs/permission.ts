/** Whether a lease may run at this moment, and if not, why: a stable code and a sentence. */
export type Permission = { readonly granted: true } | { readonly granted: false; readonly code: string; readonly message: string }

interface Objection {
  readonly code: string
  readonly message: string
}

export interface PermissionInput {
  /** From the idle policy: empty means the machine is free. */
  readonly reasons: readonly Objection[]
  /** What the carbon gate has against this lease's window; `null` if it is open. */
  readonly closed: Objection | null
}

/** The owner comes first, then the grid. */
export function permissionFor({ reasons: [first], closed }: PermissionInput): Permission {
  const objection = first ?? closed
  return objection ? { granted: false, code: objection.code, message: objection.message } : { granted: true }
}
