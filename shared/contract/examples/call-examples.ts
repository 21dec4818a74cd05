import { type JsonSchema, type Schemas, exampleOf, resolve } from './example-of.ts'

/** Members that a call may do without, but not without all of them, or that show what it is for. */
const INCLUDED: Readonly<Record<string, readonly string[]>> = {
  submitJob: ['spec'],
  submitArray: ['spec', 'range'],
  findZone: ['postcode'],
  inviteMember: ['email', 'role'],
  listJobs: ['state', 'limit'],
  getEmissions: ['by', 'since', 'until'],
}

/** What may be sent to a call, and what it may answer. Keys, signatures and hashes in it are made up: they show the form and verify nothing. */
export function callExample(name: string, { taken, answered, schemas }: { taken: JsonSchema; answered: JsonSchema; schemas: Schemas }) {
  const required = exampleOf(taken, { schemas, name }) as Record<string, unknown>
  const { properties = {} } = resolve(taken, schemas)
  const included = (INCLUDED[name] ?? []).map((member) => [member, exampleOf(properties[member] ?? {}, { schemas, name: member })] as const)
  return { request: { ...required, ...Object.fromEntries(included) }, answer: exampleOf(answered, { schemas, name }) }
}
