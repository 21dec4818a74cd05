import type { Host } from './host.fixture.ts'

/** One way out of the sandbox. */
export interface Escape {
  readonly name: string
  readonly tries: string
  /** A shell script. */
  readonly program: string | ((host: Host) => string)
  /** What its log must show; the word ESCAPED it never may. */
  readonly observe: RegExp
  /** Written in C, so it needs a compiler where the tests run. */
  readonly isCompiled?: true
}

/** Says ESCAPED for every file that could be written. */
const write = (files: string): string => `for f in ${files}; do (echo x > $f) 2> /dev/null && echo "ESCAPED to $f"; done; echo tried`
/** Says ESCAPED for every file that says anything. */
const read = (files: string): string => `for f in ${files}; do [ -n "$(head -c 99 $f 2> /dev/null)" ] && echo "ESCAPED from $f"; done; echo tried`
/** `attempts` lines, each refused. */
const refused = (attempts: number): RegExp => new RegExp(String.raw`^(?:[^\n]* refused: [^\n]*\n?){${attempts},}$`)

export const FILES: readonly Escape[] = [
  {
    name: 'read the files of the host',
    tries: 'a world-readable secret and /etc/shadow, directly, through /proc/1/root, /proc/*/cwd and likely mount points',
    program: ({ secretFile: file }) =>
      read(`/etc/shadow ${['', '/proc/1/root', '/proc/self/cwd/../../..', '/host', '/mnt', '/rootfs'].map((p) => p + file).join(' ')}`),
    observe: /^tried$/,
  },
  {
    name: 'open files of the host by handle',
    tries: 'open_by_handle_at on inode 2 (“shocker”)',
    program: 'attack handles',
    observe: refused(2),
    isCompiled: true,
  },
  {
    name: 'write outside its folders',
    tries: 'the image, /etc, /dev, /sys and the root of its own workspace',
    program: write('/x /bin/x /bin/busybox /etc/hosts /etc/hostname /etc/resolv.conf /dev/x /sys/x /job/x /job/in/../x /usr/x'),
    observe: /^tried$/,
  },
  {
    name: 'turn a knob of the kernel',
    tries: 'core_pattern, sysrq-trigger, uevent_helper, binfmt_misc, modprobe, drop_caches and the host name',
    program: write(
      '/proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe /proc/sys/kernel/hostname /proc/sysrq-trigger /proc/sys/vm/drop_caches /proc/sys/fs/binfmt_misc/register /proc/irq/default_smp_affinity /sys/kernel/uevent_helper /sys/kernel/mm/transparent_hugepage/enabled /sys/power/state',
    ),
    observe: /^tried$/,
  },
  {
    name: 'escape by its cgroup',
    tries: 'release_agent, notify_on_release, its own limits, and moving to another group',
    program: `mkdir /sys/fs/cgroup/x /sys/fs/cgroup/*/x 2> /dev/null && echo ESCAPED; ${write(
      '$(find /sys/fs/cgroup -maxdepth 3 -name release_agent -o -maxdepth 3 -name notify_on_release -o -maxdepth 3 -name cgroup.procs -o -maxdepth 3 -name "*.max" -o -maxdepth 3 -name "*limit_in_bytes" -o -maxdepth 3 -name "cpu.cfs_quota_us")',
    )}`,
    observe: /^tried$/,
  },
  {
    name: 'mount',
    tries: 'tmpfs, proc, cgroup and bind mounts, remount, umount, pivot_root, chroot, fsopen, open_tree',
    program: 'attack mounts',
    observe: refused(11),
    isCompiled: true,
  },
  {
    name: 'reach a device',
    tries: 'mknod for disks, memory and GPU; opening /dev/mem, kmsg, kvm, fuse, tun, disks, DRI; TIOCSTI',
    program: 'attack devices',
    observe: refused(18),
    isCompiled: true,
  },
  {
    name: 'find a door to the engine',
    tries: 'docker.sock, containerd.sock, podman.sock, any socket in the file system or of another namespace',
    program:
      'ls /var/run/docker.sock /run/docker.sock /run/containerd /run/podman /var/lib/docker 2> /dev/null && echo ESCAPED; find / -xdev -type s 2> /dev/null; grep -c docker.sock /proc/mounts; wc -l < /proc/net/unix; echo "[$DOCKER_HOST]"',
    observe: /^0\n1\n\[\]$/,
  },
  {
    name: 'learn about the host',
    tries: 'the environment of the agent, /proc/kcore, keys, timer_list, kallsyms, firmware, the kernel log, names of disks',
    program: `${read('/proc/kcore /proc/keys /proc/timer_list /proc/sched_debug /proc/acpi/* /proc/scsi/* /sys/firmware/*/* /proc/kmsg /proc/1/mem')}; dmesg > /dev/null 2>&1 && echo ESCAPED; grep -v "^0000000000000000" /proc/kallsyms | head -n 1; env | grep -v -E "^(PATH|HOME|HOSTNAME|PWD|SHLVL|NVIDIA_VISIBLE_DEVICES=void|WINDFALL_[A-Z_]+=)"`,
    observe: /^tried$/,
  },
]

export const KERNEL: readonly Escape[] = [
  {
    name: 'become somebody',
    tries: 'setuid, setgid, setgroups, capset, ambient capabilities, dropping seccomp, chown',
    program: 'attack identity',
    observe: refused(9),
    isCompiled: true,
  },
  {
    name: 'become root by a setuid file',
    tries: 'a setuid root program of the image, and one it makes itself',
    program:
      'busybox id -u; cp /bin/busybox /job/ckpt/busybox; chmod 4755 /job/ckpt/busybox; /job/ckpt/busybox id -u; grep -h -E "Cap(Prm|Eff|Bnd|Amb)|NoNewPrivs|Seccomp:" /proc/self/status | tr -s "\\t\\n" "  "',
    observe: /^65532\n65532\nCapPrm: 0+ CapEff: 0+ CapBnd: 0+ CapAmb: 0+ NoNewPrivs: 1 Seccomp: 2$/,
  },
  {
    name: 'make a namespace',
    tries: 'unshare, clone and setns for user, mount, network, pid, ipc, uts and cgroup',
    program: 'attack namespaces',
    observe: refused(21),
    isCompiled: true,
  },
  {
    name: 'reach into the kernel',
    tries: 'modules, kexec, reboot, kernel log, swap, accounting, quota, host name, userfaultfd, iopl, bpf, perf, io_uring',
    program: 'attack kernel',
    observe: refused(15),
    isCompiled: true,
  },
  { name: 'set the clock', tries: 'clock_settime, settimeofday, adjtimex', program: 'attack clocks', observe: refused(3), isCompiled: true },
  {
    name: 'use the kernel keyring',
    tries: 'add_key, request_key and keyctl on the session and user keyrings, which no namespace parts',
    program: 'attack keyring',
    observe: refused(5),
    isCompiled: true,
  },
  {
    name: 'trace or kill a process of the host',
    tries: 'ptrace, process_vm_readv, process_vm_writev, kill and pidfd_open on a process of the host; the process table',
    program: ({ victim }) => `attack processes ${victim}; kill -9 -1; [ $(ls -d /proc/[0-9]* | wc -l) -le 6 ] || echo ESCAPED`,
    observe: /^(?:[^\n]* refused: [^\n]*\n){5}/,
    isCompiled: true,
  },
  {
    name: 'push itself to the front',
    tries: 'nice, real-time scheduling and I/O, the OOM score, higher resource limits',
    program: 'attack priorities',
    observe: refused(6),
    isCompiled: true,
  },
  {
    name: 'reach a network',
    tries:
      'every address of the host, metadata service, bridge, router, Internet, DNS, raw and packet sockets, the hypervisor (vsock), kernel crypto (AF_ALG), abstract sockets',
    program: ({ port, addresses }) => `attack network ${port} ${addresses.join(' ')}; ls /sys/class/net; wc -l < /proc/net/route`,
    observe: /^(?:[^\n]* refused: [^\n]*\n){12,}lo\n1$/,
    isCompiled: true,
  },
  {
    name: 'look up a name',
    tries: 'DNS by the resolver, over UDP and TCP',
    program:
      '(nslookup windfall.example; nslookup windfall.example 127.0.0.11; nslookup windfall.example 8.8.8.8; wget -q -T 2 -O - http://169.254.169.254/latest/meta-data/ && echo ESCAPED) 2>&1 | grep -c -i -E "unreachable|refused|can.t connect|bad address|timed out|no answer|can.t resolve|reach"',
    observe: /^[1-9]\d*$/,
  },
]
