import { readFileSync } from 'node:fs'
import type { SecureContextOptions } from 'node:tls'
import { X509Certificate, createPrivateKey } from 'node:crypto'
import { WindfallError, messageOf } from '../../shared/errors.ts'
import { readPrivateFile } from './key-file.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What this process shows to a coordinator that asks for a certificate. */
let shown: Pick<SecureContextOptions, 'cert' | 'key'> = {}

export const clientCertificate = (): typeof shown => shown

const wrong = (message: string, cause?: unknown): WindfallError => new WindfallError('config.invalid', message, { cause })

function read(certificateFile: string, keyFile: string): typeof shown {
  let cert: string
  let isOf: (key: string) => boolean
  try {
    cert = readFileSync(certificateFile, 'utf8')
    const certificate = new X509Certificate(cert)
    isOf = (key) => certificate.checkPrivateKey(createPrivateKey(key))
  } catch (error) {
    throw wrong(`${certificateFile} (WINDFALL_CLIENT_CERTIFICATE_FILE) holds no certificate in PEM (${messageOf(error)}).`, error)
  }
  const key = readPrivateFile(keyFile)
  if (key === null) throw wrong(`There is no file ${keyFile} (WINDFALL_CLIENT_KEY_FILE).`)
  let fits = false
  try {
    fits = isOf(key)
  } catch (error) {
    throw wrong(`${keyFile} (WINDFALL_CLIENT_KEY_FILE) holds no private key in PEM without a password.`, error)
  }
  if (!fits) throw wrong(`The key in ${keyFile} is not that of the certificate in ${certificateFile}.`)
  return { cert, key }
}

/**
 * Shows the certificate that the environment names to coordinators of closed fleets, which ask for one: `WINDFALL_CLIENT_CERTIFICATE_FILE` and
 * `WINDFALL_CLIENT_KEY_FILE`, in PEM. Nobody else is shown it. What it returns undoes it. Error: `config.invalid`.
 */
export function honourCertificate(environment: Environment): Disposable {
  const [certificateFile, keyFile] = [environment['WINDFALL_CLIENT_CERTIFICATE_FILE'], environment['WINDFALL_CLIENT_KEY_FILE']]
  if (!certificateFile && !keyFile) return { [Symbol.dispose]: () => undefined }
  if (!certificateFile || !keyFile)
    throw wrong('A certificate and its key belong together: set both WINDFALL_CLIENT_CERTIFICATE_FILE and WINDFALL_CLIENT_KEY_FILE.')
  const before = shown
  shown = read(certificateFile, keyFile)
  return {
    [Symbol.dispose]() {
      shown = before
    },
  }
}
