import { describe, expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { WindfallError } from '../../../shared/errors.ts'
import { aMoney, aSum, anEarning, someBalances, someDays } from '../../lib/money.fake.ts'
import { createFakeTransport } from '../../lib/transport.fake.ts'
import { openWindow } from '../window.fake.tsx'

const answering = (answers: Parameters<ReturnType<typeof createFakeTransport>['answer']>[0]) => {
  const transport = createFakeTransport()
  transport.answer(answers)
  return transport
}

describe('where the money stands', () => {
  test('accrued, confirmed, paying and paid stand apart, and each says what it is and what moves it on', async () => {
    const { screen } = await openWindow({ address: '#/earnings' })
    const card = screen.getByRole('region', { name: 'Where your money stands' })
    for (const line of [/Accrued.*\$0\.31/, /Confirmed.*\$14\.72/, /Paying.*\$1\.25/, /Paid.*\$203\.10/]) await expect.element(card).toMatchTextContent(line)
    await screen.getByRole('button', { name: '$1.25 , explain' }).click()
    await expect.element(card.getByText('It becomes paid when the transfer is final. If a payout fails, it goes back to confirmed.')).toBeVisible()
    await userEvent.keyboard('{Escape}')
    await expect.element(card.getByText(/It becomes paid when/)).not.toBeVisible()
  })

  test('the coordinator’s books are compared to the last millionth, and a difference is named', async () => {
    const { screen, transport } = await openWindow({ address: '#/earnings' })
    await expect.element(screen.getByText(/books say the same, to the last millionth/)).toBeVisible()
    transport.answer({ getBalances: () => someBalances({ confirmedMicroUsd: '14720001' }) })
    transport.push('changed', { seq: 1, what: ['money'] })
    await expect.element(screen.getByText(/Confirmed is \$14\.720001 there and \$14\.720000 here/)).toBeVisible()
  })

  test('offline the books are not mentioned, and everything known here stays', async () => {
    const transport = createFakeTransport()
    transport.fail('getBalances', new WindfallError('not-found', 'No coordinator.'))
    const { screen } = await openWindow({ address: '#/earnings', transport })
    await expect.element(screen.getByRole('region', { name: 'Where your money stands' })).toMatchTextContent(/\$14\.72/)
    await expect.element(screen.getByText(/books say/)).not.toBeInTheDocument()
  })
})

describe('after electricity', () => {
  test('pay, electricity and net of a period, with the tariff named and where it is from', async () => {
    const { screen } = await openWindow({ address: '#/earnings' })
    const card = screen.getByRole('region', { name: 'After electricity' })
    await expect
      .element(card)
      .toMatchTextContent(/Confirmed pay.*1 GBP = \$1\.27, as you said.*\$18\.78.*Electricity.*30 runs, paid or not.*−£4\.60.*Net.*£10\.19/)
    await expect.element(card).toMatchTextContent('Your electricity costs £0.245 per kWh. You set it here.')
    await card.getByRole('radio', { name: '14 days' }).click()
    await expect.element(card).toMatchTextContent(/Confirmed pay.*\$40\.21/)
  })

  test('without a tariff it is unknown, not zero; an assumed one is called so', async () => {
    const days = someDays().map((day) => ({ ...day, costMinor: null, netMinor: null }))
    const { screen, transport } = await openWindow({ address: '#/earnings', transport: answering({ getMoney: () => aMoney({ tariff: null, days }) }) })
    const card = screen.getByRole('region', { name: 'After electricity' })
    await expect.element(card).toMatchTextContent(/Unknown: nobody has said what your electricity costs\. It is not guessed\./)
    const tariff = { kind: 'zone', currency: 'GBP', usdPerUnit: 1.27 } as const
    transport.answer({
      getMoney: () => aMoney({ tariff: { tariff, words: 'By the half hour.', setBy: 'settings', assumed: 'Assumed: that your supplier charges it.' } }),
    })
    transport.push('changed', { seq: 1, what: ['money'] })
    await expect
      .element(card)
      .toMatchTextContent(/costs what the half hour costs in your zone, in GBP\. It is from your settings file\. Assumed: that your supplier charges the/)
  })

  test('the owner sets a price in their currency; what is wrong is said beside it, and the first wrong field takes the focus', async () => {
    const { screen, transport } = await openWindow({ address: '#/earnings', transport: answering({ getMoney: () => aMoney({ tariff: null }) }) })
    await screen.getByRole('button', { name: 'Set your tariff' }).click()
    await expect.element(screen.getByLabelText('Currency')).toHaveFocus()
    await userEvent.keyboard('eur')
    await screen.getByRole('button', { name: 'Save' }).click()
    await expect.element(screen.getByText('A price such as 0.245, taxes included.')).toBeVisible()
    await expect.element(screen.getByLabelText('Price of one kWh, EUR')).toHaveFocus()
    await userEvent.keyboard('0,31')
    await screen.getByLabelText('What 1 EUR is worth in USD').fill('1.08')
    await screen.getByRole('button', { name: 'Save' }).click()
    await expect
      .poll(() => transport.asked.find(({ name }) => name === 'setTariff')?.input)
      .toEqual({
        tariff: { kind: 'flat', currency: 'EUR', usdPerUnit: 1.08, minorPerKWh: 31 },
      })
    await expect.element(screen.getByRole('button', { name: 'Change' })).toBeVisible()
  })

  test('a tariff that was saved can be taken back; one that cannot be says why', async () => {
    const { screen, transport } = await openWindow({ address: '#/earnings' })
    const change = async () => {
      await screen.getByRole('button', { name: 'Change', exact: true }).click()
      await screen.getByRole('textbox', { name: /Price of one kWh/ }).fill('0.31')
      await screen.getByRole('button', { name: 'Save' }).click()
    }
    const told = () => transport.asked.filter(({ name }) => name === 'setTariff').map(({ input }) => input)
    await change()
    await screen.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(told).toMatchObject([{ tariff: { minorPerKWh: 31 } }, { tariff: { kind: 'flat', currency: 'GBP', minorPerKWh: 24.5 } }])
    await change()
    await expect.element(screen.getByRole('button', { name: 'Undo' })).toBeVisible()
    transport.fail('setTariff', new WindfallError('input.invalid', 'Say what your electricity costs first.'))
    await screen.getByRole('button', { name: 'Undo' }).click()
    await expect.element(screen.getByRole('alert')).toMatchTextContent('That could not be undone: Say what your electricity costs first.')
  })

  test('a tariff that is refused stays in the form, with the reason', async () => {
    const transport = createFakeTransport()
    transport.fail('setTariff', new WindfallError('input.invalid', 'Say what 1 EUR is worth in USD.'))
    const { screen } = await openWindow({ address: '#/earnings', transport })
    await screen.getByRole('button', { name: 'Change' }).click()
    await screen.getByRole('button', { name: 'Save' }).click()
    await expect.element(screen.getByRole('alert')).toMatchTextContent('The tariff was not saved: Say what 1 EUR is worth in USD.')
    await expect.element(screen.getByLabelText('Currency')).toHaveValue('GBP')
  })
})

describe('what to expect', () => {
  test('ranges, with how last week’s turned out and how often it held', async () => {
    const { screen } = await openWindow({ address: '#/earnings' })
    const card = screen.getByRole('region', { name: 'What to expect' })
    await expect.element(card).toMatchTextContent(/≈ \$18\.20 to \$25\.90 in the next 7 days.*≈ \$2\.40 to \$3\.60 in one day/)
    await expect.element(card).toMatchTextContent('Last week it said $17.10 to $24.80; it was $21.84, inside it. It held in 5 of the last 6 weeks.')
    await expect.element(card).toMatchTextContent(/After electricity≈ £10\.92 to £15\.54/)
  })

  test('a miss is said in money, and nothing is predicted while too little is known', async () => {
    const outlook = aMoney().outlook
    const low = outlook.gross && { ...outlook.gross, lastWeek: { low: 17e6, high: 25e6, was: 12e6 } }
    const { screen, transport } = await openWindow({
      address: '#/earnings',
      transport: answering({ getMoney: () => aMoney({ outlook: { ...outlook, gross: low, net: null } }) }),
    })
    const card = screen.getByRole('region', { name: 'What to expect' })
    await expect.element(card).toMatchTextContent(/it was \$12\.00, \$5\.00 below it/)
    await expect.element(card).toMatchTextContent(/After electricity: unknown/)
    transport.answer({ getMoney: () => aMoney({ outlook: { knownDays: 3, neededDays: 7, fromDays: 3, gross: null, net: null } }) })
    transport.push('changed', { seq: 1, what: ['money'] })
    await expect.element(card).toMatchTextContent(/Too little is known to say: 3 of 7 whole days\./)
    await expect.element(card).not.toMatchTextContent(/≈/)
  })
})

describe('every amount opens the sum that made it', () => {
  test('from the list to price × verified work less 15 %, and what was booked', async () => {
    const { screen } = await openWindow({ address: '#/earnings' })
    await screen.getByRole('link', { name: 'Image batch 7f3a' }).click()
    await expect.element(screen.getByRole('heading', { level: 1, name: '$0.0281 for Image batch 7f3a' })).toHaveFocus()
    const card = screen.getByRole('region', { name: 'How it came about' })
    for (const line of [
      /Agreed price.*\$0\.048400/,
      /Verified work.*2 runs.*41\smin/,
      /Price of the work.*\$0\.033058/,
      /Platform, 15%.*− \$0\.004958/,
      /Yours, 85%.*\$0\.028100/,
    ])
      await expect.element(card).toMatchTextContent(line)
    await expect.element(card).toMatchTextContent('The coordinator booked the same, to the last millionth of a dollar.')
    await expect.element(screen.getByRole('link', { name: 'Open and check the receipt' })).toHaveAttribute('href', '#/receipts/receipt-1')
    await expect.element(screen.getByText(/120\sWh for £0\.0294, at your present tariff/)).toBeVisible()
  })

  test('money that is in several places shows each part, with the payout it is in', async () => {
    const { screen } = await openWindow({ address: '#/earnings/earning-0' })
    const card = screen.getByRole('region', { name: 'Where it is now' })
    await expect.element(card).toMatchTextContent(/Paying.*\$1\.250000.*Confirmed.*\$0\.010000/)
    await card.getByRole('link', { name: 'in payout payout-32' }).click()
    await expect.element(screen.getByRole('heading', { level: 1, name: 'Payout of $1.25' })).toHaveFocus()
  })

  test('a sum that parts from the books says so, and one that cannot be done says why', async () => {
    const { screen, transport } = await openWindow({ address: '#/earnings/earning-1', transport: answering({ getEarning: () => aSum({ agrees: false }) }) })
    await expect.element(screen.getByText('The coordinator booked $0.028100.')).toBeVisible()
    transport.answer({ getEarning: () => aSum({ earning: anEarning(), sum: null, agrees: null, runs: [], electricity: null }) })
    transport.push('changed', { seq: 1, what: ['money'] })
    await expect.element(screen.getByText(/The receipt with the signed proofs is not on this machine yet\./)).toBeVisible()
  })
})

test('none yet, loading, and failing each say what they are', async () => {
  const transport = answering({ listEarnings: () => ({ items: [], next: null }) })
  transport.fail('getMoney', new WindfallError('internal', 'Something went wrong on our side.'))
  const { screen } = await openWindow({ address: '#/earnings', transport })
  await expect.element(screen.getByText('No earnings yet.')).toBeVisible()
  await expect.element(screen.getByRole('alert')).toMatchTextContent('Could not load your money.')
})
