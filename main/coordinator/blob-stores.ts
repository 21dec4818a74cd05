import { join } from 'node:path'
import { WindfallError } from '../../shared/errors.ts'
import type { Clock } from '../kernel/clock.ts'
import { random } from '../kernel/random.ts'
import type { CoordinatorConfig } from './config.ts'
import type { Blobs } from './persistence/blobs.ts'
import { openDiskBlobs } from './persistence/disk-blobs.ts'
import { openS3Blobs } from './persistence/s3-blobs.ts'
import { type S3Keys, readS3Keys } from './persistence/s3-place.ts'
import { createS3 } from './persistence/s3.ts'

type Settings = Pick<CoordinatorConfig, 'dataDirectory' | (`s3${string}` & keyof CoordinatorConfig)>

/** What jobs run, produce and go on from, by content hash. */
export interface BlobStores {
  readonly blobs: Blobs
  /** Apart from what nodes may fetch: a receipt is public and names its output's digest, the output is its requester's alone. */
  readonly outputs: Blobs
  readonly checkpoints: Blobs
}

/** On this machine’s disk, or in the bucket that the settings name. Error: `config.invalid` if the bucket's keys are not to be had. */
export function openBlobStores(settings: Settings, { clock, nextName }: { readonly clock: Clock; readonly nextName: () => string }): BlobStores {
  const { dataDirectory, s3Bucket: bucket } = settings
  if (bucket === null) {
    const open = (folder: string) => openDiskBlobs(join(dataDirectory, folder), nextName)
    return { blobs: open('blobs'), outputs: open('outputs'), checkpoints: open('checkpoints') }
  }
  const { s3Endpoint: endpoint, s3Region: region, s3Prefix: prefix, s3PathStyle: pathStyle } = settings
  const s3 = createS3({ place: { bucket, endpoint, region, prefix, pathStyle }, keys: keysOf(settings), clock, random, fetch })
  const open = (folder: string) => openS3Blobs({ s3, folder, directory: join(dataDirectory, 'uploads', folder), nextName, clock })
  return { blobs: open('blobs'), outputs: open('outputs'), checkpoints: open('checkpoints') }
}

/** Tells one bucket from another: of two coordinators with the same answer, each finds what the other has put there. `null`: a disk, which is one machine’s own. */
export const bucketName = ({ s3Bucket, s3Endpoint, s3Region, s3Prefix }: Settings): string | null =>
  s3Bucket === null ? null : `${s3Endpoint ?? s3Region} ${s3Bucket}/${s3Prefix}`

function keysOf({ s3CredentialsFile, s3AccessKeyId, s3SecretAccessKey, s3SessionToken }: Settings): S3Keys {
  if (s3CredentialsFile !== null) return readS3Keys(s3CredentialsFile)
  if (s3AccessKeyId === null || s3SecretAccessKey === null)
    throw new WindfallError(
      'config.invalid',
      'A bucket needs keys: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or WINDFALL_S3_CREDENTIALS_FILE to a file that only you may read.',
    )
  return { accessKeyId: s3AccessKeyId, secretAccessKey: s3SecretAccessKey, sessionToken: s3SessionToken }
}
