/** Why something has no counterpart here, said alike whatever the format. */
export const NO_NETWORK = 'a job has no network, so nothing can reach it and it reaches nothing'
export const NO_VOLUMES = 'a job has no volumes, and reads only what is in its image. Put the files into the image, then remove this'
export const NO_WORKDIR = 'a job starts where its image says. Set WORKDIR in the image, then remove this'
export const NO_ENTRYPOINT = 'a job starts what its image says, with the command as its arguments. Set ENTRYPOINT in the image, then remove this'
export const NO_PRIVILEGE = 'a job has no privilege and no device but its GPUs. Remove it if the job does without'
export const HARDENED = 'every job runs as an unknown user, without capabilities and on a read-only root'
