import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createToken } from '../../main/agent/http/gate.ts'
import { expect, test } from '../support/fixtures.ts'

test('the same window works in a browser, and the token leaves the address bar', async ({ agent, sharedBrowser }) => {
  const page = await sharedBrowser.newPage()
  const violations: string[] = []
  page.on('console', (message) => message.text().includes('Content Security Policy') && violations.push(message.text()))
  await page.goto(`${agent.url}/#token=${agent.token}`)
  await expect(page.getByText(/^earning/i).first()).toBeVisible()
  expect(page.url()).not.toContain(agent.token)
  agent.become({ display: 'waiting', policy: 'waiting', reasons: [{ code: 'carbon', message: 'The grid is greener at 01:00.', until: null }] })
  await expect(page.getByText('The grid is greener at 01:00.').first()).toBeVisible()
  expect(violations).toEqual([])
  await page.close()
})

for (const [name, fragment] of [
  ['a wrong token', `#token=${createToken()}`],
  ['no token', ''],
] as const) {
  test(`${name} shows nothing of the agent`, async ({ agent, sharedBrowser }) => {
    const page = await sharedBrowser.newPage()
    await page.goto(`${agent.url}/${fragment}`)
    await expect(page.getByText(/access token/i).first()).toBeVisible()
    await expect(page.getByText('Sample CPU')).toHaveCount(0)
    await page.close()
  })
}

test('a name that resolves here from elsewhere is refused', async ({ agent, request }) => {
  const answer = await request.get(`${agent.url}/`, { headers: { host: `windfall.evil.example:${new URL(agent.url).port}` } })
  expect(answer.status()).toBe(403)
})

test('another site in the same browser gets nothing, even with the token', async ({ agent, sharedBrowser }) => {
  const site = createServer((_request, response) => response.setHeader('content-type', 'text/html').end('<title>elsewhere</title>'))
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  const page = await sharedBrowser.newPage()
  await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`)
  const got = await page.evaluate(
    async ({ url, token }) => {
      const call = await fetch(`${url}/api/getStatus`, { method: 'POST', body: '{}', headers: { authorization: `Bearer ${token}` } }).then(
        (response) => response.text(),
        () => 'refused',
      )
      const simple = await fetch(`${url}/api/pause`, { method: 'POST', body: '{"until":null}', mode: 'no-cors' }).then(
        (response) => response.type,
        () => 'refused',
      )
      const socket = await new Promise<string>((resolve) => {
        const dialled = new WebSocket(`${url.replace('http', 'ws')}/rpc`, ['windfall.v1', `token.${token}`])
        dialled.addEventListener('open', () => resolve('open'))
        dialled.addEventListener('error', () => resolve('refused'))
      })
      const framed = await new Promise<string>((resolve) => {
        const frame = Object.assign(document.createElement('iframe'), { src: `${url}/` })
        frame.addEventListener('load', () => resolve(frame.contentDocument === null ? 'opaque' : 'readable'))
        document.body.append(frame)
      })
      return { call, simple, socket, framed }
    },
    { url: agent.url, token: agent.token },
  )
  expect(got).toMatchObject({ call: 'refused', socket: 'refused', framed: 'opaque' })
  expect(agent.status().display).toBe('earning')
  await page.close()
  site.close()
})
