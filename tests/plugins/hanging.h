/* A function that never returns, and tells the test that it doesn't: through the fifo that DREAM_TEST_HANGS
 * names. */
#ifndef DREAM_TEST_HANGING_H
#define DREAM_TEST_HANGING_H

#include <fcntl.h>
#include <stdlib.h> /* NOLINT(modernize-deprecated-headers): C, too */
#include <unistd.h>

__attribute__((noreturn)) static void hang(void) {
  const char* fifo = getenv("DREAM_TEST_HANGS");
  if (fifo != NULL) {
    const int end = open(fifo, O_WRONLY | O_CLOEXEC);
    if (write(end, "h", 1) < 0) _exit(3);
  }
  for (;;) pause();
}

#endif
