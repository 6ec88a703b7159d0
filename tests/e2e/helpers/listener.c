/*
 * listener FIFO: names every SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1 and first real-time signal that it
 * gets, and cleans up once a line comes through the fifo: the test decides how long that takes. The line is
 * for one listener alone.
 *
 * Signals are taken one by one from a signalfd; one that is sent twice before it was taken would count once,
 * so whoever counts has to send them apart.
 */
#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier): asks for signalfd */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

int main(int argument_count, char** arguments) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGQUIT);
  sigaddset(&signals, SIGHUP);
  sigaddset(&signals, SIGUSR1);
  sigaddset(&signals, SIGRTMIN);
  sigprocmask(SIG_BLOCK, &signals, NULL);
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (argument_count != 2) return 2;
  struct pollfd sources[2] = {{signalfd(-1, &signals, SFD_CLOEXEC), POLLIN, 0},
                              {open(arguments[1], O_RDONLY | O_CLOEXEC | O_NONBLOCK), POLLIN, 0}};
  if (sources[0].fd < 0 || sources[1].fd < 0) return 2;
  puts("listening");
  while (poll(sources, 2, -1) > 0) {
    if (sources[0].revents != 0) {
      struct signalfd_siginfo info;
      if (read(sources[0].fd, &info, sizeof info) == (ssize_t)sizeof info)
        printf("got SIG%s\n", (int)info.ssi_signo == SIGRTMIN ? "RTMIN" : sigabbrev_np((int)info.ssi_signo));
    } else if (sources[1].revents != 0) {
      char line;
      if (read(sources[1].fd, &line, 1) < 0) continue; /* another one has it */
      puts("cleaned up");
      return 0;
    }
  }
  return 1;
}
