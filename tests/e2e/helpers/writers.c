/* writers COUNT LINES GATE: so many threads wait until nobody holds GATE (a fifo) open for writing, and then
 * write at the same time, each its own numbered lines, one write(2) a line. Says "ready" when all wait. */
#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier): the C library asks for it */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int gate;
static int lines;

static void* run(void* number) {
  char nothing;
  if (read(gate, &nothing, 1) != 0) abort();
  for (int line = 0; line < lines; ++line) {
    char text[64];
    const int size = snprintf(text, sizeof text, "writer %d line %d\n", (int)(intptr_t)number, line);
    if (write(STDOUT_FILENO, text, (size_t)size) != size) abort();
  }
  return NULL;
}

int main(int argument_count, char** arguments) {
  if (argument_count != 4) return 2;
  const int count = atoi(arguments[1]);
  lines = atoi(arguments[2]);
  gate = open(arguments[3], O_RDONLY | O_CLOEXEC);
  pthread_t* threads = calloc((size_t)count, sizeof *threads);
  if (gate < 0 || threads == NULL) return 1;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, (size_t)256 * 1024);
  for (int number = 0; number < count; ++number) {
    void* argument = (void*)(intptr_t)number; /* NOLINT(performance-no-int-to-ptr): it is only a number */
    if (pthread_create(&threads[number], &attributes, run, argument) != 0) return 1;
  }
  if (write(STDOUT_FILENO, "ready\n", 6) != 6) return 1;
  for (int number = 0; number < count; ++number) pthread_join(threads[number], NULL);
  free(threads);
  return 0;
}
