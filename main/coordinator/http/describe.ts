import Fastify, { type FastifyInstance } from 'fastify'
import { type JsonSchema, componentSchemas, securitySchemes } from './openapi.ts'

const unloaded = (): never => {
  throw new Error('No route is checked by the framework.')
}

/** The contract checks what comes in and what goes out. The framework's own compilers would coerce and strip, and are not even loaded. */
export const UNCHECKED = { buildValidator: unloaded, buildSerializer: unloaded } as const

export function takeAsItIs(app: FastifyInstance): void {
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => JSON.stringify)
}

/** The description of what `bind` binds, OpenAPI 3.1 as JSON: bound to a server of its own that never listens and is gone afterwards. */
export async function describe(version: string, bind: (app: FastifyInstance, components: Readonly<Record<string, JsonSchema>>) => void): Promise<string> {
  const { default: swagger } = await import('@fastify/swagger')
  const components = componentSchemas()
  const info = {
    title: 'Windfall coordinator',
    version,
    description: 'Errors are problem documents (RFC 9457). Money is whole micro-USD or lamports in decimal text; times are ISO 8601 UTC.',
  }
  const app = Fastify({ schemaController: { compilersFactory: UNCHECKED } })
  takeAsItIs(app)
  await app.register(swagger, { openapi: { openapi: '3.1.0', info, components: { securitySchemes, schemas: components as Record<string, never> } } })
  bind(app, components)
  await app.ready()
  const text = JSON.stringify(app.swagger())
  await app.close()
  return text
}
