import { expect, test } from 'vitest'
import { createOneByOne } from './one-by-one.ts'

function start() {
  const said: unknown[] = []
  const source = { pause: () => void said.push('pause'), resume: () => void said.push('resume') }
  return { said, inTurn: createOneByOne({ source, most: 2, onFailure: (error) => void said.push(error) }) }
}

test('whoever brings more than is done is not read from until some of it is', async () => {
  const { said, inTurn } = start()
  const gates = ['a', 'b', 'c'].map((name) => ({ name, ...Promise.withResolvers<void>() }))
  for (const { name, promise } of gates) inTurn(() => promise.then(() => void said.push(name)))
  expect(said).toEqual(['pause'])
  gates[1]?.resolve()
  gates[0]?.resolve()
  await expect.poll(() => said).toEqual(['pause', 'a', 'b', 'resume'])
  gates[2]?.resolve()
  await expect.poll(() => said).toEqual(['pause', 'a', 'b', 'resume', 'c'])
})

test('what fails is told, and what comes after it has its turn', async () => {
  const { said, inTurn } = start()
  inTurn(() => Promise.reject(new Error('no')))
  inTurn(() => void said.push('next'))
  await expect.poll(() => said).toEqual(['pause', new Error('no'), 'resume', 'next'])
})
