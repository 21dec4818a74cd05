/*
 * What a hostile job would try that a shell cannot. Where a containment failed, none of it would harm the machine: a clock is set to
 * what it shows, and no module of that name exists. One argument names the attack; every attempt prints one line,
 * "NAME refused: errno text" or "NAME ESCAPED". Built statically by the tests, so that it runs in an image without a libc.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <net/if.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static void report(const char *name, long outcome) {
  if (outcome >= 0) printf("%s ESCAPED\n", name);
  else printf("%s refused: %s\n", name, strerror(errno));
}
#define TRY(name, call) (errno = 0, report(name, (long)(call)))
#define SYS(name, ...) TRY(#name, syscall(SYS_##name, __VA_ARGS__))

/* The "shocker" of 2014: a handle of inode 2, the root of a host's file system, opened through any mount of it. */
static void handles(void) {
  struct { struct file_handle head; unsigned char bytes[8]; } handle = {{8, 1}, {2}};
  const char *doors[] = {"/etc/hostname", "/etc/hosts", "/job", "/"};
  for (int i = 0; i < 4; i++) {
    int door = open(doors[i], O_RDONLY);
    if (door >= 0) TRY("open_by_handle_at", syscall(SYS_open_by_handle_at, door, &handle, O_RDONLY));
  }
}

static void mounts(void) {
  TRY("mount tmpfs", mount("none", "/job/out", "tmpfs", 0, ""));
  TRY("mount proc", mount("none", "/tmp", "proc", 0, ""));
  TRY("mount bind", mount("/", "/tmp", NULL, MS_BIND, NULL));
  TRY("remount", mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL));
  TRY("umount", umount2("/proc/kcore", MNT_DETACH));
  TRY("mount cgroup", mount("none", "/tmp", "cgroup", 0, "rdma"));
  SYS(pivot_root, "/job", "/job/out");
  TRY("chroot", chroot("/job"));
  SYS(fsopen, "ext4", 0);
  SYS(open_tree, AT_FDCWD, "/", 1);
  SYS(move_mount, AT_FDCWD, "/job", AT_FDCWD, "/tmp", 0);
}

static void namespaces(void) {
  const struct { const char *name; int flag; } kinds[] = {
    {"user", CLONE_NEWUSER}, {"mnt", CLONE_NEWNS}, {"net", CLONE_NEWNET}, {"pid", CLONE_NEWPID}, {"ipc", CLONE_NEWIPC}, {"uts", CLONE_NEWUTS}, {"cgroup", CLONE_NEWCGROUP}};
  for (int i = 0; i < 7; i++) {
    char path[40];
    snprintf(path, sizeof path, "/proc/1/ns/%s", kinds[i].name);
    TRY(kinds[i].name, unshare(kinds[i].flag));
    int fd = open(path, O_RDONLY);
    TRY("setns", setns(fd, kinds[i].flag));
    pid_t child = syscall(SYS_clone, kinds[i].flag | SIGCHLD, 0, 0, 0, 0);
    if (child == 0) _exit(0);
    TRY("clone", child);
  }
}

static void kernel(void) {
  SYS(init_module, "", 0, "");
  SYS(finit_module, 0, "", 0);
  SYS(delete_module, "no_such_module", 0);
  SYS(kexec_load, 0, 0, NULL, 0);
  SYS(reboot, 0xfee1dead, 672274793, 0, NULL);
  SYS(syslog, 3, (char[64]){0}, 64);
  SYS(swapon, "/job/out/result", 0);
  SYS(acct, "/job/out/result");
  SYS(quotactl, 0x80000300, "/dev/vda", 0, NULL);
  SYS(sethostname, "owned", 5);
  SYS(userfaultfd, 0);
#ifdef SYS_iopl
  SYS(iopl, 3);
#endif
  struct { unsigned type, key, value, entries; char rest[112]; } map = {2, 4, 8, 1, {0}};
  SYS(bpf, 0, &map, sizeof map);
  struct { unsigned type, size; unsigned long config; char rest[112]; } event = {0, 128, 0, {0}};
  SYS(perf_event_open, &event, -1, 0, -1, 0);
  SYS(io_uring_setup, 1, event.rest);
}

static void clocks(void) {
  struct timespec when;
  struct timeval then;
  struct timex step = {.modes = ADJ_SETOFFSET, .time = {0, 0}};
  clock_gettime(CLOCK_REALTIME, &when);
  gettimeofday(&then, NULL);
  TRY("clock_settime", clock_settime(CLOCK_REALTIME, &when));
  TRY("settimeofday", settimeofday(&then, NULL));
  TRY("adjtimex", adjtimex(&step));
}

static void keyring(void) {
  SYS(add_key, "user", "windfall", "secret", 6, -4);
  SYS(add_key, "user", "windfall", "secret", 6, -5);
  SYS(request_key, "user", "windfall", NULL, -4);
  SYS(keyctl, 0, -4, 1);
  SYS(keyctl, 6, -4);
}

/* `victim`: a process of the host. Our own numbers are of another namespace, so whatever answers to it must not be it. */
static void processes(int victim) {
  char byte = 0;
  struct iovec here = {&byte, 1}, there = {(void *)0x400000, 1};
  TRY("ptrace host", ptrace(PTRACE_ATTACH, victim, NULL, NULL));
  TRY("process_vm_readv host", process_vm_readv(victim, &here, 1, &there, 1, 0));
  TRY("process_vm_writev host", process_vm_writev(victim, &here, 1, &there, 1, 0));
  TRY("kill host", kill(victim, SIGKILL));
  TRY("pidfd_open host", syscall(SYS_pidfd_open, victim, 0));
}

static void priorities(void) {
  struct sched_param first = {.sched_priority = 99};
  TRY("nice", setpriority(PRIO_PROCESS, 0, -20));
  TRY("realtime", sched_setscheduler(0, SCHED_FIFO, &first));
  TRY("ioprio realtime", syscall(SYS_ioprio_set, 1, 0, 1 << 13));
  int score = open("/proc/self/oom_score_adj", O_WRONLY);
  TRY("spared by the OOM killer", write(score, "-1000", 5));
  struct rlimit more = {1 << 20, 1 << 20};
  TRY("more files", setrlimit(RLIMIT_NOFILE, &more));
  TRY("longer files", setrlimit(RLIMIT_FSIZE, &(struct rlimit){RLIM_INFINITY, RLIM_INFINITY}));
}

static void identity(void) {
  struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct all[2] = {{~0u, ~0u, ~0u}, {~0u, ~0u, ~0u}};
  TRY("setuid", setuid(0));
  TRY("setresuid", setresuid(0, 0, 0));
  TRY("setgid", setgid(0));
  TRY("setgroups", syscall(SYS_setgroups, 1, (int[]){0}));
  SYS(capset, &head, all);
  TRY("ambient", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 21, 0, 0));
  TRY("new privileges", prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
  TRY("no seccomp", prctl(PR_SET_SECCOMP, 0, 0, 0, 0));
  TRY("chown", chown("/job/out", 0, 0));
}

static void devices(void) {
  const int numbers[][3] = {{S_IFBLK, 254, 0}, {S_IFBLK, 8, 0}, {S_IFBLK, 259, 0}, {S_IFCHR, 1, 1}, {S_IFCHR, 1, 11}, {S_IFCHR, 10, 229}, {S_IFCHR, 195, 0}};
  for (int i = 0; i < 7; i++) TRY("mknod", mknod("/job/out/device", numbers[i][0] | 0666, makedev(numbers[i][1], numbers[i][2])));
  const char *present[] = {"/dev/mem", "/dev/kmsg", "/dev/kvm", "/dev/fuse", "/dev/net/tun", "/dev/vda", "/dev/sda", "/dev/nvidiactl", "/dev/dri/card0", "/dev/console"};
  for (int i = 0; i < 10; i++) TRY(present[i], open(present[i], O_RDWR));
  TRY("type into the terminal", ioctl(0, TIOCSTI, "x"));
}

static int dial(int family, int type, const char *host, int port) {
  int fd = socket(family, type, 0);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &(struct timeval){2, 0}, sizeof(struct timeval));
  struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(port)};
  struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
  if (fd < 0) return -1;
  if (family == AF_INET6) return inet_pton(AF_INET6, host, &six.sin6_addr), connect(fd, (struct sockaddr *)&six, sizeof six);
  return inet_pton(AF_INET, host, &four.sin_addr), connect(fd, (struct sockaddr *)&four, sizeof four);
}

/* `port`: where the host listens on every address; `hosts`: the host's own addresses. */
static void network(int port, char **hosts) {
  for (; *hosts; hosts++) TRY(*hosts, dial(strchr(*hosts, ':') ? AF_INET6 : AF_INET, SOCK_STREAM, *hosts, port));
  TRY("metadata", dial(AF_INET, SOCK_STREAM, "169.254.169.254", 80));
  TRY("bridge", dial(AF_INET, SOCK_STREAM, "172.17.0.1", 22));
  TRY("router", dial(AF_INET, SOCK_STREAM, "192.168.1.1", 80));
  TRY("internet", dial(AF_INET, SOCK_STREAM, "1.1.1.1", 443));
  TRY("name server", dial(AF_INET, SOCK_DGRAM, "8.8.8.8", 53));
  TRY("internet 6", dial(AF_INET6, SOCK_STREAM, "2606:4700:4700::1111", 443));
  TRY("raw socket", socket(AF_INET, SOCK_RAW, 1));
  TRY("packet socket", socket(AF_PACKET, SOCK_RAW, 0));
  TRY("hypervisor", socket(AF_VSOCK, SOCK_STREAM, 0));
  TRY("kernel crypto", socket(AF_ALG, SOCK_SEQPACKET, 0));
  struct ifreq link = {.ifr_name = "lo", .ifr_flags = 0};
  TRY("take lo down", ioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCSIFFLAGS, &link));
  struct sockaddr_un abstract = {.sun_family = AF_UNIX};
  memcpy(abstract.sun_path + 1, "windfall-abuse", 14);
  TRY("abstract socket", connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&abstract, sizeof(sa_family_t) + 15));
}

int main(int count, char **arguments) {
  const struct { const char *name; void (*run)(void); } attacks[] = {
    {"handles", handles}, {"mounts", mounts}, {"namespaces", namespaces}, {"kernel", kernel}, {"clocks", clocks},
    {"keyring", keyring}, {"priorities", priorities}, {"identity", identity}, {"devices", devices}};
  const char *what = count > 1 ? arguments[1] : "";
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (!strcmp(what, "processes")) return processes(atoi(arguments[2])), 0;
  if (!strcmp(what, "network")) return network(atoi(arguments[2]), arguments + 3), 0;
  for (int i = 0; i < 9; i++)
    if (!strcmp(what, attacks[i].name)) return attacks[i].run(), 0;
  return 2;
}
