/* bare_loop sessions|together STREAMS GENERATE BYTES: what labelled whole lines cost when nothing else is
 * asked for. Starts so many times `GENERATE BYTES`, each with a pipe, and writes their whole lines to stdout,
 * each after its label `taskN | `. One epoll loop; nothing is checked, supervised or ended.
 *
 * With `sessions` each has a session of its own, as dream's tasks need one. The kernel may schedule a session
 * as a group (sched_autogroup), and then, on a busy machine, bytes go from one group to the next only as fast
 * as the groups get their turns: those two lose the same by that. */

#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier): the C library asks for it */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

enum { most_streams = 64, read_size = 65536, batch_size = 262144, pipe_size = 1048576 };

struct stream {
  int descriptor;
  char label[32];
  size_t label_size;
  size_t kept; /* bytes of an unfinished line */
  char line[read_size];
};

static struct stream streams[most_streams];
static char input[read_size];
static char* batch;
static size_t batch_used;
static size_t batch_room;

static void fail(const char* what) {
  perror(what);
  exit(1);
}

static void append(const char* bytes, size_t size) {
  if (batch_used + size > batch_room) {
    batch_room = 2 * (batch_used + size);
    char* larger = realloc(batch, batch_room);
    if (larger == NULL) fail("realloc");
    batch = larger;
  }
  memcpy(batch + batch_used, bytes, size);
  batch_used += size;
}

static void flush(void) {
  for (size_t at = 0; at < batch_used;) {
    const ssize_t written = write(STDOUT_FILENO, batch + at, batch_used - at);
    if (written < 0 && errno != EINTR) fail("write");
    if (written > 0) at += (size_t)written;
  }
  batch_used = 0;
}

static void take(struct stream* stream, const char* bytes, size_t size) {
  const char* newline = NULL;
  while (size > 0 && (newline = memchr(bytes, '\n', size)) != NULL) {
    const size_t length = (size_t)(newline - bytes) + 1;
    append(stream->label, stream->label_size);
    append(stream->line, stream->kept);
    append(bytes, length);
    stream->kept = 0;
    bytes += length;
    size -= length;
  }
  if (stream->kept + size > sizeof stream->line) fail("a line is too long");
  memcpy(stream->line + stream->kept, bytes, size);
  stream->kept += size;
}

static void start(struct stream* stream, short flags, char** command) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) fail("pipe");
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, flags);
  pid_t pid = 0;
  if (posix_spawn(&pid, command[0], &actions, &attributes, command, environ) != 0) fail(command[0]);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  stream->descriptor = ends[0];
}

int main(int argument_count, char** arguments) {
  const int count = argument_count == 5 ? atoi(arguments[2]) : 0;
  if (count < 1 || count > most_streams) return 2;
  const short flags = strcmp(arguments[1], "sessions") == 0 ? POSIX_SPAWN_SETSID : 0;
  fcntl(STDOUT_FILENO, F_SETPIPE_SZ, pipe_size); /* as dream does; fails where stdout is no pipe */
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  for (int number = 0; number < count; ++number) {
    struct stream* stream = &streams[number];
    stream->label_size = (size_t)snprintf(stream->label, sizeof stream->label, "task%d | ", number + 1);
    start(stream, flags, arguments + 3);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = stream};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, stream->descriptor, &event) != 0) fail("epoll_ctl");
  }
  struct epoll_event events[most_streams];
  for (int open = count; open > 0;) {
    const int ready = epoll_wait(epoll, events, most_streams, -1);
    for (int at = 0; at < ready; ++at) {
      struct stream* stream = events[at].data.ptr;
      const ssize_t size = read(stream->descriptor, input, sizeof input);
      if (size > 0) {
        take(stream, input, (size_t)size);
        if (batch_used >= batch_size) flush();
      } else if (size == 0) {
        close(stream->descriptor);
        --open;
      }
    }
    flush();
  }
  while (wait(NULL) > 0) {
  }
  return 0;
}
