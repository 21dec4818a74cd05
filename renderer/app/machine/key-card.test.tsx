import { describe, expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import type { DeviceKey } from '../../../shared/contract/device.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { aKey } from '../../lib/devices.fake.ts'
import { aStatus } from '../../lib/fixtures.fake.ts'
import { createFakeTransport, happyHandlers } from '../../lib/transport.fake.ts'
import { openWindow } from '../window.fake.tsx'

const withKey = (changes: Partial<DeviceKey> = {}) => aStatus({ node: { ...aStatus().node, key: aKey(changes) } })

async function openMachine(status = withKey()) {
  const { screen, transport } = await openWindow({ address: '#/machine', transport: createFakeTransport(happyHandlers(null, status)) })
  const card = screen.getByRole('region', { name: 'Signing key' })
  await expect.element(card).toBeInTheDocument()
  return { screen, card, transport }
}

describe('the key', () => {
  test('where it is, how safe, and both ids', async () => {
    const { card } = await openMachine()
    await expect
      .element(card)
      .toMatchTextContent(
        /Kept inThe keychain of this user \(GNOME Keyring\)ProtectionSealed .*Made byWindfall, in software .*Ed25519 \(EdDSA\).*the first key of this node/,
      )
    await expect.element(card.getByRole('button', { name: 'Copy key id' })).toBeVisible()
    await expect.element(card.getByRole('button', { name: 'Copy node id' })).toBeVisible()
  })

  test('that nothing seals is said to be open to every program of this user', async () => {
    const { card } = await openMachine(withKey({ sealed: false, keptIn: 'A file that only this user can read', rotations: 2 }))
    await expect.element(card).toMatchTextContent(/Not sealed Protected only by your user account: any program that runs as you could copy it\./)
    await expect.element(card).toMatchTextContent('the key was changed 2 times')
  })

  test('in the chip cannot leave it', async () => {
    const { card } = await openMachine(withKey({ evidence: 'tpm', alg: 'ES256' }))
    await expect.element(card).toMatchTextContent(/The security chip \(TPM 2\.0\) Made inside the chip of this computer, it cannot leave it\..*ES256/)
  })

  test('that waits for the coordinator is shown, and until then there is no other to be made', async () => {
    const message = 'It takes over as soon as the coordinator has been reached.'
    const { card } = await openMachine(withKey({ next: { keyId: 'N'.repeat(43), alg: 'EdDSA', evidence: 'software', message } }))
    await expect.element(card).toMatchTextContent(message)
    await expect.element(card.getByRole('button', { name: 'Make a new key…' })).toBeDisabled()
    await expect.element(card.getByRole('button', { name: 'Make a new key…' })).toHaveAccessibleDescription(/waits/)
  })
})

describe('a new one', () => {
  test('is made only after a question that says what stays, and can be left by Escape', async () => {
    const { screen, card, transport } = await openMachine()
    await card.getByRole('button', { name: 'Make a new key…' }).click()
    const dialog = screen.getByRole('dialog', { name: 'Make a new signing key?' })
    await expect.element(dialog).toMatchTextContent(/The node keeps its identity, history, receipts and earnings/)
    await expect.element(dialog).toMatchTextContent('It cannot be undone.')
    await userEvent.keyboard('{Escape}')
    await expect.element(dialog).not.toBeInTheDocument()
    await expect.element(card.getByRole('button', { name: 'Make a new key…' })).toHaveFocus()
    expect(transport.asked.some(({ name }) => name === 'rotateKey')).toBe(false)
  })

  test('replaces the old one, and the result is said', async () => {
    const { screen, card, transport } = await openMachine()
    await card.getByRole('button', { name: 'Make a new key…' }).click()
    await screen.getByRole('radio', { name: /security chip/ }).click()
    await screen.getByRole('button', { name: 'Replace the key' }).click()
    await expect.element(screen.getByRole('dialog')).not.toBeInTheDocument()
    await expect.element(card.getByText('Done. This machine signs with a new key now, and is still the same node.')).toBeVisible()
    await expect.element(card).toMatchTextContent(/NNNNNN…NNNNNN.*the key was changed once/)
    expect(transport.asked).toContainEqual({ name: 'rotateKey', input: { evidence: 'tpm' } })
  })

  test('in a chip that is not there: why, and the choice is closed', async () => {
    const { screen, card, transport } = await openMachine()
    transport.fail('rotateKey', new WindfallError('unavailable', 'This computer has no TPM that Windfall may use.'))
    await card.getByRole('button', { name: 'Make a new key…' }).click()
    await screen.getByRole('radio', { name: /security chip/ }).click()
    await screen.getByRole('button', { name: 'Replace the key' }).click()
    await expect.element(screen.getByRole('alert')).toMatchTextContent('Not possible on this computer: This computer has no TPM that Windfall may use.')
    await expect.element(screen.getByRole('radio', { name: /security chip/ })).toBeDisabled()
    await expect.element(screen.getByRole('radio', { name: /in software/ })).toBeChecked()
    await expect.element(screen.getByRole('dialog')).toBeVisible()
  })

  test('that fails leaves the present one, and says so', async () => {
    const { screen, card, transport } = await openMachine()
    transport.fail('rotateKey', new WindfallError('conflict', 'A job is running. Try again when it has ended.'))
    await card.getByRole('button', { name: 'Make a new key…' }).click()
    await screen.getByRole('button', { name: 'Replace the key' }).click()
    await expect.element(screen.getByRole('alert')).toMatchTextContent('The key was not changed: A job is running. Try again when it has ended.')
    await screen.getByRole('button', { name: 'Keep the present key' }).click()
    await expect.element(card).toMatchTextContent(/kQ4vTz…5ZwEg|kQ4vTz/)
  })
})
