import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { WindfallError } from '../../../shared/errors.ts'
import { UNCHECKED, takeAsItIs } from './unchecked.ts'
import { bindExports } from './export-routes.ts'

/** An app whose exports end when they are told to; whoever asks names itself. */
function slowExports() {
  const { promise: told, resolve: end } = Promise.withResolvers<undefined>()
  const app = Fastify({ schemaController: { compilersFactory: UNCHECKED } })
  takeAsItIs(app)
  app.setErrorHandler((error, _request, reply) => reply.code(429).send({ code: error instanceof WindfallError ? error.code : 'internal' }))
  const pieces = async function* () {
    yield 'one,'
    await told
    yield 'two'
  }
  const routes = { keySet: async () => ({}), credential: async () => '', receipts: async () => pieces() }
  bindExports(
    app,
    routes,
    ({ headers }) => ({ caller: { kind: 'key', by: String(headers['x-who']), account: String(headers['x-who']), reach: 'own' } }) as never,
  )
  const ask = (who: string) => app.inject({ url: '/v1/receipt-export', headers: { 'x-who': who } })
  return { app, ask, end: () => end(undefined) }
}

test('who reads slowly has a few exports at once, keeps nobody else from one, and may go on when they are done', async () => {
  const { app, ask, end } = slowExports()
  await app.ready()
  const slow = [1, 2, 3, 4].map(() => ask('ada').then(({ body }) => body))
  expect((await ask('ada')).json()).toEqual({ code: 'rate.limited' })
  const other = ask('bob').then(({ body }) => body)
  end()
  expect(await Promise.all([...slow, other])).toEqual(Array.from({ length: 5 }, () => 'one,two'))
  expect((await ask('ada')).body).toBe('one,two')
  await app.close()
})
