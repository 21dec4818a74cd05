import { expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { createFakeTransport } from '../../lib/transport.fake.ts'
import { someZones } from '../../lib/zones.fake.ts'
import { openWindow } from '../window.fake.tsx'

test('the list says of every zone what it is like and where that is known from; the own one comes first', async () => {
  const { screen } = await openWindow({ address: '#/grid' })
  const rows = screen.getByRole('table', { name: 'Zones and their carbon intensity now, your own first' }).getByRole('row')
  await expect.element(rows.nth(1)).toMatchTextContent(/London.*your zone.*97\sg\/kWh.*recorded/)
  await expect.element(rows.nth(5)).toMatchTextContent(/Belgium.*138\sg\/kWh.*out of date/)
  await expect.element(rows.nth(6)).toMatchTextContent(/Poland.*–.*no data/)
})

test('the map begins with the own country; whichever is chosen, what it stands for is said', async () => {
  const { screen } = await openWindow({ address: '#/grid' })
  await expect.element(screen.getByRole('img', { name: /^Map of the zones/ })).toBeVisible()
  const field = screen.getByRole('combobox', { name: 'Country on the map' })
  await expect.element(screen.getByText(/^Your zone lies here\. United Kingdom: 131\sg\/kWh.*London: 97/)).toBeVisible()
  for (const [country, said] of [
    ['Belgium', /^Belgium: 138\sg\/kWh, out of date$/],
    ['Poland', /^Poland: no data$/],
    ['United States', /^Known only in part: California: 212\sg\/kWh and New York/],
  ] as const) {
    await userEvent.selectOptions(field, country)
    await expect.element(screen.getByText(said)).toBeVisible()
  }
  await screen.getByRole('radio', { name: 'List', exact: true }).click()
  await expect.element(field).not.toBeInTheDocument()
})

test('a zone elsewhere in the world has its surroundings on the map', async () => {
  const transport = createFakeTransport()
  const [own, ...others] = someZones().zones
  transport.answer({ getZones: () => ({ zones: [{ ...own, zone: 'JP', name: 'Japan' } as never, ...others], attributions: [] }) })
  const { screen } = await openWindow({ address: '#/grid', transport })
  await expect.element(screen.getByText(/^Your zone lies here\. Japan/)).toBeVisible()
})

test('of a country with many zones the own one is named first, and how many are only in the list', async () => {
  const transport = createFakeTransport()
  const { zones } = someZones()
  const british = ['GB', 'GB-01', 'GB-02', 'GB-03', 'GB-04', 'GB-05', 'GB-06', 'GB-13']
  const many = british.map((zone, index) => ({ ...zones[0], zone, name: zone, gPerKWh: 100 + index }) as never)
  transport.answer({ getZones: () => ({ zones: [many[7] as never, ...many.slice(0, 7)], attributions: [] }) })
  const { screen } = await openWindow({ address: '#/grid', transport })
  await expect
    .element(screen.getByText(/^Your zone lies here\. United Kingdom: 100\sg\/kWh, GB-13: 107\sg\/kWh, GB-01: .* and 2 more in the list$/))
    .toBeVisible()
})
