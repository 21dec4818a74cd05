import type { FastifyInstance } from 'fastify'

const unloaded = (): never => {
  throw new Error('No route is checked by the framework.')
}

/** The contract checks what comes in and what goes out. The framework's own compilers would coerce and strip, and are not even loaded. */
export const UNCHECKED = { buildValidator: unloaded, buildSerializer: unloaded } as const

export function takeAsItIs(app: FastifyInstance): void {
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => JSON.stringify)
}
