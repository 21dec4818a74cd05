/* Stands in for user32, kernel32 and shell32. What it plays comes from the environment, read at every call. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long play(const char *name, long otherwise) {
  const char *value = getenv(name);
  return value ? strtol(value, NULL, 0) : otherwise;
}

struct input { uint32_t size, time; };
int32_t GetLastInputInfo(struct input *info) {
  if (info->size != 8) return 0;
  info->time = (uint32_t)play("FAKE_INPUT_AT", 1000);
  return play("FAKE_INPUT_FAILS", 0) ? 0 : 1;
}
uint32_t GetTickCount(void) { return (uint32_t)play("FAKE_TICKS", 61000); }

uintptr_t GetDesktopWindow(void) { return 1; }
uintptr_t GetShellWindow(void) { return 2; }
uintptr_t GetForegroundWindow(void) { return (uintptr_t)play("FAKE_WINDOW", 7); }
int32_t GetClassNameW(uintptr_t window, uint16_t *name, int32_t count) {
  const char *text = window == 3 ? "WorkerW" : "Game";
  int32_t length = 0;
  for (; text[length] && length + 1 < count; length++) name[length] = (uint16_t)text[length];
  name[length] = 0;
  return length;
}
int32_t GetWindowRect(uintptr_t window, int32_t *rectangle) {
  int32_t place[4] = {0, 0, 1920, (int32_t)play("FAKE_HEIGHT", 1080)};
  (void)window;
  memcpy(rectangle, place, sizeof place);
  return 1;
}
uintptr_t MonitorFromWindow(uintptr_t window, uint32_t flags) { return window && flags == 2 ? 9 : 0; }
struct monitor { uint32_t size; int32_t whole[4], work[4]; uint32_t flags; };
int32_t GetMonitorInfoW(uintptr_t monitor, struct monitor *info) {
  int32_t place[4] = {0, 0, 1920, 1080};
  if (monitor != 9 || info->size != sizeof *info) return 0;
  memcpy(info->whole, place, sizeof place);
  return 1;
}

int32_t GetSystemPowerStatus(uint8_t *status) {
  status[0] = (uint8_t)play("FAKE_LINE", 1);
  status[1] = (uint8_t)play("FAKE_BATTERY", 8);
  return 1;
}

int32_t SHQueryUserNotificationState(int32_t *state) {
  *state = (int32_t)play("FAKE_STATE", 5);
  return play("FAKE_STATE_FAILS", 0) ? -1 : 0;
}

int32_t K32EnumProcesses(uint32_t *pids, uint32_t bytes, uint32_t *needed) {
  uint32_t all[4] = {0, 4, 40, 41};
  if (bytes < sizeof all) return 0;
  memcpy(pids, all, sizeof all);
  *needed = sizeof all;
  return play("FAKE_LIST_FAILS", 0) ? 0 : 1;
}
/* The system's own processes may not be opened. */
uintptr_t OpenProcess(uint32_t access, int32_t inherit, uint32_t pid) { return access == 0x1000 && !inherit && pid > 4 ? pid : 0; }
int32_t CloseHandle(uintptr_t handle) { return handle != 0; }
int32_t QueryFullProcessImageNameW(uintptr_t process, uint32_t flags, uint16_t *name, uint32_t *size) {
  const char *text = process == 40 ? "C:\\XboxGames\\Halo\\halo.exe" : "C:\\Windows\\explorer.exe";
  uint32_t length = 0;
  if (flags || *size < 64) return 0;
  for (; text[length]; length++) name[length] = (uint16_t)text[length];
  *size = length;
  return 1;
}
