/* clock [LABEL]: says when it began, in nanoseconds of the monotonic clock, which all processes share. */
#define _POSIX_C_SOURCE 200809L /* NOLINT(bugprone-reserved-identifier): asks for clock_gettime */
#include <stdio.h>
#include <time.h>

int main(int argument_count, char** arguments) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  if (argument_count > 1) printf("%s ", arguments[1]);
  printf("%lld\n", (long long)now.tv_sec * 1000000000LL + now.tv_nsec);
  return 0;
}
