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
  /** What the ceilings of the owner have against the devices that this lease would work on. */
  readonly held: Objection | null
}

/** The owner comes first, then the devices, then the grid. */
export function permissionFor({ reasons: [first], held, closed }: PermissionInput): Permission {
  const objection = first ?? held ?? closed
  return objection ? { granted: false, code: objection.code, message: objection.message } : { granted: true }
}
