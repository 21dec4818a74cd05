/* What a greedy job would take that a shell cannot. One argument names it. Built statically by the tests. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Takes what it can get until it is refused, and says how much that was. */
static void descriptors(void) {
  int files = 0, watches = 0, segments = 0;
  while (open("/", O_RDONLY) >= 0) files++;
  printf("files %d: %s\n", files, strerror(errno));
  for (int fd = 3; fd < 2048; fd++) close(fd);
  while (inotify_init() >= 0) watches++;
  printf("inotify %d: %s\n", watches, strerror(errno));
  for (int fd = 3; fd < 2048; fd++) close(fd);
  while (segments < 100000 && shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600) >= 0) segments++;
  printf("segments %d: %s\n", segments, strerror(errno));
}

static void fork_bomb(void) {
  for (;;) fork();
}

static void touch_all(void) {
  for (;;) memset(malloc(1 << 20), 1, 1 << 20);
}

/* The kernel kills the largest, which is never the parent. */
static void memory_by_children(void) {
  for (int i = 0; i < 12; i++)
    if (fork() == 0) touch_all();
  while (wait(NULL) > 0);
  puts("the parent is alive");
}

static void cpu(void) {
  struct timespec begin, end;
  struct rusage used;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  for (int i = 0; i < 8; i++)
    if (fork() == 0)
      for (;;) if (clock_gettime(CLOCK_MONOTONIC, &end), end.tv_sec - begin.tv_sec >= 2) _exit(0);
  while (wait(NULL) > 0);
  clock_gettime(CLOCK_MONOTONIC, &end);
  getrusage(RUSAGE_CHILDREN, &used);
  printf("cpu %.2f of %.2f s\n", used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6,
         end.tv_sec - begin.tv_sec + (end.tv_nsec - begin.tv_nsec) / 1e9);
}

static void socket_result(void) {
  struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "/job/out/result"};
  bind(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&name, sizeof name);
}

int main(int count, char **arguments) {
  const struct { const char *name; void (*run)(void); } greed[] = {
    {"descriptors", descriptors}, {"fork-bomb", fork_bomb}, {"memory", touch_all}, {"memory-by-children", memory_by_children},
    {"cpu", cpu}, {"socket-result", socket_result}};
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (int i = 0; i < 6; i++)
    if (count > 1 && !strcmp(arguments[1], greed[i].name)) return greed[i].run(), 0;
  return 2;
}
