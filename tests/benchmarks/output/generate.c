/* generate BYTES: writes that many bytes of 50-byte lines to stdout, 64 KiB a write. Each line begins with
 * its number modulo 32768, so that a reader sees what is lost, doubled or damaged; the lines are made
 * beforehand, so that making them costs nothing while it is measured. */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { line_size = 50, line_count = 32768, write_size = 65536 };

/* A whole number of lines and of writes. */
static char lines[line_size * line_count + 1];

int main(int argument_count, char** arguments) {
  if (argument_count != 2) return 2;
  size_t left = strtoull(arguments[1], NULL, 10);
  for (int number = 0; number < line_count; ++number) {
    snprintf(lines + (size_t)number * line_size, line_size + 1,
             "%05d of some words that a build may have to say.\n", number);
  }
  for (size_t at = 0; left > 0;) {
    size_t size = write_size - at % write_size;
    if (size > left) size = left;
    const ssize_t written = write(STDOUT_FILENO, lines + at, size);
    if (written < 0) return 1;
    left -= (size_t)written;
    at = (at + (size_t)written) % ((size_t)line_size * line_count);
  }
  return 0;
}
